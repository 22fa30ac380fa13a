/** The words of the activation tables, read as the C reads them, against the tables' own formula. */
import { describe, expect, test } from "vitest";
import { tableContext } from "../../codegen/emit/table-words.ts";
import { lookUp, SIGMOID_TABLE, TANH_TABLE } from "../../codegen/quantize/tables.ts";

const clamp = (value: number, bound: number): number =>
  Math.max(-bound, Math.min(bound - 1, value));

/** ssat, ldr, lsl, smlatt, add: what look-up-high.hbs becomes on a core with them. */
function highHalf(words: readonly number[], z: number): number {
  const piece = words[clamp(z >> 7, 256) + 256] as number;
  const rise = Math.imul(piece >> 16, (z << 24) >> 16) + 32768;
  return (rise + (piece << 16)) >> 16;
}

describe.each([SIGMOID_TABLE, TANH_TABLE])("$name in high halves", (table) => {
  const words = tableContext(table, "look-up-high").rows.flatMap((row) =>
    row.split(", ").map((word) => Number(word) | 0),
  );

  test("every z of int16", () => {
    for (let z = -32768; z <= 32767; z++) {
      if (highHalf(words, z) !== lookUp(table, z)) expect.fail(`z = ${z}`);
    }
  });

  test("beyond int16 the ends go on, because they are level", () => {
    for (const z of [32768, 32895, 40000, 40001, 2 ** 31 - 1]) {
      expect(highHalf(words, z)).toBe(lookUp(table, 32767));
      expect(highHalf(words, -z - 1)).toBe(lookUp(table, -32768));
    }
  });
});
