/** Weights, tables and code lie where they were asked, by the addresses of the program's symbols, and the bits stay. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { generate, loadBoard, type PlacementRequest, writeFiles } from "../../codegen/index.ts";
import { parseSymbols } from "../../host/workflow/symbols.ts";
import { createRandom, randomModel } from "../random-model.ts";
import { testedBoard } from "./boards.ts";
import { buildInto, missingFor } from "./pio-build.ts";

const TIMEOUT_MS = 240_000;

interface Places {
  readonly board: string;
  readonly placement: PlacementRequest;
  /** Memories of the board file in which they must lie. */
  readonly weights: string;
  readonly tables: string;
  readonly code: string;
}

const CASES: readonly Places[] = [
  { board: "qemu-m4", placement: {}, weights: "ssram1", tables: "ssram1", code: "ssram1" },
  {
    board: "qemu-m4",
    placement: { weights: "ram", code: "ram" },
    weights: "ssram23",
    tables: "ssram23",
    code: "ssram23",
  },
  {
    board: "qemu-m4",
    placement: { tables: "ram" },
    weights: "ssram1",
    tables: "ssram23",
    code: "ssram1",
  },
  {
    board: "qemu-m55",
    placement: { weights: "dtcm", tables: "flash", code: "itcm" },
    weights: "dtcm",
    tables: "ssram",
    code: "itcm",
  },
  ...["qemu-xtensa", "qemu-xtensa-mac16", "qemu-rv32"].map((board) => ({
    board,
    placement: { weights: "data", code: "data" },
    weights: "data",
    tables: "data",
    code: "data",
  })),
  {
    board: "qemu-m0",
    placement: { code: "ram" },
    weights: "ssram1",
    tables: "ssram1",
    code: "ssram23",
  },
];

/** Every function but those that no step calls. */
const STEP_FUNCTIONS = /^placed_(?!(init|reset|read_state|put16|\w*stream|sigmoid|tanh)$)/;

const root = mkdtempSync(join(tmpdir(), "pioneer-placement-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Addresses of the symbols whose names match. */
function addressesOf(elf: string, toolchain: string, names: RegExp): readonly number[] {
  const { stdout } = spawnSync(`${toolchain}nm`, ["--defined-only", elf], { encoding: "utf8" });
  // Bit 0 of a Thumb function's address is no part of it.
  return parseSymbols(stdout)
    .filter(({ name }) => names.test(name))
    .map(({ address }) => address & ~1);
}

describe.each(CASES)("$board with $placement", ({ board: id, placement, ...places }) => {
  const missing = missingFor(id);

  test.skipIf(missing.length > 0)(
    `lies where it was asked ${missing.join(", ")}`,
    () => {
      const board = loadBoard(id);
      const model = randomModel(createRandom(9), {
        name: "placed",
        inputSize: 8,
        lstms: [8],
        denses: [{ size: 4, activation: "sigmoid" }],
      });
      const folder = mkdtempSync(join(root, "case-"));
      const options = { model, board, placement, format: "int8", calibration: null } as const;
      writeFiles(folder, generate(options).files);
      const settings = { PIONEER_APP: "speed", PIONEER_MODEL_DIR: folder };
      const built = buildInto(join(folder, "build"), settings, id);
      expect(built.status, built.log).toBe(0);
      const { toolchain } = testedBoard(id);
      const expectIn = (name: string, symbols: RegExp): void => {
        const memory = board.memories.find((one) => one.name === name);
        const first = memory?.address.value ?? Number.NaN;
        const found = addressesOf(built.elf, toolchain, symbols);
        expect(found.length).toBeGreaterThan(0);
        for (const address of found) {
          expect(address >>> 0).toBeGreaterThanOrEqual(first);
          expect(address >>> 0).toBeLessThan(first + (memory?.bytes.value ?? 0));
        }
      };
      expectIn(places.weights, /^placed_(lstm0|dense0)_stream$/);
      expectIn(places.tables, /^placed_(sigmoid|tanh)$/);
      expectIn(places.code, STEP_FUNCTIONS);
    },
    TIMEOUT_MS,
  );
});
