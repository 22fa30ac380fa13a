/**
 * Sound as widths of pulses (hal/nrf52840/pulse_widths.c): bounds, silence, both ramps by hand arithmetic; what it is worth
 * by the exact spectrum of the pulse train in float64, against widths that are each sample's, rounded.
 */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../random-model.ts";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";
import { extremeHops } from "./front-end-signals.ts";

const RATE_HZ = 16_000;
const PERIOD_TICKS = 500;
/** Of 500 ticks, two a sample [s]. */
const PERIOD_S = 1 / (2 * RATE_HZ);
const RAMP = 8192;
/** Samples of a stretch whose spectrum is taken: lines 20 Hz apart. */
const STRETCH = 800;
const LINE_HZ = RATE_HZ / STRETCH;
const TONE_HZ = 51 * LINE_HZ;

describe.skipIf(!hasGcc)("sound as widths of pulses (needs gcc)", () => {
  let program = "";
  beforeAll(() => {
    const sources = ["firmware/hal/nrf52840/pulse_widths.c", "test/unit/firmware/pulses_harness.c"];
    program = buildOnHost("pulses", sources);
  }, 60_000);

  function played(samples: Int16Array, hopsOfFall = 0) {
    const input = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const { status, stdout, stderr } = runOnHost(program, [`${hopsOfFall}`], input);
    expect(status, stderr).toBe(0);
    const words = new Uint16Array(new Uint8Array(stdout).buffer);
    // Bit 15: the period begins high.
    expect(words.every((word) => (word & 0x8000) !== 0)).toBe(true);
    return { widths: Array.from(words, (word) => word & 0x7fff), moved: stderr };
  }
  /** Behind the ramp, which this much silence fills. */
  const behindRamp = (samples: Int16Array) => {
    const all = new Int16Array(RAMP + samples.length);
    all.set(samples, RAMP);
    return played(all).widths.slice(2 * RAMP);
  };

  it("is half a period for silence, and has an edge in every period of full scale", () => {
    expect(new Set(behindRamp(new Int16Array(400)))).toEqual(new Set([250]));
    const high = behindRamp(new Int16Array(400).fill(32_767));
    const low = behindRamp(new Int16Array(400).fill(-32_768));
    // 1 + 498 * 65535 / 65536 is 498.99 on average.
    expect(new Set(high.slice(2))).toEqual(new Set([498, 499]));
    expect(new Set(low.slice(2))).toEqual(new Set([1]));
  });

  it("stays within 1 to 499 ticks whatever it is given", () => {
    const random = createRandom(7);
    const hops = Array.from({ length: 4 }, () => extremeHops(160, () => random.uniform(0, 1)));
    // A ramp from one end to the other is where a crossing lies farthest from its sample.
    const ends = Int16Array.from({ length: 1000 }, () => random.pick([-32_768, 32_767, 0]));
    const widths = behindRamp(
      Int16Array.from([...hops.flat(2).flatMap((hop) => [...hop]), ...ends]),
    );
    expect([Math.min(...widths), Math.max(...widths)]).toEqual([1, 499]);
  });

  it("rises from rest to silence by a straight line, and loses no tick in rounding on the way", () => {
    const { widths } = played(new Int16Array(RAMP));
    const line = (n: number) => 1 + (249 * n) / (2 * RAMP);
    expect(Math.max(...widths.map((width, n) => Math.abs(width - line(n))))).toBeLessThan(2);
    // What rounding leaves is carried on: widths add up to the line, but for 1/65536 of the height that each sample loses.
    for (const n of [1000, 5000, 2 * RAMP]) {
      const sum = widths.slice(0, n).reduce((all, width) => all + width, 0);
      expect(Math.abs(sum - n - (249 * n * n) / 2 / (2 * RAMP))).toBeLessThan(2 + 0.01 * n);
    }
  });

  it("falls to rest from where the sound was, and tells when it is there", () => {
    const sound = new Int16Array(RAMP + 160).fill(12_000);
    const { widths, moved } = played(sound, 54);
    // 8192 samples are 51.2 hops; the next tells that it is at rest.
    expect(moved).toBe(`${"1".repeat(52)}00`);
    const fall = widths.slice(2 * sound.length);
    const from = 1 + (498 * (12_000 + 32_768)) / 65_536;
    expect(Math.abs((fall[0] as number) - from)).toBeLessThan(1);
    expect(Math.max(...fall.map((width, i) => width - (fall[i - 1] ?? 500)))).toBeLessThanOrEqual(
      1,
    );
    expect(Math.max(...fall.slice(2 * 52 * 160))).toBe(1);
    // Stopped in the middle of the rise, it turns there.
    const early = played(new Int16Array(1600), 12);
    expect(early.moved).toBe(`${"1".repeat(10)}00`);
    expect(Math.abs((early.widths[3200] as number) - (early.widths[3199] as number))).toBeLessThan(
      2,
    );
  });

  it("is a sample late, and follows the line between two samples", () => {
    const step = new Int16Array(8);
    step[3] = 16_384;
    const widths = behindRamp(step);
    // 16,384 is 124.5 ticks. The line up lies in the periods of sample 3, the line down in those of sample 4.
    expect(widths.slice(0, 6)).toEqual(Array(6).fill(250));
    for (const [period, from] of [0, 0.5, 1, 0.5].entries()) {
      const rise = period < 2 ? 0.5 : -0.5;
      // Where they cross, d = start + slope * d: start / (1 - slope), of which one step leaves out slope^2 and what follows.
      const middle = 250 / 500;
      const [start, slope] = [middle + (from * 124.5) / 500, (rise * 124.5) / 500];
      const crossing = (500 * start) / (1 - slope);
      expect(Math.abs((widths[6 + period] as number) - crossing)).toBeLessThan(
        1 + 500 * slope ** 2,
      );
    }
    expect(Math.abs((widths[11] as number) - 250)).toBeLessThanOrEqual(1);
  });

  /** Power of each line up to 8 kHz, from LINE_HZ on, of pulses that begin with their periods: their integral, exactly. */
  const linesOf = (widths: readonly number[]) =>
    Array.from({ length: 8000 / LINE_HZ }, (_, line) => {
      const omega = 2 * Math.PI * LINE_HZ * (line + 1);
      let [re, im] = [0, 0];
      for (const [n, width] of widths.entries()) {
        const [on, off] = [n * PERIOD_S, (n + width / PERIOD_TICKS) * PERIOD_S];
        re += (Math.sin(omega * off) - Math.sin(omega * on)) / omega;
        im += (Math.cos(omega * off) - Math.cos(omega * on)) / omega;
      }
      return re * re + im * im;
    });
  const decibel = (ratio: number) => 10 * Math.log10(ratio);
  /** The tone over all else up to 4 and 8 kHz, and its second harmonic to it [dB]. */
  function judged(widths: readonly number[]) {
    const power = linesOf(widths);
    const at = TONE_HZ / LINE_HZ - 1;
    const tone = power[at] as number;
    const rest = (hz: number) =>
      power.slice(0, hz / LINE_HZ).reduce((sum, one) => sum + one, -tone);
    const second = power[2 * at + 1] as number;
    return {
      to4kHz: decibel(tone / rest(4000)),
      to8kHz: decibel(tone / rest(8000)),
      second: decibel(second / tone),
    };
  }

  it("is nearer to the sound than each sample's own width, rounded, loud and quiet", {
    timeout: 60_000,
  }, () => {
    const gains = [-6, -40].map((level) => {
      const tone = Int16Array.from({ length: STRETCH }, (_, n) =>
        Math.round(32_767 * 10 ** (level / 20) * Math.sin((2 * Math.PI * TONE_HZ * n) / RATE_HZ)),
      );
      // The same stretch before it, so that it has no begin.
      const own = judged(behindRamp(Int16Array.of(...tone, ...tone)).slice(2 * STRETCH));
      const plain = judged(
        [...tone].flatMap((sample) => Array(2).fill(Math.round(250 + (250 * sample) / 32_768))),
      );
      return { own, plain };
    });
    const [loud, quiet] = gains as [(typeof gains)[0], (typeof gains)[0]];
    // Cut by the sample alone, pulses of period T have a second harmonic of M pi f T / 2: the derivative of d^2 T / 2.
    const expected = 20 * Math.log10((Math.PI * TONE_HZ * PERIOD_S * 10 ** (-6 / 20)) / 2);
    expect(Math.abs(loud.plain.second - expected)).toBeLessThan(1);
    expect(loud.own.second).toBeLessThan(loud.plain.second - 15);
    expect(loud.own.to8kHz).toBeGreaterThan(loud.plain.to8kHz + 12);
    // Noise that is carried on lies above the speech.
    expect(quiet.own.to4kHz).toBeGreaterThan(quiet.plain.to4kHz + 8);
    expect(quiet.own.to8kHz).toBeGreaterThan(quiet.plain.to8kHz);
    const page = readFileSync(new URL("../../docs/hearable.md", import.meta.url), "utf8");
    const told = [...page.matchAll(/^\| -\d+ dB.* \| (\d+) dB[^|]*\| (\d+) dB \|$/gm)];
    expect(told.map(([, plain, own]) => [Number(plain), Number(own)])).toEqual([
      [loud.plain.to8kHz, loud.own.to8kHz].map(Math.round),
      [quiet.plain.to4kHz, quiet.own.to4kHz].map(Math.round),
      [quiet.plain.to8kHz, quiet.own.to8kHz].map(Math.round),
    ]);
  });
});
