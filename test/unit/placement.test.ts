/** Places for weights, tables and code: what a board's file names becomes C, and what it does not is refused. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BOARDS_DIRECTORY, loadBoard } from "../../codegen/board.ts";
import { PlanError } from "../../codegen/errors.ts";
import { generate } from "../../codegen/pipeline.ts";
import {
  checkPlacesWithFramework,
  checkWeightsFit,
  type PlacementRequest,
  withWeightsIn,
} from "../../codegen/plan/placement.ts";
import { firmwareEnvironment } from "../../host/workflow/firmware-environment.ts";
import { boardsLike } from "../../host/workflow/other-boards.ts";
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
  expect(() => headerFor("redboard-artemis", { code: "ram" })).toThrow(PlanError);
});

describe("code in RAM on the nRF52840", () => {
  test("has a section of its own without a framework", () => {
    expect(macro(headerFor("nrf52840-dk", { code: "ram" }), "PIONEER_CODE")).toBe(
      ' __attribute__((section(".pioneer_code_ram")))',
    );
  });

  test("is refused with one, whose linker script does not know the section", () => {
    const board = loadBoard("nrf52840-dk");
    expect(() => checkPlacesWithFramework(board, { code: "ram" })).toThrow(
      /^nrf52840-dk cannot hold code in "ram" in a program with its framework \[TP-PLAN-002\]\n {2}why: .*0x00800000.*\n {2}fix: no --framework/,
    );
    for (const placement of [{}, { weights: "ram", tables: "ram" }, { code: "flash" }]) {
      expect(() => checkPlacesWithFramework(board, placement)).not.toThrow();
    }
    const build = (framework: boolean) =>
      firmwareEnvironment(board, framework, { weights: "ram", code: "ram" });
    expect(() => build(true)).toThrow(PlanError);
    expect(build(false).name).toBe("bare-nrf52840-dk");
  });

  test.each(["nano33ble", "xiaoblesense"])("is refused on %s, which has no other program", (id) => {
    expect(() => headerFor(id, { code: "ram" })).toThrow(
      /cannot hold code in "ram" \[TP-PLAN-002\]\n {2}why: .*0x00800000/,
    );
    expect(macro(headerFor(id, { weights: "ram" }), "PIONEER_WEIGHTS")).toBe(
      ' __attribute__((section(".data.pioneer")))',
    );
  });
});

describe("boards that a run's cycles are carried to", () => {
  const like = (placement: PlacementRequest) =>
    boardsLike(loadBoard("nrf52840-dk"), placement).map(({ id }) => id);

  test("are those of the core, and of these with the same chip none that cannot have code in RAM", () => {
    expect(like({})).toContain("nano33ble");
    expect(like({ weights: "ram" })).toContain("xiaoblesense");
    const withCode = like({ weights: "ram", code: "ram" });
    expect(withCode).not.toContain("nano33ble");
    expect(withCode).not.toContain("xiaoblesense");
    // Called sram and sram1 there.
    expect(withCode).toEqual(expect.arrayContaining(["nucleo-f446re", "nucleo-l476rg"]));
  });
});

test("weights that are larger than their memory are refused", () => {
  // 128 KB of SRAM (RM0390).
  const board = withWeightsIn(loadBoard("nucleo-f446re"), "ram");
  expect(() => checkWeightsFit(board, 131072)).not.toThrow();
  expect(() => checkWeightsFit(board, 131073)).toThrow(
    /131073 B of sram.*has 131072 B \[TP-PLAN-003\]/,
  );
});

describe("places of the ESP32 boards", () => {
  const section = (board: string, weights: string) =>
    macro(headerFor(board, { weights }), "PIONEER_WEIGHTS");

  test.each(["esp32dev", "esp32-s3-devkitc-1", "esp32-c3-devkitm-1", "esp32-c6-devkitc-1"])(
    "%s: DRAM by Arduino's name, flash behind its cache's line, no PSRAM",
    (board) => {
      // DRAM_ATTR of ESP-IDF is section .dram1, which the linker copies to RAM.
      expect(section(board, "dram")).toBe(' __attribute__((section(".dram1")))');
      expect(section(board, "flash")).toBe("");
      expect(withWeightsIn(loadBoard(board), "flash").weights).toMatchObject({
        rule: "cache-line",
        line: { value: 32 },
      });
      expect(withWeightsIn(loadBoard(board), "dram").weights).toMatchObject({
        memory: "sram",
        rule: "simd-word",
      });
      expect(macro(headerFor(board, { code: "iram" }), "PIONEER_CODE")).toBe(
        ' __attribute__((section(".iram1")))',
      );
      expect(() => section(board, "psram")).toThrow(/psram" \[TP-PLAN-002\]/);
    },
  );

  test.each(["esp32dev", "esp32-s3-devkitc-1", "esp32-c3-devkitm-1"])(
    "%s: IRAM, read in whole words alone, is refused for weights and tables",
    (board) => {
      const refusal = /in "iram" \[TP-PLAN-002\]\n {2}why: .*whole words.*\n.*sram \(dram, ram\)/;
      expect(() => section(board, "iram")).toThrow(refusal);
      expect(() => headerFor(board, { tables: "iram" })).toThrow(refusal);
    },
  );

  test("the C6 has one SRAM for both, so IRAM is DRAM", () => {
    expect(section("esp32-c6-devkitc-1", "iram")).toBe(section("esp32-c6-devkitc-1", "dram"));
  });

  test("the ESP32's DRAM takes what its linker script gives variables", () => {
    // 0x2c200 - 0xdb5c = 180736 - 56156, the size in the linker's own message "region dram0_0_seg overflowed".
    const board = withWeightsIn(loadBoard("esp32dev"), "dram");
    expect(() => checkWeightsFit(board, 124580)).not.toThrow();
    expect(() => checkWeightsFit(board, 124581)).toThrow(
      /124581 B of sram.*has 124580 B \[TP-PLAN-003\]\n {2}why: .*of whose 327680 B/,
    );
  });
});

test("a file whose names for places mean two of them is refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-places-"));
  try {
    cpSync(BOARDS_DIRECTORY, folder, { recursive: true });
    const file = join(folder, "esp32dev.json");
    const board = JSON.parse(readFileSync(file, "utf8"));
    board.memories[1].aliases.constants = ["dram", "psram"];
    writeFileSync(file, JSON.stringify(board));
    expect(() => loadBoard("esp32dev", folder)).toThrow(/"psram" means two of them for weights/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
