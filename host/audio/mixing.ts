/**
 * Mixes speech and noise at a chosen signal-to-noise ratio.
 * Choosing the recordings is left to the caller.
 */

/** A mixture and the parts it is the sum of, all [samples]. */
export interface Mixture {
  readonly noisy: Float64Array;
  /** The speech as it lies in the mixture. */
  readonly speech: Float64Array;
  /** The noise as it lies in the mixture. */
  readonly noise: Float64Array;
}

/**
 * noisy = speech + g noise with 10 log10(|speech|^2 / |g noise|^2) = snrDb over the whole clip.
 * Noise that is too short is repeated from its start.
 * @param snrDb [dB]
 * @throws RangeError when speech or the noise used is silent, or snrDb is not finite
 */
export function mixAtSnr(
  speech: ArrayLike<number>,
  noise: ArrayLike<number>,
  snrDb: number,
): Mixture {
  if (!Number.isFinite(snrDb)) throw new RangeError(`a ratio of ${snrDb} dB cannot be mixed`);
  const voice = Float64Array.from(speech);
  const repeated = Float64Array.from(
    { length: noise.length === 0 ? 0 : voice.length },
    (_, n) => noise[n % noise.length] as number,
  );
  const speechEnergy = energy(voice);
  const noiseEnergy = energy(repeated);
  if (speechEnergy === 0 || noiseEnergy === 0) {
    throw new RangeError("a signal-to-noise ratio needs speech and noise that are not silent");
  }
  const gain = Math.sqrt(speechEnergy / (noiseEnergy * 10 ** (snrDb / 10)));
  const scaled = repeated.map((value) => gain * value);
  return {
    noisy: voice.map((value, n) => value + (scaled[n] as number)),
    speech: voice,
    noise: scaled,
  };
}

function energy(signal: Float64Array): number {
  return signal.reduce((sum, value) => sum + value * value, 0);
}
