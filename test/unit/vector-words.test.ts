/** Random words drawn four at a time against the C++ standard's own number, LoadGen's, and the words one by one. */
import { expect, test } from "vitest";
import { BLOCK_WORDS, Mt19937, truncateSeed } from "../../host/analyze/loadgen/mt19937.ts";
import { VectorWords } from "../../host/workflow/vector-words.ts";

function blocks(
  random: { nextBlock(words: Int32Array): void },
  count: number,
): readonly (readonly number[])[] {
  const words = new Int32Array(BLOCK_WORDS);
  return Array.from({ length: count }, () => {
    random.nextBlock(words);
    return Array.from(words, (word) => word >>> 0);
  });
}

const vectors = (seed: number) => new VectorWords(new Mt19937(seed).state);

test("the 10000th word of seed 5489 is that of C++ [rand.predef]", () => {
  expect(blocks(vectors(5489), 17).flat()[9999]).toBe(4123659995);
});

test("the first words of LoadGen's schedule seed", () => {
  const [first] = blocks(vectors(truncateSeed(16159082839903944936n)), 1);
  expect(first?.slice(0, 4)).toEqual([3245365415, 3615339558, 1380029910, 1577989244]);
});

test.each([0, 1, 0xffff_ffff])("seed %d: the same words as one by one", (seed) => {
  expect(blocks(vectors(seed), 20)).toEqual(blocks(new Mt19937(seed), 20));
});

test("another generator goes on from its state", () => {
  const first = vectors(7);
  blocks(first, 3);
  const second = new VectorWords(first.state);
  expect(blocks(second, 3)).toEqual(blocks(first, 3));
});
