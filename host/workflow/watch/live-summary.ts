/**
 * Sums up what a link said, however long it talked, in bounded memory.
 * Showing each event is left to report/live.ts, a run's conclusions to judge.ts.
 */
import type { ClockError, ClockPoint } from "../../analyze/device-clock.ts";
import { clockError } from "../../analyze/device-clock.ts";
import type { LinkFacts } from "../../analyze/facts.ts";
import { voidByLosses } from "../../analyze/link-loss.ts";
import type { LinkEvent, LinkTotals } from "../../decode/frames.ts";
import type {
  BootRecord,
  FaultRecord,
  HelloRecord,
  SummaryRecord,
} from "../../decode/records.gen.ts";
import { bootCause, FAULT_CAUSES, hexWord } from "../../link/causes.ts";
import type { NameFunction } from "../../link/outcome.ts";

/** Points kept of the device's clock; when there are more, every second one goes. */
const MOST_POINTS = 20_000;

export interface WatchDocument {
  readonly schema: 1;
  readonly link: string;
  /** From the first byte to the last [s]. */
  readonly seconds: number;
  /** What the device said of itself; null when it did not. */
  readonly device: Omit<HelloRecord, "type"> | null;
  /** Why the chip started, the last time it said so; null for a board that does not. */
  readonly boot: { readonly cause: string; readonly status: string } | null;
  readonly records: Readonly<Record<string, number>>;
  readonly totals: LinkFacts & { readonly textBytes: number; readonly discardedFrames: number };
  /** Why so much was lost that the rest says nothing; null when it was not. */
  readonly void: string | null;
  readonly clock: ClockError | null;
  /** Deepest use of the stack [byte]; null until the device's Summary. */
  readonly stackBytes: number | null;
  readonly fault: FaultDocument | null;
  readonly recording: string | null;
}

export interface FaultDocument {
  readonly cause: string;
  readonly pc: string;
  readonly lr: string;
  /** Functions at both, where the firmware's symbols are at hand. */
  readonly function: string | null;
  readonly calledFrom: string | null;
  readonly status: string;
  readonly address: string;
}

export class LiveSummary {
  hello: HelloRecord | undefined;
  #summary: SummaryRecord | undefined;
  #fault: FaultRecord | undefined;
  #boot: BootRecord | undefined;
  readonly #records: Record<string, number> = {};
  #points: ClockPoint[] = [];
  #stride = 1;
  #outputs = 0;
  #firstUs: number | undefined;
  #lastUs = 0;

  take(event: LinkEvent): void {
    this.#firstUs ??= event.receiveTimeUs;
    this.#lastUs = event.receiveTimeUs;
    if (event.kind !== "record") return;
    const { record } = event;
    this.#records[record.type] = (this.#records[record.type] ?? 0) + 1;
    if (record.type === "hello") this.#greet(record);
    else if (record.type === "summary") this.#summary = record;
    else if (record.type === "boot") this.#boot = record;
    else if (record.type === "fault") this.#fault ??= record;
    else if (record.type === "output" && this.#outputs++ % this.#stride === 0) {
      this.#keep({ deviceUs: event.deviceTimeUs, hostUs: event.receiveTimeUs });
    }
  }

  /** The device's clock against this computer's, as far as is known by now. */
  clock(): ClockError | null {
    return clockError(this.#points);
  }

  document(
    totals: LinkTotals,
    names: { readonly link: string; readonly recording: string | null },
    nameFunction: NameFunction,
  ): WatchDocument {
    const { hello } = this;
    const { bytes, records, discardedBytes, discardedFrames, lostRecords, textBytes } = totals;
    const link: LinkFacts = {
      ...{ bytes, records, discardedBytes, lostRecords },
      ...(this.#summary && {
        droppedRecords: this.#summary.droppedRecords,
        badFrames: this.#summary.badFrames,
      }),
    };
    return {
      schema: 1,
      link: names.link,
      seconds: this.#firstUs === undefined ? 0 : (this.#lastUs - this.#firstUs) / 1e6,
      device: hello ? withoutType(hello) : null,
      boot: this.#boot
        ? { cause: bootCause(this.#boot), status: hexWord(this.#boot.status) }
        : null,
      records: this.#records,
      totals: { ...link, textBytes, discardedFrames },
      void: voidByLosses(link),
      clock: this.clock(),
      stackBytes: this.#summary?.stackBytes ?? null,
      fault: this.#fault ? faultDocument(this.#fault, nameFunction) : null,
      recording: names.recording,
    };
  }

  /** A device that greets anew began anew: its clock is another one. */
  #greet(hello: HelloRecord): void {
    if (this.hello) {
      this.#points = [];
      this.#stride = 1;
    }
    this.hello = hello;
  }

  #keep(point: ClockPoint): void {
    this.#points.push(point);
    if (this.#points.length < MOST_POINTS) return;
    this.#points = this.#points.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }
}

function withoutType({ type: _, ...fields }: HelloRecord): Omit<HelloRecord, "type"> {
  return fields;
}

function faultDocument(fault: FaultRecord, nameFunction: NameFunction): FaultDocument {
  return {
    cause: FAULT_CAUSES[fault.cause] ?? (FAULT_CAUSES[0] as string),
    pc: hexWord(fault.pc),
    lr: hexWord(fault.lr),
    function: nameFunction(fault.pc) ?? null,
    calledFrom: nameFunction(fault.lr) ?? null,
    status: hexWord(fault.status),
    address: hexWord(fault.address),
  };
}
