import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DeviceRecord, HostRecord, WireRecord } from "../../host/decode/records.gen.ts";
import {
  decodeDeviceRecord,
  decodeHostRecord,
  encodePayload,
  RECORD_IDS,
} from "../../host/decode/records.gen.ts";
import { blob, random, text, u8, u32 } from "./frames-wire.ts";

const LONGEST_TEXT = "x".repeat(255);
const U64_MAX = 2n ** 64n - 1n;

/** Every record of a device, with the bytes as the schema's comment lays them out. */
const DEVICE: readonly (readonly [DeviceRecord, number[]])[] = [
  [
    {
      type: "hello",
      board: "qemu-m4",
      app: "",
      model: "grüße",
      modelDigest: "0123456789abcdef",
      compiler: LONGEST_TEXT,
      clockHz: 0xfedcba98,
      counterKind: 255,
      inputBytes: 0x1234,
      outputBytes: 0xffff,
      stateBytes: 0,
      creditFrames: 4,
    },
    [
      ...text("qemu-m4"),
      ...text(""),
      ...[7, 0x67, 0x72, 0xc3, 0xbc, 0xc3, 0x9f, 0x65],
      ...text("0123456789abcdef"),
      ...[255, ...Array.from({ length: 255 }, () => 0x78)],
      ...[0x98, 0xba, 0xdc, 0xfe, 255, 0x34, 0x12, 0xff, 0xff, 0, 0, 4],
    ],
  ],
  [
    {
      type: "output",
      frame: 0x01020304,
      cycles: U64_MAX - 1n,
      values: Uint8Array.of(0, 255, 0),
      state: new Uint8Array(0),
    },
    [4, 3, 2, 1, 0xfe, 255, 255, 255, 255, 255, 255, 255, 3, 0, 0, 255, 0, 0, 0],
  ],
  [
    {
      type: "output",
      frame: 0xffffffff,
      cycles: 0x0807060504030201n,
      values: new Uint8Array(0),
      state: new Uint8Array(1008).fill(7),
    },
    [255, 255, 255, 255, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, ...blob(new Uint8Array(1008).fill(7))],
  ],
  [
    { type: "summary", frames: 1, droppedRecords: 256, badFrames: 65536, stackBytes: 0x7fffffff },
    [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 255, 255, 255, 127],
  ],
  [{ type: "log", text: "a line" }, text("a line")],
  [
    { type: "fault", cause: 2, pc: 0x1001, lr: 0xfffffff9, status: 0x8200, address: 0x20400000 },
    [...u8(2), ...u32(0x1001), ...u32(0xfffffff9), ...u32(0x8200), ...u32(0x20400000)],
  ],
  [{ type: "boot", cause: 2, status: 0x0e000000 }, [2, 0, 0, 0, 0x0e]],
  [
    { type: "roof", pass: 1, loop: 0x0203, loops: 20, cycles: 0x0807060504030201n },
    [1, 0, 3, 2, 20, 0, 1, 2, 3, 4, 5, 6, 7, 8],
  ],
  [{ type: "temperature", frame: 100, millikelvin: 303_150 }, [100, 0, 0, 0, ...u32(303_150)]],
  [
    {
      type: "hop",
      frame: 7,
      computeUs: 900,
      analyseCycles: 0x01020304,
      stepCycles: 54_354,
      synthesiseCycles: 0xffffffff,
      watchCycles: 302,
      overruns: 1,
      worstUs: 10_001,
      worstFrame: 3,
    },
    [7, 900, 0x01020304, 54_354, 0xffffffff, 302, 1, 10_001, 3].flatMap(u32),
  ],
  [{ type: "recovery", frame: 300, cause: 2, frames: 0x10000 }, [...u32(300), 2, 0, 0, 1, 0]],
  [
    { type: "kernels", frame: 258, ends: Uint8Array.of(1, 2, 0, 0, 3, 4, 5, 0) },
    [2, 1, 0, 0, 8, 0, 1, 2, 0, 0, 3, 4, 5, 0],
  ],
  [
    { type: "sound", frame: 9, rateMillihertz: 16_129_032, lostHops: 1, gaps: 2, queuedHops: 1 },
    [...[9, 16_129_032, 1, 2].flatMap(u32), 1],
  ],
  [{ type: "heard", frame: 3, values: Uint8Array.of(5, 6) }, [...u32(3), 2, 0, 5, 6]],
  [
    { type: "ina", part: 228, index: 3, timeUs: 0x10203, shunt: 0xfffff0, bus: 0x3e80, status: 2 },
    [228, 0, 3, 0, 0, 0, 3, 2, 1, 0, 0xf0, 0xff, 0xff, 0, 0x80, 0x3e, 0, 0, 2, 0],
  ],
];

