/**
 * Decides how a recording becomes hops of samples, and hops of samples a recording again.
 * Cleaning them is left to twin.ts, files to audio/.
 */

/**
 * Whole hops of a recording, the last one filled with silence, and as much silence behind them as brings the last
 * sample out of the front end.
 * @param hopSamples at least 1
 * @param delaySamples of the front end [samples]
 */
export function hopsOf(
  samples: Int16Array,
  hopSamples: number,
  delaySamples: number,
): readonly Int16Array[] {
  const count = Math.ceil((samples.length + delaySamples) / hopSamples);
  return Array.from({ length: count }, (_, hop) => {
    const whole = new Int16Array(hopSamples);
    whole.set(samples.subarray(hop * hopSamples, (hop + 1) * hopSamples));
    return whole;
  });
}

/** The samples of cleaned hops, in time with the recording: output sample n belongs to input sample n. */
export function samplesOf(
  hops: readonly Int16Array[],
  length: number,
  delaySamples: number,
): Int16Array {
  const samples = new Int16Array(length);
  let at = -delaySamples;
  for (const hop of hops) {
    const from = Math.max(0, -at);
    if (at + hop.length > 0 && at < length) {
      samples.set(hop.subarray(from, Math.min(hop.length, length - at)), at + from);
    }
    at += hop.length;
  }
  return samples;
}

/** Little-endian, as every device has them and Node runs on. */
export function bytesOfHop(hop: Int16Array): Uint8Array {
  return new Uint8Array(hop.buffer, hop.byteOffset, hop.byteLength).slice();
}

/** @throws RangeError for an odd number of bytes */
export function hopOfBytes(bytes: Uint8Array): Int16Array {
  return new Int16Array(bytes.slice().buffer);
}
