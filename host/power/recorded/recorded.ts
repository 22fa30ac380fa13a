/**
 * A file that a Joulescope or an Otii recorded, behind the one interface of all monitors.
 * Reading rows is left to rows.ts, what losses mean to analyze/.
 *
 * Rows are put on an even grid: the interval is the median of the first ones; a row's place is its time, rounded.
 */
import { basename } from "node:path";
import type { CurrentBlock, PowerMonitor, SampleTotals } from "../monitor.ts";
import { noRecording, type RecordedSample, recordedRows } from "./rows.ts";

/** Rows that the interval is taken from. */
const INTERVAL_ROWS = 1001;
const BLOCK_SAMPLES = 4096;
/** The energy takes one voltage: a supply that varies by more gets a warning. */
const STEADY_SHARE = 0.01;

interface Survey {
  readonly startS: number;
  readonly intervalS: number;
  readonly voltage: { readonly mean: number; readonly min: number; readonly max: number } | null;
}

/**
 * @param supplyMv for a file without a voltage [mV]
 * @throws UsageError TP-USE-441 for a file that cannot be read as a recording
 */
export async function openRecorded(
  path: string,
  supplyMv: number,
  signal?: AbortSignal,
): Promise<PowerMonitor> {
  const survey = await surveyOf(path, signal);
  const { voltage } = survey;
  const warnings: string[] = [];
  if (voltage && voltage.max - voltage.min > STEADY_SHARE * voltage.mean) {
    const range = `${voltage.min.toFixed(3)} to ${voltage.max.toFixed(3)} V`;
    warnings.push(`the supply varies, ${range}: energies use its mean`);
  }
  if (!voltage) warnings.push(`the file has no voltage: ${supplyMv} mV, as stated, is used`);
  const decoder = new Grid(survey);
  return {
    facts: {
      monitor: "file",
      name: basename(path),
      simulated: false,
      calibrated: null,
      sampleRateHz: 1 / survey.intervalS,
      supplyV: voltage?.mean ?? supplyMv / 1000,
      warnings,
    },
    blocks: blocksOf(path, decoder),
    stop: async () => decoder.totals(),
  };
}

async function* blocksOf(path: string, grid: Grid): AsyncGenerator<CurrentBlock> {
  for await (const row of recordedRows(path)) {
    if ("unreadableBytes" in row) grid.discard(row.unreadableBytes);
    else yield* grid.add(row);
  }
  yield* grid.finish();
}

/** One pass for what the interface wants to know before the first sample. */
async function surveyOf(path: string, signal: AbortSignal | undefined): Promise<Survey> {
  const steps: number[] = [];
  let first: number | undefined;
  let last = Number.NaN;
  let sum = 0;
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for await (const row of recordedRows(path)) {
    signal?.throwIfAborted();
    if ("unreadableBytes" in row) continue;
    if (steps.length < INTERVAL_ROWS && row.timeS > last) steps.push(row.timeS - last);
    first ??= row.timeS;
    last = row.timeS;
    if (!Number.isFinite(row.voltageV)) continue;
    sum += row.voltageV;
    count++;
    min = Math.min(min, row.voltageV);
    max = Math.max(max, row.voltageV);
  }
  steps.sort((a, b) => a - b);
  const intervalS = steps[steps.length >> 1];
  if (first === undefined || intervalS === undefined)
    throw noRecording(path, "it holds fewer than two samples");
  const mean = sum / count;
  return { startS: first, intervalS, voltage: count > 0 && mean > 0 ? { mean, min, max } : null };
}

/** Gives samples their places, and finds what is missing between them. */
class Grid {
  readonly #survey: Survey;
  #currents: number[] = [];
  #digital: number[] = [];
  #nextSample = 0;
  #samples = 0;
  #lost = 0;
  #discardedBytes = 0;

  constructor(survey: Survey) {
    this.#survey = survey;
  }

  /** The block that this sample completes: a full one, or one that ends at a gap. */
  add({ timeS, currentA, digital }: RecordedSample): CurrentBlock[] {
    const place = Math.round((timeS - this.#survey.startS) / this.#survey.intervalS);
    // A time that went back, or the same one twice: not another sample.
    if (place < this.#nextSample) {
      this.#discardedBytes++;
      return [];
    }
    const isGap = place > this.#nextSample;
    const blocks = isGap || !Number.isFinite(currentA) ? this.finish() : [];
    this.#lost += place - this.#nextSample;
    this.#nextSample = place + 1;
    if (!Number.isFinite(currentA)) {
      this.#lost++;
      return blocks;
    }
    this.#currents.push(currentA);
    this.#digital.push(digital);
    this.#samples++;
    return this.#currents.length < BLOCK_SAMPLES ? blocks : [...blocks, ...this.finish()];
  }

  discard(bytes: number): void {
    this.#discardedBytes += bytes;
  }

  finish(): CurrentBlock[] {
    if (this.#currents.length === 0) return [];
    const block = {
      firstSample: this.#nextSample - this.#currents.length,
      currentsA: Float64Array.from(this.#currents),
      ranges: new Uint8Array(0),
      digital: Uint8Array.from(this.#digital),
    };
    this.#currents = [];
    this.#digital = [];
    return [block];
  }

  totals(): SampleTotals {
    return {
      samples: this.#samples,
      lost: this.#lost,
      lostByClock: 0,
      discardedBytes: this.#discardedBytes,
      clipped: 0,
    };
  }
}