const HOST: readonly (readonly [HostRecord, number[]])[] = [
  [{ type: "identify", wireVersion: 1 }, [1]],
  [
    { type: "input", frame: 0x80000001, values: Uint8Array.of(9, 0, 8) },
    [1, 0, 0, 128, 3, 0, 9, 0, 8],
  ],
  [{ type: "reset", reserved: 0 }, [0]],
  [{ type: "measure", frames: 1000, seed: 0xdeadbeef }, [...u32(1000), ...u32(0xdeadbeef)]],
  [{ type: "stop", reserved: 0 }, [0]],
  [{ type: "readRoofs", passes: 0x0103 }, [3, 1]],
  [{ type: "listen", frames: 500, tapEvery: 0x0203 }, [...u32(500), 3, 2]],
];

const nameOf = ([record]: readonly [WireRecord, number[]]) => record.type;

describe("records", () => {
  it("has a vector for each of them", () => {
    expect(new Set([...DEVICE, ...HOST].map(nameOf))).toEqual(new Set(Object.keys(RECORD_IDS)));
  });

  it.each([...DEVICE, ...HOST])("encodes $type as the schema lays it out", (record, payload) => {
    expect([...encodePayload(record)]).toEqual(payload);
  });

  it.each(DEVICE)("decodes $type, and nothing shorter or longer", (record, payload) => {
    const decode = (bytes: number[]) =>
      decodeDeviceRecord(RECORD_IDS[record.type], Uint8Array.from(bytes));
    expect(decode(payload)).toEqual({ ok: true, record });
    for (let length = 0; length < payload.length; length++) {
      expect(decode(payload.slice(0, length)).ok).toBe(false);
    }
    expect(decode([...payload, 0])).toEqual({
      ok: false,
      reason: "1 bytes follow the last field",
    });
  });

  it.each(HOST)("decodes $type, and nothing shorter or longer", (record, payload) => {
    const decode = (bytes: number[]) =>
      decodeHostRecord(RECORD_IDS[record.type], Uint8Array.from(bytes));
    expect(decode(payload)).toEqual({ ok: true, record });
    for (let length = 0; length < payload.length; length++) {
      expect(decode(payload.slice(0, length)).ok).toBe(false);
    }
    expect(decode([...payload, 0]).ok).toBe(false);
  });

  it("keeps received bytes when the buffer is used again", () => {
    const payload = Uint8Array.from([...u32(1), ...blob([1, 2, 3])]);
    const decoded = decodeHostRecord(RECORD_IDS.input, payload);
    payload.fill(0);
    expect(decoded).toMatchObject({ record: { values: Uint8Array.of(1, 2, 3) } });
  });

  it("refuses to send what a field cannot hold", () => {
    const refused: readonly [WireRecord, string][] = [
      [{ type: "measure", frames: -1, seed: 1 }, "-1 is no u32"],
      [{ type: "measure", frames: 2 ** 32, seed: 1 }, "4294967296 is no u32"],
      [{ type: "measure", frames: 1.5, seed: 1 }, "1.5 is no u32"],
      [{ type: "identify", wireVersion: 256 }, "256 is no u8"],
      [{ type: "log", text: `${LONGEST_TEXT}x` }, "a text of 256 bytes; 255 fit"],
      [{ type: "log", text: "a\0b" }, "a text holds a NUL, which ends it on the device"],
      [
        { type: "input", frame: 0, values: new Uint8Array(1083) },
        "a payload of at least 1089 bytes; 1088 fit",
      ],
    ];
    for (const [record, message] of refused) {
      expect(() => encodePayload(record)).toThrow(new RangeError(message));
    }
  });

  it("never throws on random payloads", () => {
    const next = random(0x1f123bb5);
    for (let round = 0; round < 20_000; round++) {
      const payload = Uint8Array.from({ length: next() % 64 }, () => next() & 0xff);
      decodeDeviceRecord(next() % 32, payload);
      decodeHostRecord(0x80 + (next() % 8), payload);
    }
  });
});

const compiler = ["gcc", "cc"].find((name) => spawnSync(name, ["--version"]).status === 0);
const FLAGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-Ifirmware/telemetry"];

