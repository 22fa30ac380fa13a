/**
 * Decides the energy of frames that no pin marked: keeps the currents, aligns the device's own windows, then measures.
 * How windows are found is left to power-alignment.ts, energy to frame-energy.ts.
 */
import type { CurrentBlock } from "../power/monitor.ts";
import type { FrameEnergy } from "./frame-energy.ts";
import { FrameEnergyMeter } from "./frame-energy.ts";
import type { Alignment, DeviceWindow, NoAlignment } from "./power-alignment.ts";
import { alignWindows } from "./power-alignment.ts";

/** A minute of a PPK2 [sample]. */
export const MOST_KEPT_SAMPLES = 6_000_000;

/** Currents by their place in the recording, NaN where one is lost; the first so many. */
export class CurrentKeeper {
  #currents = new Float32Array(1 << 16);
  #length = 0;

  /** False when it is full, and takes no more. */
  add({ firstSample, currentsA }: CurrentBlock): boolean {
    const end = firstSample + currentsA.length;
    if (end > MOST_KEPT_SAMPLES) return false;
    if (end > this.#currents.length) {
      const larger = new Float32Array(Math.max(end, 2 * this.#currents.length));
      larger.set(this.#currents.subarray(0, this.#length));
      this.#currents = larger;
    }
    this.#currents.fill(Number.NaN, this.#length, firstSample);
    this.#currents.set(currentsA, firstSample);
    this.#length = end;
    return true;
  }

  get currentsA(): Float32Array {
    return this.#currents.subarray(0, this.#length);
  }
}

export interface AlignedEnergy {
  readonly alignment: Alignment | NoAlignment;
  /** null without an alignment, and where no period is whole. */
  readonly windows: FrameEnergy["windows"];
}

/** @throws AnalysisError TP-USE-242 for a supply or a rate that is not above 0 */
export function alignedEnergy(
  currentsA: Float32Array,
  windows: readonly DeviceWindow[],
  { supplyV, sampleRateHz }: { readonly supplyV: number; readonly sampleRateHz: number },
): AlignedEnergy {
  const alignment = alignWindows(currentsA, sampleRateHz, windows);
  if ("why" in alignment) return { alignment, windows: null };
  const marks = new Uint8Array(currentsA.length);
  for (const { beginS, endS } of windows) {
    const [begin, end] = [beginS, endS].map((timeS) =>
      Math.round((timeS + alignment.offsetS) * sampleRateHz),
    );
    marks.fill(1, Math.max(0, begin ?? 0), Math.max(0, end ?? 0));
  }
  const meter = new FrameEnergyMeter({ supplyV, sampleRateHz, pin: 0 });
  for (let from = 0; from < currentsA.length; ) {
    let to = from;
    while (to < currentsA.length && !Number.isNaN(currentsA[to])) to++;
    if (to > from) {
      meter.add({
        firstSample: from,
        currentsA: Float64Array.from(currentsA.subarray(from, to)),
        ranges: new Uint8Array(0),
        digital: marks.subarray(from, to),
      });
    }
    from = to + 1;
  }
  const found = meter.finish()?.windows ?? null;
  return {
    alignment,
    windows: found && { ...found, edgeUncertaintyS: alignment.uncertaintyS },
  };
}
