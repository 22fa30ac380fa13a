import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BOARDS_DIRECTORY,
  boardIds,
  listBoards,
  loadBoard,
  type RealBoard,
} from "../../codegen/board.ts";
import {
  activeMilliamps,
  activeMilliwatts,
  availableBytes,
  boardStoodFor,
  packedInt8MacsPerSecond,
  peakMacsPerSecond,
  readBytesPerSecond,
  sleepMilliwatts,
  weightsMemory,
} from "../../codegen/board-facts.ts";
import { UsageError } from "../../codegen/errors.ts";

function real(id: string): RealBoard {
  const board = loadBoard(id);
  if (board.kind !== "real") throw new Error(`${id} is not real`);
  return board;
}

/** The error that `action` throws, for its code and text. */
function errorOf(action: () => unknown): UsageError {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the board files", () => {
  it("are all valid, name each other, and leave no stranger", () => {
    expect(listBoards().map(({ id }) => id)).toEqual([
      "alif-ensemble-e7",
      "esp32-c3-devkitm-1",
      "esp32-c6-devkitc-1",
      "esp32-s3-devkitc-1",
      "esp32dev",
      "nano33ble",
      "nrf52840-dk",
      "nucleo-f446re",
      "nucleo-f746zg",
      "nucleo-h743zi",
      "nucleo-l476rg",
      "nucleo-l4r5zi",
      "nucleo-u575zi-q",
      "qemu-m0",
      "qemu-m33",
      "qemu-m4",
      "qemu-m55",
      "qemu-m7",
      "qemu-rv32",
      "qemu-stm32f405",
      "qemu-xtensa",
      "qemu-xtensa-mac16",
      "redboard-artemis",
      "rp2040js",
      "rpipico",
      "rpipico2",
      "teensy41",
      "xiaoblesense",
    ]);
  });

  it("state a bandwidth that follows from wait states and access width", () => {
    for (const board of listBoards()) {
      for (const memory of board.memories) {
        // The core waits for the first word of an access; the others follow one a cycle.
        if (!memory.waitStates) continue;
        const words = memory.lineBytes.value / 4;
        const expected = memory.lineBytes.value / (memory.waitStates.value + words);
        expect(memory.readBytesPerCycle?.value, `${board.id} ${memory.name}`).toBeCloseTo(
          expected,
          7,
        );
      }
    }
  });

  it("start weights on a line that is a power of two and at least a word", () => {
    for (const { id, weights } of listBoards()) {
      expect([4, 8, 16, 32, 64], id).toContain(weights.line.value);
      expect(weights.rule === "simd-word", id).toBe(weights.line.value === 4);
    }
  });

  it("give no instruction-only cache as the line of the weights", () => {
    for (const board of listBoards()) {
      const serving = board.caches.filter(
        ({ purpose, memories }) =>
          purpose !== "instruction" && memories.includes(board.weights.memory),
      );
      const lines = serving.map(({ lineBytes }) => lineBytes.value);
      expect(lines.length === 0 ? 4 : lines[0], board.id).toBe(board.weights.line.value);
    }
  });

  it("leave a program what PlatformIO's board files leave it", () => {
    expect(availableBytes(loadBoard("xiaoblesense"), "flash")).toBe(811_008);
    expect(availableBytes(loadBoard("xiaoblesense"), "ram")).toBe(237_568);
    expect(availableBytes(loadBoard("nano33ble"), "flash")).toBe(983_040);
    expect(availableBytes(loadBoard("redboard-artemis"), "flash")).toBe(983_040);
    expect(availableBytes(loadBoard("redboard-artemis"), "ram")).toBe(393_216);
    expect(availableBytes(loadBoard("nucleo-l476rg"), "ram")).toBe(131_072);
    expect(availableBytes(loadBoard("rpipico2"), "flash")).toBe(4_194_304);
    expect(availableBytes(loadBoard("esp32dev"), "ram")).toBe(327_680);
    expect(availableBytes(loadBoard("nucleo-u575zi-q"), "ram")).toBe(786_432);
  });

  it("are those of the list of supported boards, each with a port to be found by or a reason", () => {
    const boards = listBoards().filter((board) => board.kind === "real");
    expect(boards.length).toBeGreaterThanOrEqual(18);
    for (const { id, usb, platformio, unknown } of boards) {
      const said = (unknown ?? []).map(({ what }) => what);
      expect((usb ?? []).length > 0 || said.includes("usb"), id).toBe(true);
      expect(platformio !== null || said.includes("platformio"), id).toBe(true);
    }
  });

  it("read addresses as numbers", () => {
    const [flash, ram] = loadBoard("nucleo-f446re").memories;
    expect(flash?.address.value).toBe(134_217_728);
    expect(ram?.address.value).toBe(536_870_912);
  });
});