/** A string literal of any bytes; octal, because hex escapes have no end. */
const literal = (value: string) =>
  `"${[...Buffer.from(value)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** C that fills a record's struct, packs it into memory of exactly that size and prints the payload in hex. */
function packProgram(records: readonly DeviceRecord[]): string {
  const blocks = records.map((record) => {
    const { type, ...fields } = record;
    const setters = Object.entries(fields as Record<string, unknown>).map(([name, value]) => {
      const member = `record.${snake(name)}`;
      if (typeof value === "string") return `${member} = ${literal(value)};`;
      if (value instanceof Uint8Array) {
        const bytes = value.length > 0 ? [...value].join(",") : "0";
        return `static const uint8_t ${name}[] = {${bytes}}; ${member} = ${name}; ${member}_length = ${value.length}u;`;
      }
      return `${member} = ${value}${typeof value === "bigint" ? "ull" : "u"};`;
    });
    const size = encodePayload(record).length;
    return `{
      record_${snake(type)} record;
      ${setters.join("\n")}
      uint8_t *payload = malloc(${size});
      assert(record_${snake(type)}_pack(&record, payload, ${size - 1}u) == 0u);
      assert(record_${snake(type)}_pack(&record, payload, ${size}u) == ${size}u);
      for (size_t i = 0; i < ${size}u; ++i) printf("%02x", payload[i]);
      printf("\\n");
      free(payload);
    }`;
  });
  return `#include "records.gen.h"
    #include <assert.h>
    #include <stdio.h>
    #include <stdlib.h>
    int main(void) { ${blocks.join("\n")} return 0; }`;
}

/** C that unpacks each payload from memory of exactly that size, compares it, and sees every shorter one refused. */
function unpackProgram(records: readonly HostRecord[]): string {
  const blocks = records.map((record) => {
    const payload = encodePayload(record);
    const { type, ...fields } = record;
    const checks = Object.entries(fields as Record<string, unknown>).map(([name, value]) => {
      const member = `record.${snake(name)}`;
      if (value instanceof Uint8Array) {
        return `static const uint8_t ${name}[] = {${[...value].join(",")}};
          assert(${member}_length == ${value.length}u && memcmp(${member}, ${name}, ${value.length}u) == 0);`;
      }
      return `assert(${member} == ${value}u);`;
    });
    return `{
      static const uint8_t sent[] = {${[...payload].join(",")}};
      for (size_t length = 0; length <= sizeof sent + 1u; ++length) {
        uint8_t *payload = calloc(length + (length == 0u), 1u);
        memcpy(payload, sent, length < sizeof sent ? length : sizeof sent);
        record_${snake(type)} record;
        assert(record_${snake(type)}_unpack(&record, payload, length) == (length == sizeof sent));
        if (length == sizeof sent) { ${checks.join("\n")} }
        free(payload);
      }
    }`;
  });
  return `#include "records.gen.h"
    #include <assert.h>
    #include <stdlib.h>
    int main(void) { ${blocks.join("\n")} return 0; }`;
}

describe.skipIf(!compiler)(`records in C${compiler ? "" : " (skipped: no gcc or cc here)"}`, () => {
  function runProgram(source: string): string {
    const folder = mkdtempSync(join(tmpdir(), "records-"));
    try {
      const file = join(folder, "program.c");
      const program = join(folder, "program");
      writeFileSync(file, source);
      const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
      const options = ["-std=c11", "-g", ...sanitizers, ...FLAGS, file, "-o", program];
      execFileSync(compiler as string, options, { stdio: "pipe" });
      return execFileSync(program, { encoding: "utf8" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("packs to the same bytes as the host encodes, and nothing into too little room", () => {
    const printed = runProgram(packProgram(DEVICE.map(([record]) => record)));
    const expected = DEVICE.map(([, payload]) => Buffer.from(payload).toString("hex"));
    expect(printed.trim().split("\n")).toEqual(expected);
  });

  it("unpacks what the host encodes, and nothing shorter or longer", () => {
    runProgram(unpackProgram(HOST.map(([record]) => record)));
  });

  function expectClean(language: "c" | "c++"): void {
    const options = ["-x", language, "-fsyntax-only", ...FLAGS, "firmware/telemetry/records.gen.h"];
    // As a main file every unused static inline would be named, if the compiler named any.
    const result = spawnSync(compiler as string, options, { encoding: "utf8" });
    expect(result.stderr).toBe("");
  }

  it("is clean as c without a use of any function", () => expectClean("c"));

  const cpp = spawnSync("g++", ["--version"]).status === 0;
  it.skipIf(!cpp)(`is clean as c++ too${cpp ? "" : " (skipped: no g++ here)"}`, () => {
    expectClean("c++");
  });
});
