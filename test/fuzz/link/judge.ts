/**
 * Holds every event of a decoder against what was sent: each record whole and in its place, each gap told.
 * The numbers that make up a campaign are left to campaign.ts.
 */
import type { LinkEvent, LinkTotals, RecordEvent } from "../../../host/decode/frames.ts";
import { type FieldValue, FRAME_US, FRAMES, type SentFrame } from "./sent.ts";

/** Findings kept; a decoder that is wrong everywhere need not say so a million times. */
const KEPT = 20;
/** Bytes of a frame that are looked at for its sequence number. */
const MOST_PLAIN = 4;

export class Judge {
  readonly findings: string[] = [];
  readonly discarded: Record<string, number> = {};
  readonly #frames: readonly SentFrame[];
  #records = 0;
  #lost = 0;
  #discardedBytes = 0;
  #textBytes = 0;
  /** Place of the last record in all that was sent; a stream begins with its first frame or loses it untold. */
  #last: number | undefined;
  #first = 0;
  #lostSinceLast = 0;

  constructor(frames: readonly SentFrame[]) {
    this.#frames = frames;
  }

  take(event: LinkEvent): void {
    switch (event.kind) {
      case "record":
        this.#takeRecord(event);
        break;
      case "lost":
        this.#lost += event.count;
        this.#lostSinceLast += event.count;
        break;
      case "discarded":
        this.discarded[event.reason] = (this.discarded[event.reason] ?? 0) + 1;
        this.#discardedBytes += event.bytes;
        break;
      case "text":
        this.#textBytes += event.bytes;
        break;
    }
  }

  /** Whether a run between two delimiters is a frame that was sent, byte for byte. */
  readonly isSent = (encoded: Uint8Array): boolean => {
    const wire = this.#frames[sequenceOf(encoded)]?.wire;
    return wire !== undefined && Buffer.compare(wire.subarray(1, -1), encoded) === 0;
  };

  /** The sums of the events against the decoder's own and another's; `sent` is how many frames there were. */
  finish(totals: LinkTotals, others: LinkTotals, sent: number): void {
    if (JSON.stringify(totals) !== JSON.stringify(others)) {
      this.#find("another cut of the same stream has other totals");
    }
    const { frameBytes, discardedBytes, textBytes, delimiters, pendingBytes } = totals;
    if (frameBytes + discardedBytes + textBytes + delimiters + pendingBytes !== totals.bytes) {
      this.#find("the totals do not add up to the bytes");
    }
    const sums = [this.#records, this.#lost, this.#discardedBytes, this.#textBytes];
    const said = [totals.records, totals.lostRecords, discardedBytes, textBytes];
    if (sums.join() !== said.join()) this.#find(`events sum up to ${sums}, totals say ${said}`);
    const passed = this.#last === undefined ? 0 : this.#last - this.#first + 1;
    if (this.#records + this.#lost !== passed) {
      this.#find(`${passed} frames went by, ${this.#records} came and ${this.#lost} are lost`);
    }
    if (this.#first + passed > sent) this.#find("more frames went by than were sent");
  }

  #takeRecord(event: RecordEvent): void {
    this.#records++;
    const { sequence, deviceTimeUs, record } = event;
    const sent = this.#frames[sequence] as SentFrame;
    if (!sameFields(record as unknown as Record<string, unknown>, sent.fields)) {
      this.#find(`record ${sequence} is not what was sent: ${record.type}`);
    }
    const before = this.#last ?? sequence - 1;
    const next = before + 1;
    const place = next + ((((sequence - next) % FRAMES) + FRAMES) % FRAMES);
    if (this.#last === undefined) this.#first = place;
    else if (place - before - 1 !== this.#lostSinceLast) {
      this.#find(`${place - before - 1} frames miss before ${place}, ${this.#lostSinceLast} told`);
    }
    if (deviceTimeUs !== place * FRAME_US) this.#find(`record ${place} has time ${deviceTimeUs}`);
    this.#last = place;
    this.#lostSinceLast = 0;
  }

  #find(why: string): void {
    if (this.findings.length < KEPT) this.findings.push(why);
  }
}

function sameFields(
  record: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, FieldValue>>,
): boolean {
  for (const name in fields) {
    const wanted = fields[name];
    const found = record[name];
    if (wanted instanceof Uint8Array) {
      if (!(found instanceof Uint8Array) || Buffer.compare(wanted, found) !== 0) return false;
    } else if (found !== wanted) return false;
  }
  for (const name in record) if (!(name in fields)) return false;
  return true;
}

/** The sequence number that a stuffed frame carries, right or wrong. */
function sequenceOf(encoded: Uint8Array): number {
  const plain: number[] = [];
  for (let at = 0; at < encoded.length && plain.length < MOST_PLAIN; ) {
    const code = encoded[at] as number;
    for (let next = at + 1; next < at + code && plain.length < MOST_PLAIN; next++) {
      plain.push(encoded[next] ?? 0);
    }
    at += code;
    if (code < 255) plain.push(0);
  }
  return (plain[2] ?? 0) | ((plain[3] ?? 0) << 8);
}
