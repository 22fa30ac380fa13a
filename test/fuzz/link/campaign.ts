/**
 * Sends a damaged stream through the decoder and keeps what must not happen: a record that nobody sent, a gap that nobody
 * is told of, bytes that are in no total.
 * Making the stream is left to damage.ts, knowing what was sent to judge.ts, showing what was found to page.ts.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createDeviceDecoder } from "../../../host/decode/frames.ts";
import { random } from "../../unit/frames-wire.ts";
import type { Draw } from "../draw.ts";
import { type Candidates, countCandidates, noCandidates } from "./candidates.ts";
import { type Damage, streamOf } from "./damage.ts";
import { Judge } from "./judge.ts";
import { FRAMES, type SentFrame, sentFrame } from "./sent.ts";

/** Decoded and copied at once: more than the cache next to a core holds [byte]. */
const CHUNK_BYTES = 4 << 20;
/** Between two words about progress [byte]. */
const TOLD_BYTES = 100e6;
/** Longest piece that the decoder gets [byte], what a port gives at once. */
const LONGEST_PIECE = 1 << 16;

export interface LinkCampaign {
  readonly seed: number;
  readonly bytes: number;
  readonly records: number;
  readonly discarded: Readonly<Record<string, number>>;
  readonly discardedBytes: number;
  readonly textBytes: number;
  readonly lostRecords: number;
  readonly damaged: Readonly<Record<Damage, number>>;
  readonly candidates: Candidates;
  /** Processor time of the decoder and of a copy of the same bytes [ms]. */
  readonly decodeMs: number;
  readonly copyMs: number;
  /** By how much the heap had grown from the first chunk to the last, garbage collected [byte]. */
  readonly heapGrowth: number;
  /** What must not happen; empty. */
  readonly findings: readonly string[];
}

export interface LinkCampaignRequest {
  readonly seed: number;
  readonly bytes: number;
  /** False for an undamaged stream, whose speed is of interest. */
  readonly damage: boolean;
  tell(line: string): void;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Uniform whole numbers of a seed. */
function drawOf(seed: number): Draw {
  const next = random(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995 || 1);
  return (below) => Math.floor((next() / 2 ** 32) * below);
}

/** One round of frames, the same for every seed. */
export function makeFrames(): readonly SentFrame[] {
  const draw = drawOf(0);
  return Array.from({ length: FRAMES }, (_, sequence) => sentFrame(sequence, draw));
}

export function runLinkCampaign(
  frames: readonly SentFrame[],
  { seed, bytes, damage, tell }: LinkCampaignRequest,
): LinkCampaign {
  const draw = drawOf(seed);
  const stream = streamOf(frames, damage ? draw : undefined);
  const decoder = createDeviceDecoder();
  // A second one, so that judging is not timed; cut in another way, it must come to the same totals.
  const timed = createDeviceDecoder();
  const judge = new Judge(frames);
  const candidates = noCandidates();
  const copy = new Uint8Array(2 * CHUNK_BYTES);
  let heapAtStart: number | undefined;
  let decodeMs = 0;
  let copyMs = 0;
  let done = 0;
  while (done < bytes) {
    const chunk = stream.next(Math.min(CHUNK_BYTES, bytes - done));
    const { length } = chunk;
    for (const piece of cut(chunk, draw)) {
      for (const event of decoder.push(piece, 0)) judge.take(event);
    }
    let began = process.cpuUsage();
    for (let at = 0; at < length; at += LONGEST_PIECE) {
      timed.push(chunk.subarray(at, at + LONGEST_PIECE), 0);
    }
    decodeMs += cpuMs(began);
    began = process.cpuUsage();
    copy.set(chunk);
    copyMs += cpuMs(began);
    if (damage) countCandidates(chunk, candidates, judge.isSent);
    collect();
    heapAtStart ??= process.memoryUsage().heapUsed;
    if (Math.floor(done / TOLD_BYTES) < Math.floor((done + length) / TOLD_BYTES)) {
      tell(`${Math.floor((done + length) / 1e6)} of ${Math.floor(bytes / 1e6)} MB`);
    }
    done += length;
  }
  for (const event of decoder.end(0)) judge.take(event);
  const { totals } = decoder;
  timed.end(0);
  judge.finish(totals, timed.totals, stream.sent);
  return {
    seed,
    bytes: totals.bytes,
    records: totals.records,
    discarded: judge.discarded,
    discardedBytes: totals.discardedBytes,
    textBytes: totals.textBytes,
    lostRecords: totals.lostRecords,
    damaged: stream.damaged,
    candidates,
    decodeMs,
    copyMs,
    heapGrowth: process.memoryUsage().heapUsed - (heapAtStart ?? 0),
    findings: judge.findings,
  };
}

/** Cuts a chunk as a port would: mostly long pieces, some of a few bytes. */
function cut(chunk: Uint8Array, draw: Draw): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < chunk.length; ) {
    const length = 1 + draw(draw(4) === 0 ? 16 : LONGEST_PIECE);
    pieces.push(chunk.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function cpuMs(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
