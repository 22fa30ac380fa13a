/**
 * Random models on every emulated board give the twin's bits: a seeded part of what `npm run exactness -- --boards`
 * runs, many models in one firmware, two streams of each beside one another.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeBoardProgram, wrongOnBoard } from "../exactness/board-program.ts";
import { BOARDS } from "./boards.ts";
import { freshFolder, missingFor } from "./device.ts";

const MODELS = 6;
const SEED = 2000;
const TIMEOUT_MS = 120_000;

describe.each(BOARDS.map(({ id }, index) => ({ id, index })))("$id", ({ id, index }) => {
  const missing = missingFor(id);
  if (missing.length > 0) console.warn(`${id} is skipped: ${missing.join(", ")} missing`);
  test.skipIf(missing.length > 0)(
    `${MODELS} random models give the twin's bits`,
    async () => {
      const folder = join(freshFolder(), "models");
      const program = writeBoardProgram(id, SEED + index, folder, MODELS, { large: false });
      const wrong = await wrongOnBoard(program, index % 2 === 0 ? "-O3" : "-Os");
      expect(wrong.map(({ prefix, description }) => `${prefix}: ${description}`)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
