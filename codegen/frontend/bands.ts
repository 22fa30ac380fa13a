/**
 * The triangular mel bands that gather a spectrum into features and spread gains over it again.
 * The spectrum itself is left to analyse.ts.
 */

import type { FrontEnd } from "../model/sidecar.ts";

/** Mel of a frequency [Hz]: 2595 log10(1 + f / 700) (O'Shaughnessy 1987). */
export function melOfHz(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700);
}

/**
 * A bin belongs to at most two neighbouring bands: `lower` with 1 - upperWeight and `lower + 1` with
 * upperWeight, so that the weights of every bin sum to 1.
 */
export interface BandMatrix {
  readonly bandCount: number;
  readonly binCount: number;
  /** [binCount], 0 to bandCount - 2. */
  readonly lower: Uint16Array;
  /** [binCount], 0 to 1. */
  readonly upperWeight: Float64Array;
}

/**
 * Band centres are equally spaced in mel from lowHz to highHz inclusive; weights are linear in mel
 * between centres; bins outside belong wholly to the first or last band.
 */
export function bandMatrix({ sampleRateHz, fftSize, bands }: FrontEnd): BandMatrix {
  const binCount = fftSize / 2 + 1;
  const lower = new Uint16Array(binCount);
  const upperWeight = new Float64Array(binCount);
  const lowMel = melOfHz(bands.lowHz);
  const spacing = (melOfHz(bands.highHz) - lowMel) / (bands.count - 1);
  for (let bin = 0; bin < binCount; bin++) {
    const mel = melOfHz((bin * sampleRateHz) / fftSize);
    const position = Math.min(Math.max((mel - lowMel) / spacing, 0), bands.count - 1);
    const below = Math.min(Math.floor(position), bands.count - 2);
    lower[bin] = below;
    upperWeight[bin] = position - below;
  }
  return { bandCount: bands.count, binCount, lower, upperWeight };
}

/** bands[b] = sum over k of B[b][k] * bins[k]. @returns [bandCount] */
export function gatherBands(matrix: BandMatrix, bins: Float64Array): Float64Array {
  const bands = new Float64Array(matrix.bandCount);
  for (let bin = 0; bin < matrix.binCount; bin++) {
    const below = matrix.lower[bin] as number;
    const upper = (matrix.upperWeight[bin] as number) * (bins[bin] as number);
    bands[below] = (bands[below] as number) + (bins[bin] as number) - upper;
    bands[below + 1] = (bands[below + 1] as number) + upper;
  }
  return bands;
}

/** bins[k] = sum over b of B[b][k] * bands[b]. @returns [binCount] */
export function spreadBands(matrix: BandMatrix, bands: Float64Array): Float64Array {
  return Float64Array.from(matrix.lower, (below, bin) => {
    const weight = matrix.upperWeight[bin] as number;
    return (bands[below] as number) * (1 - weight) + (bands[below + 1] as number) * weight;
  });
}
