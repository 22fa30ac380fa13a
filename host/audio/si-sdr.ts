/**
 * How clean a speech estimate is: the scale-invariant signal-to-distortion ratio.
 * Lining up estimate and reference is left to the front end, whose output index is its input index.
 *
 * Source: Le Roux, Wisdom, Erdogan, Hershey: "SDR - half-baked or well done?", ICASSP 2019, eq. 2-4;
 * over the whole clip and without removing means, as in training/.
 */

/**
 * SI-SDR = 10 log10(|alpha s|^2 / |alpha s - s'|^2) with alpha = <s', s> / <s, s> [dB].
 * Infinity for an estimate that is the reference scaled, -Infinity for one orthogonal to it.
 * @param estimate s' [samples], any scale
 * @param reference s [samples], the clean signal
 * @throws RangeError for different or no lengths, and for a silent reference or estimate
 */
export function siSdrDb(estimate: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (estimate.length !== reference.length || reference.length === 0) {
    throw new RangeError(
      `SI-SDR compares signals of one length, not ${estimate.length} and ${reference.length} samples`,
    );
  }
  const referenceEnergy = innerProduct(reference, reference);
  if (referenceEnergy === 0 || innerProduct(estimate, estimate) === 0) {
    throw new RangeError("SI-SDR of or against silence is not defined");
  }
  const alpha = innerProduct(estimate, reference) / referenceEnergy;
  let distortion = 0;
  for (let n = 0; n < reference.length; n++) {
    distortion += (alpha * (reference[n] as number) - (estimate[n] as number)) ** 2;
  }
  return 10 * Math.log10((alpha * alpha * referenceEnergy) / distortion);
}

function innerProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += (a[n] as number) * (b[n] as number);
  return sum;
}
