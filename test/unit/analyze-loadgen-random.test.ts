import { describe, expect, it } from "vitest";
import { PoissonArrivals } from "../../host/analyze/loadgen/arrivals.ts";
import { ExponentialGaps } from "../../host/analyze/loadgen/exponential-gaps.ts";
import { Mt19937, truncateSeed } from "../../host/analyze/loadgen/mt19937.ts";

const words = (random: Mt19937, blocks: number) =>
  Array.from({ length: blocks }, () => {
    const block = new Int32Array(624);
    random.nextBlock(block);
    return [...block].map((word) => word >>> 0);
  }).flat();

describe("the Mersenne Twister", () => {
  it("gives the 10,000th word that C++ [rand.predef] demands of std::mt19937", () => {
    expect(words(new Mt19937(5489), 17)[9999]).toBe(4123659995);
  });

  it("takes the low half of LoadGen's seed and draws its first words", () => {
    const seed = truncateSeed(16159082839903944936n);
    expect(seed).toBe(2023080168);
    expect(words(new Mt19937(seed), 1).slice(0, 4)).toEqual([
      3245365415, 3615339558, 1380029910, 1577989244,
    ]);
  });

  it("takes every seed of 64 bits and no other", () => {
    expect(truncateSeed(0n)).toBe(0);
    expect(truncateSeed(2n ** 64n - 1n)).toBe(0xffff_ffff);
    expect(() => truncateSeed(-1n)).toThrow(RangeError);
    expect(() => truncateSeed(2n ** 64n)).toThrow(RangeError);
  });
});

/** A generator whose words are given. */
class GivenWords extends Mt19937 {
  readonly #given: Int32Array;
  constructor(given: Int32Array) {
    super(0);
    this.#given = given;
  }
  override nextBlock(block: Int32Array): void {
    block.set(this.#given);
  }
}

describe("exponential gaps", () => {
  /** The definition: libstdc++'s draw, truncated to whole nanoseconds. */
  const defined = (first: number, second: number, qps: number) => {
    const u = Math.min(((first >>> 0) + (second >>> 0) * 2 ** 32) / 2 ** 64, 1 - 2 ** -53);
    return Math.trunc((-Math.log(1 - u) / qps) * 1e9);
  };
  const compare = (words: Int32Array, qps: number) => {
    const gaps = new ExponentialGaps(qps, new GivenWords(words)).next();
    for (const [index, gapNs] of gaps.entries()) {
      const [first, second] = [words[2 * index] as number, words[2 * index + 1] as number];
      if (gapNs !== defined(first, second, qps)) {
        expect.fail(`words ${first}, ${second} at ${qps}: ${gapNs}`);
      }
    }
  };

  it("are those of the definition at every rate", () => {
    const random = new Mt19937(1);
    const block = new Int32Array(624);
    for (const qps of [1e-6, 0.3, 7, 1000, 1e4, 123_456.7, 1e9]) {
      for (let round = 0; round < 100; round++) {
        random.nextBlock(block);
        compare(block, qps);
      }
    }
  });

  it("are those of the definition at the edges of octaves and parts, and in the farthest tail", () => {
    const edges: number[] = [0, -1, 1, -2];
    for (let bit = 0; bit < 32; bit++) {
      const octave = ~(0xffff_ffff >>> bit);
      const part = ~(0x8080_0000 >>> bit);
      for (const near of [-1, 0, 1]) edges.push((octave + near) | 0, (part + near) | 0);
    }
    const pairs = edges.flatMap((second) =>
      [-1, 0, 0x4000_0000].flatMap((first) => [first, second]),
    );
    for (let from = 0; from < pairs.length; from += 624) {
      const block = new Int32Array(624);
      block.set(pairs.slice(from, from + 624));
      for (const qps of [1e-6, 10, 1000, 1e9]) compare(block, qps);
    }
  });
});

describe("Poisson arrivals", () => {
  const arrivals = (qps: number) =>
    new PoissonArrivals(new ExponentialGaps(qps, new Mt19937(truncateSeed(16159082839903944936n))));

  it("come at LoadGen's nanoseconds", () => {
    expect([...arrivals(10).next().slice(0, 8)]).toEqual([
      0, 184365401, 230157769, 358744000, 430043472, 468684134, 693518303, 802676294,
    ]);
  });

  it("are 6012 in 600 s at 10 a second, the last at 600059632135 ns", () => {
    const process = arrivals(10);
    const times: number[] = [];
    while ((times.at(-1) ?? 0) < 600e9) times.push(...process.next());
    const after = times.findIndex((time) => time >= 600e9);
    expect(after + 1).toBe(6012);
    expect(times[after]).toBe(600059632135);
  });

  it("keep their mean rate, and the standard deviation of an exponential gap is its mean", () => {
    const process = arrivals(1000);
    const times = Array.from({ length: 400 }, () => [...process.next()]).flat();
    const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    // 124,800 draws: one standard error is 0.28 %.
    expect(Math.abs(mean / 1e6 - 1)).toBeLessThan(0.012);
    expect(Math.abs(Math.sqrt(variance) / 1e6 - 1)).toBeLessThan(0.02);
  });
});
