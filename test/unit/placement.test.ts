/** Places for weights, tables and code: what a board's file names becomes C, and what it does not is refused. */
import { describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { PlanError } from "../../codegen/errors.ts";
import { generate } from "../../codegen/pipeline.ts";
import {
  checkWeightsFit,
  type PlacementRequest,
  withWeightsIn,
} from "../../codegen/plan/placement.ts";
import { createRandom, randomModel } from "../random-model.ts";

const shape = { name: "m", inputSize: 4, lstms: [4], denses: [] };

function headerFor(board: string, placement: PlacementRequest): string {
  const model = randomModel(createRandom(3), shape);
  const options = { model, format: "int8", calibration: null } as const;
  const { files } = generate({ ...options, board: loadBoard(board), placement });
  return files.find(({ name }) => name === "m.h")?.text ?? "";
}

function macro(header: string, name: string): string | undefined {
  return new RegExp(`^#define ${name}(.*)$`, "m").exec(header)?.[1];
}

describe("the header's macros", () => {
  test("are empty, and tables lie beside the weights, where nothing is asked", () => {
    const header = headerFor("qemu-m55", {});
    expect(macro(header, "PIONEER_WEIGHTS")).toBe("");
    expect(macro(header, "PIONEER_TABLES")).toBe(" PIONEER_WEIGHTS");
    expect(macro(header, "PIONEER_CODE")).toBe("");
  });

  test("name the sections of the board file, by a memory's name or its role", () => {
    const header = headerFor("qemu-m55", { weights: "ram", tables: "flash", code: "itcm" });
    expect(macro(header, "PIONEER_WEIGHTS")).toBe(' __attribute__((section(".data.pioneer")))');
    expect(macro(header, "PIONEER_TABLES")).toBe("");
    expect(macro(header, "PIONEER_CODE")).toBe(' __attribute__((section(".pioneer_itcm_code")))');
  });
});

describe("weights elsewhere", () => {
  test("see the line of their memory, or of the cache that serves it", () => {
    const board = loadBoard("nucleo-f446re");
    const placed = withWeightsIn(board, "sram");
    const sram = board.memories.find(({ name }) => name === "sram");
    expect(placed.weights).toMatchObject({
      memory: "sram",
      section: ".data.pioneer",
      rule: "simd-word",
      line: sram?.lineBytes,
    });
    const cache = {
      ...board.caches[0],
      name: "cache",
      purpose: "data",
      memories: ["sram"],
    } as const;
    const cached = { ...board, caches: [cache] } as typeof board;
    expect(withWeightsIn(cached, "sram").weights).toMatchObject({
      rule: "cache-line",
      line: cache.lineBytes,
    });
  });

  test("stay as the board has them where they lie already, asked once or twice", () => {
    const board = loadBoard("nucleo-f446re");
    expect(withWeightsIn(board, "flash").weights).toEqual(board.weights);
    const placed = withWeightsIn(board, "ram");
    expect(withWeightsIn(placed, "ram")).toEqual(placed);
  });
});

test("a place that the board does not name is refused with those it does", () => {
  expect(() => headerFor("qemu-m4", { weights: "itcm" })).toThrow(
    /^qemu-m4 names no section for weights in "itcm" \[TP-PLAN-002\]\n {2}why: the places for weights: ssram1 \(flash\), ssram23 \(ram\)\n {2}fix: /,
  );
  expect(() => headerFor("nrf52840-dk", { code: "ram" })).toThrow(PlanError);
});

test("weights that are larger than their memory are refused", () => {
  // 128 KB of SRAM (RM0390).
  const board = withWeightsIn(loadBoard("nucleo-f446re"), "ram");
  expect(() => checkWeightsFit(board, 131072)).not.toThrow();
  expect(() => checkWeightsFit(board, 131073)).toThrow(
    /131073 B of sram.*has 131072 B \[TP-PLAN-003\]/,
  );
});
