/**
 * The MLPerf Tiny dialect of the firmware, on a HAL of standard input and output under sanitizers. Transcripts are
 * worked by hand from the dialect's table and the toy model: output = input + sum of all inputs since the reset, as a
 * real number 0.5 (output + 2).
 */
import { beforeAll, describe, expect, it } from "vitest";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

const SOURCES = [
  "firmware/apps/mlperf_tiny.c",
  "firmware/apps/ascii_command.c",
  "firmware/apps/ascii_reply.c",
  "firmware/apps/region.c",
  "test/qemu/toy-model/toy.c",
  "test/unit/firmware/hal_stdio.c",
];

/** The clock reads 5 more every time; the banner's timestamp is the first reading. */
const CLOCK = { HAL_TICK_US: "5" };
const BANNER = "m-timestamp-mode-performance\r\nm-lap-us-5\r\nm-init-done\r\nm-ready\r\n";

const lines = (...texts: readonly string[]) => texts.map((text) => `${text}\r\n`).join("");

describe.skipIf(!hasGcc)("the dialect (needs gcc)", () => {
  let performanceMode: string;
  let energyMode: string;
  beforeAll(() => {
    performanceMode = buildOnHost("mlperf", SOURCES);
    energyMode = buildOnHost("mlperf-energy", SOURCES, ["-DMLPERF_ENERGY=1"]);
  });

  /** What the program says after its banner. Its input ends without a word: the HAL leaves with 9. */
  function answer(commands: string | Uint8Array, env: Record<string, string> = CLOCK): string {
    const finished = runOnHost(performanceMode, [], Buffer.from(commands), env);
    expect(finished.stderr).toBe("");
    expect(finished.status).toBe(9);
    const text = finished.stdout.toString("latin1");
    expect(text.startsWith(BANNER)).toBe(true);
    return text.slice(BANNER.length);
  }

  it("says who it is", () => {
    expect(answer("name%")).toBe(lines("m-name-dut-[tiny-pioneer]", "m-ready"));
    expect(answer("profile%")).toBe(
      lines("m-profile-[ULPMark for tinyML Firmware V0.0.1]", "m-model-[toy]", "m-ready"),
    );
    expect(answer("timestamp%")).toBe(lines("m-lap-us-10", "m-ready"));
    expect(answer("help%")).toMatch(/^ULPMark[\s\S]*infer N \[W=10\][\s\S]*\r\nm-ready\r\n$/);
  });

  it("loads, prints, infers and repeats the results", () => {
    // Two steps on 1, 2, 127: sums 1 2 127 and 2 4 254, outputs 2 4 254 and 3 6 125 (mod 256);
    // 0.5 (3 + 2), 0.5 (6 + 2), 0.5 (125 + 2).
    const results = "m-results-[2.500000,4.000000,63.500000]";
    expect(answer("db load 3%db 01027F%db print%infer 2 1%results%")).toBe(
      lines(
        ...["m-[Expecting 3 bytes]", "m-ready"],
        ...["m-load-done", "m-ready"],
        ...["m-buffer-01-02-7f", "m-ready"],
        ...["m-warmup-start-1", "m-warmup-done", "m-infer-start-2"],
        // Readings: one in the warm-up, the start, one while timed, the end.
        ...["m-lap-us-15", "m-lap-us-25", "m-infer-done", results, "m-ready"],
        ...[results, "m-ready"],
      ),
    );
  });

  it("negative values, and one step where no number is given", () => {
    // -128 + -128 = -256 = 0 mod 256: 1. -2 + -2 = -4: -1. 0: 1.
    expect(answer("db load 3%db 80fe00%infer%")).toContain(lines("m-infer-start-1"));
    expect(answer("db load 3%db 80fe00%infer 1 0%")).toContain(
      "m-results-[1.000000,-1.000000,1.000000]",
    );
    expect(answer("infer%")).toContain(lines("m-warmup-start-10", "m-warmup-done"));
  });

  it("takes bytes in any number of pieces and leaves the rest out", () => {
    const whole = answer("db load 3%db 01%db 02%db 03ffff%db print%");
    expect(whole).toBe(
      lines("m-[Expecting 3 bytes]", "m-ready", "m-ready", "m-ready") +
        lines("m-load-done", "m-ready", "m-buffer-01-02-03", "m-ready"),
    );
    const text = "db load 3%db 010203%infer 1 0%";
    expect(answer(text, { ...CLOCK, HAL_CHUNK: "1" })).toBe(answer(text));
    expect(answer("db load 3%\r\ndb 010203%\n")).toBe(answer("db load 3%db 010203%"));
  });

  it.each([
    ["frob 1%", "e-[Unknown command: frob]"],
    ["%", "e-[Unknown command: ]"],
    ["names%", "e-[Unknown command: names]"],
    ["\r\nm-ready\u0007\u001b[2J%", "e-[Unknown command: m-ready??[2J]"],
    ["db%", "e-[Command 'db' requires a subcommand]"],
    ["db load%", "e-[Command 'db load' requires the # of bytes]"],
    ["db load 0%", "e-[Command 'db load' must be >0 bytes]"],
    ["db load -1%", "e-[Command 'db load' must be >0 bytes]"],
    ["db load 4%", "e-[Supplied buffer size 4 exceeds maximum of 3]"],
    ["db load 99999999999%", "e-[Command 'db load' must be >0 bytes]"],
    ["db 010203%", "e-[No bytes are expected: use 'db load']"],
    ["db 01f%", "e-[Insufficent number of hex digits]"],
    ["infer 0%", "e-[Inference iterations must be >0]"],
    ["infer -5 1%", "e-[Inference iterations must be >0]"],
    ["infer 4294967296%", "e-[Inference iterations must be >0]"],
    ["infer 1 x%", "e-[Inference warmup must be >=0]"],
    [`${"a".repeat(81)}%`, "e-[Command is longer than 80 bytes]"],
    [`db ${"00".repeat(1000)}%`, "e-[Command is longer than 80 bytes]"],
  ])("refuses %j", (command, error) => {
    expect(answer(command)).toBe(lines(error, "m-ready"));
  });

  it("takes a command of exactly 80 bytes", () => {
    expect(answer(`${"a".repeat(80)}%`)).toBe(
      lines(`e-[Unknown command: ${"a".repeat(80)}]`, "m-ready"),
    );
  });

  it("refuses to infer on half an input and on wrong digits", () => {
    const expecting = lines("m-[Expecting 3 bytes]", "m-ready");
    expect(answer("db load 3%db 0102%infer 1 0%")).toBe(
      `${expecting}${lines("m-ready", "e-[The model takes 3 bytes, 2 are loaded]", "m-ready")}`,
    );
    expect(answer("db load 2%db 0102%infer 1 0%")).toContain(
      "e-[The model takes 3 bytes, 2 are loaded]",
    );
    expect(answer("db load 3%db 01%db 0g%")).toContain(lines("e-[Invalid hex digit '0g']"));
  });

  it("survives 200 kB of noise under sanitizers, each '%' answered by one m-ready", () => {
    let random = 1;
    const words = ["db ", "load ", "infer ", "%", "3", "0a", "name", "results", "print", " "];
    const pieces: string[] = [];
    for (let length = 0; length < 200_000; length += pieces.at(-1)?.length ?? 0) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      const draw = random >>> 16;
      // No long numbers: each step would be run.
      pieces.push(
        draw % 3 === 0
          ? (words[(draw >>> 2) % words.length] as string)
          : String.fromCharCode(((draw >>> 2) % 255) + 1).replace(/\d/, "%"),
      );
    }
    const noise = Buffer.from(pieces.join("").replaceAll(/\d{3,}/g, "33"), "latin1");
    const ends = noise.filter((byte) => byte === 0x25).length;
    const ready = answer(noise)
      .split("\r\n")
      .filter((line) => line === "m-ready");
    expect(ready).toHaveLength(ends);
  });

  describe("energy mode", () => {
    const say = (commands: string, env: Record<string, string>) =>
      runOnHost(energyMode, [], Buffer.from(commands), { ...CLOCK, ...env }).stdout.toString();

    it("timestamps are low pulses, never text", () => {
      const text = say("timestamp%db load 3%db 010203%infer 2 1%", { HAL_PIN: "1" });
      expect(text).toBe(
        `[high]m-timestamp-mode-energy\r\n[low][high]${lines("m-init-done", "m-ready")}` +
          `[low][high]${lines("m-ready", "m-[Expecting 3 bytes]", "m-ready", "m-load-done", "m-ready")}` +
          lines("m-warmup-start-1", "m-warmup-done", "m-infer-start-2") +
          // 1 2 3: outputs after two steps 3 6 9.
          `[low][high][low][high]${lines("m-infer-done", "m-results-[2.500000,4.000000,5.500000]", "m-ready")}`,
      );
    });

    it("without a pin says so", () => {
      expect(say("timestamp%", {})).toContain("e-[This board has no timestamp pin]\r\nm-ready");
    });
  });
});
