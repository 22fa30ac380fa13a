/**
 * Stacks whose layers have weights of 8 and of 4 bits give the twin's bits on emulated cores, each with its own
 * instructions: a part of what `npm run exactness -- --mixed --boards` runs.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeBoardProgram, wrongOnBoard } from "../exactness/board-program.ts";
import { freshFolder, missingFor } from "./device.ts";

const MODELS = 4;
const TIMEOUT_MS = 120_000;

describe.each([
  { id: "qemu-m4", seed: 7_000_101, level: "-O3" },
  { id: "qemu-rv32", seed: 7_000_102, level: "-Os" },
] as const)("$id", ({ id, seed, level }) => {
  const missing = missingFor(id);
  if (missing.length > 0) console.warn(`${id} is skipped: ${missing.join(", ")} missing`);
  test.skipIf(missing.length > 0)(
    `${MODELS} random stacks give the twin's bits`,
    async () => {
      const draw = { large: false, mixed: true };
      const program = writeBoardProgram(id, seed, join(freshFolder(), "models"), MODELS, draw);
      const wrong = await wrongOnBoard(program, level);
      expect(wrong.map(({ prefix, description }) => `${prefix}: ${description}`)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