describe("facts", () => {
  it("of the nRF52840 agree with its data sheet: 3.3 mA and 9.9 mW at 64 MHz, 3.16 uA with all RAM retained", () => {
    const board = real("nrf52840-dk");
    expect(activeMilliamps(board)?.value).toBeCloseTo(3.328, 6);
    expect(activeMilliwatts(board)?.value).toBeCloseTo(9.984, 6);
    expect(sleepMilliwatts(board)?.value).toBeCloseTo(0.00948, 9);
  });

  it("of the STM32F446 follow from 180 MHz", () => {
    const board = real("nucleo-f446re");
    expect(peakMacsPerSecond(board)).toMatchObject({
      value: 360e6,
      unit: "MAC/s",
      confidence: "S",
    });
    expect(packedInt8MacsPerSecond(board).value).toBeCloseTo(240e6, -1);
    // 16 B in 5 + 4 cycles at 180 MHz is 320 MB/s.
    expect(readBytesPerSecond(board, weightsMemory(board))?.value).toBeCloseTo(320e6, -1);
    expect(activeMilliwatts(board)?.value).toBeCloseTo(118.8, 6);
  });

  it("keep the weaker confidence and the interval", () => {
    const asleep = sleepMilliwatts(real("nucleo-f446re"));
    expect(asleep?.confidence).toBe("M");
    expect(asleep?.interval?.[0]).toBeCloseTo(0.33, 9);
    expect(asleep?.interval?.[1]).toBeCloseTo(1.65, 9);
  });

  it("let an emulator stand only for the boards it names", () => {
    const emulator = loadBoard("qemu-m4");
    const board = loadBoard("nrf52840-dk");
    expect(boardStoodFor(emulator, board)).toBe(board);
    expect(errorOf(() => boardStoodFor(board, emulator)).code).toBe("TP-USE-103");
    const backwards = errorOf(() => boardStoodFor(board, loadBoard("nano33ble")));
    expect(backwards.text.fix).toBe("--board qemu-m4 --as nano33ble");
  });
});

describe("loading", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "boards-"));
    cpSync(BOARDS_DIRECTORY, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Writes a board file that is nrf52840-dk but for `change`. */
  function write(id: string, change: (board: Record<string, unknown>) => void): void {
    const board = JSON.parse(readFileSync(join(folder, "nrf52840-dk.json"), "utf8"));
    board.id = id;
    change(board);
    writeFileSync(join(folder, `${id}.json`), JSON.stringify(board));
  }

  it("names the boards when one is unknown", () => {
    const error = errorOf(() => loadBoard("esp8266"));
    expect(error).toMatchObject({ code: "TP-USE-101", exitStatus: 2 });
    expect(error.text.what).toBe('there is no board "esp8266"');
    expect(error.text.why).toContain("nrf52840-dk");
  });

  it.each([
    "../boards/qemu-m4",
    "./qemu-m4",
    "/etc/passwd",
    "qemu-m4.json",
    "board.schema",
    "",
    "__proto__",
    "qemu-m4\0",
    "QEMU-M4",
  ])("refuses %j, which is no id", (id) => {
    expect(errorOf(() => loadBoard(id)).code).toBe("TP-USE-101");
  });

  it("takes a new board from one file", () => {
    write("my-board", () => {});
    expect(boardIds(folder)).toContain("my-board");
    expect(loadBoard("my-board", folder).chip).toBe("nRF52840");
    expect(listBoards(folder)).toHaveLength(boardIds().length + 1);
    const emulator = loadBoard("qemu-m4", folder);
    expect(emulator.kind === "emulated" && emulator.standsFor).toContain("my-board");
    expect(boardStoodFor(emulator, loadBoard("my-board", folder)).id).toBe("my-board");
  });

  it("reports everything wrong in a file at once, with its place", () => {
    write("my-board", (board) => {
      board.clockHz = { value: 0, unit: "MHz", source: "", confidence: "L" };
      board.colour = "red";
      delete board.peak;
    });
    const error = errorOf(() => loadBoard("my-board", folder));
    expect(error).toMatchObject({ code: "TP-USE-102", exitStatus: 2 });
    expect(error.facts.problems).toEqual([
      "(file): peak is missing",
      "clockHz.value: must be above 0, is 0",
      'clockHz.unit: must be "Hz"',
      "clockHz.source: must not be empty",
      'clockHz.confidence: must be one of "S", "M"',
      "(file): colour is not a known field",
    ]);
  });

  it("reports what only the whole file can tell", () => {
    write("my-board", (board) => {
      board.id = "other";
      board.kind = "emulated";
      board.weights = { ...(board.weights as object), memory: "psram" };
    });
    expect(errorOf(() => loadBoard("my-board", folder)).facts.problems).toEqual([
      'id: must be "my-board" as the file\'s name, is "other"',
      "emulator: needed on a board of kind emulated",
      "clockHz: has no meaning on a board of kind emulated",
      "power: has no meaning on a board of kind emulated",
      "counter: has no meaning on a board of kind emulated",
      "emulatedBy: has no meaning on a board of kind emulated",
      "platformio: has no meaning on a board of kind emulated",
      "monitorPin: has no meaning on a board of kind emulated",
      "sound: has no meaning on a board of kind emulated",
      "usb: has no meaning on a board of kind emulated",
      "desk: has no meaning on a board of kind emulated",
      'weights.memory: "psram" is none of flash, ram',
    ]);
  });

  it("takes no value away without a word", () => {
    write("my-board", (board) => {
      const [flash] = board.memories as { waitStates?: unknown }[];
      delete flash?.waitStates;
      board.power = null;
    });
    expect(errorOf(() => loadBoard("my-board", folder)).facts.problems).toEqual([
      'power: absent, and "unknown" does not say why',
      'memories.flash.waitStates: absent, and "unknown" does not say why',
      "memories.flash: waitStates and readBytesPerCycle go together",
    ]);
  });

  it.each([
    ["esp32dev", 'my-board: "esp32dev" in emulatedBy is no emulated board'],
    ["qemu-m7", 'my-board: "qemu-m7" in emulatedBy has core cortex-m7, not cortex-m4'],
  ])("reports a board with %s for a stand-in", (emulatedBy, why) => {
    write("my-board", (board) => {
      board.emulatedBy = emulatedBy;
    });
    expect(errorOf(() => listBoards(folder)).text.why).toBe(why);
  });

  it("reports a file that is cut off", () => {
    const text = readFileSync(join(folder, "qemu-m4.json"), "utf8");
    writeFileSync(join(folder, "qemu-m4.json"), text.slice(0, 200));
    expect(errorOf(() => loadBoard("qemu-m4", folder)).code).toBe("TP-USE-102");
  });
});
