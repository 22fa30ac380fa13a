import { describe, expect, it } from "vitest";
import { withoutMarks } from "../../codegen/emit/part-marks.ts";
import { benchmarkModel, generate, loadBoard, noiseFrames } from "../../codegen/index.ts";
import type { ProfileCounts, ProfileFacts } from "../../host/analyze/profile/facts.ts";
import { foldedStacks } from "../../host/analyze/profile/folded.ts";
import { profileOf } from "../../host/analyze/profile/profile.ts";
import { profileTrace, stampedTrace } from "../../host/analyze/profile/trace.ts";
import { alignedTo, parseFrames, placeLines, placeOf } from "../../host/workflow/profile/places.ts";
import { parseNames, parseProfile } from "../../host/workflow/profile/profile-file.ts";
import { checkTrace } from "./trace-event.ts";

function counts(instructions: number, cycles: number | null): ProfileCounts {
  const stalls =
    cycles === null ? null : { operand: 0, access: cycles - instructions, long: 0, branch: 0 };
  return { instructions, cycles, bytesLoaded: 4, bytesStored: 0, stalls, memory: null };
}

/** Two steps: the step calls an LSTM that calls rows; rows serve a dense layer, too. */
const FACTS: ProfileFacts = {
  places: [
    { functions: ["main", "net_step"], part: "state", layer: null },
    { functions: ["net_lstm0"], part: "other", layer: "lstm" },
    { functions: ["net_rows"], part: "macs", layer: null },
    { functions: ["net_lstm0", "net_update_unit"], part: "elementwise", layer: "lstm" },
    { functions: ["main", "net_step", "net_dense0"], part: "other", layer: "mask" },
    { functions: ["__aeabi_lmul"], part: null, layer: null },
  ],
  layers: [{ name: "lstm", columns: { input: 16, recurrent: 48 } }, { name: "mask" }],
  cells: [
    { path: [0], counts: counts(4, 8) },
    { path: [0, 1], counts: counts(6, 12) },
    { path: [0, 1, 2], counts: counts(80, 160) },
    { path: [0, 3], counts: counts(10, 10) },
    { path: [4, 2], counts: counts(20, 40) },
    { path: [0, 3, 5], counts: counts(6, 10) },
  ],
  spans: [
    { pass: 0, cell: 0, begin: 0, length: 2 },
    { pass: 0, cell: 1, begin: 2, length: 4 },
    { pass: 0, cell: 2, begin: 6, length: 80 },
    { pass: 0, cell: 3, begin: 86, length: 10 },
    { pass: 0, cell: 4, begin: 96, length: 20 },
    { pass: 0, cell: 0, begin: 116, length: 2 },
    { pass: 1, cell: 0, begin: 0, length: 4 },
  ],
  passes: 2,
};

describe("a profile", () => {
  it("adds up by layer and part: shared rows go to who calls them, columns part the products", () => {
    const { parts, instructions, cycles } = profileOf(FACTS, "a table");
    expect(instructions.perStep).toBe(63);
    expect(cycles?.perStep).toBe(120);
    const row = (layer: string, part: string) =>
      parts.find((one) => one.layer === layer && one.part === part);
    // 80 instructions in two steps, a quarter of the columns are inputs.
    expect(row("lstm", "input macs")).toMatchObject({
      instructions: 10,
      cycles: 20,
      split: "apportioned",
    });
    expect(row("lstm", "recurrent macs")).toMatchObject({ instructions: 30, cycles: 60 });
    // A library function belongs to the part that calls it.
    expect(row("lstm", "elementwise")).toMatchObject({
      instructions: 8,
      cycles: 10,
      split: "counted",
    });
    expect(row("mask", "macs")).toMatchObject({ instructions: 10, cycles: 20, split: "counted" });
    expect(row("step", "state")).toMatchObject({ instructions: 2, cycles: 4 });
    expect(parts.map(({ layer }) => layer)).toEqual([
      "lstm",
      "lstm",
      "lstm",
      "lstm",
      "mask",
      "step",
    ]);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(row("lstm", "recurrent macs")?.stalls?.access).toBe(30);
  });

  it("adds up by function, alone and with calls", () => {
    const { functions } = profileOf(FACTS, "a table");
    expect(functions[0]).toMatchObject({ function: "net_rows", instructions: 50, cycles: 100 });
    const lstm = functions.find((one) => one.function === "net_lstm0");
    expect(lstm).toMatchObject({ instructions: 3, total: { instructions: 51, cycles: 96 } });
    const step = functions.find((one) => one.function === "net_step");
    expect(step?.total.instructions).toBe(63);
  });

  it("goes by instructions where nothing charges cycles", () => {
    const cells = FACTS.cells.map((cell) => ({
      ...cell,
      counts: counts(cell.counts.instructions, null),
    }));
    const profile = profileOf({ ...FACTS, cells }, "none");
    expect(profile.cycles).toBeNull();
    expect(profile.parts[0]?.cycles).toBeNull();
    expect(profile.parts[0]?.share).toBeCloseTo(20 / 126, 12);
  });

  it("folds into stacks that flame graphs read", () => {
    expect(foldedStacks(FACTS)).toBe(
      [
        "main;net_step;[state] 8",
        "main;net_step;net_dense0;net_rows;[macs] 40",
        "main;net_step;net_lstm0;[other] 12",
        "main;net_step;net_lstm0;net_rows;[macs] 160",
        "main;net_step;net_lstm0;net_update_unit;[elementwise] 10",
        "main;net_step;net_lstm0;net_update_unit;__aeabi_lmul;[elementwise] 10",
        "",
      ].join("\n"),
    );
  });
});

describe("a trace", () => {
  const request = { device: "a board", model: "net", clockHz: 2e6, source: "a table" };

  it("keeps the format's rules and shows steps, layers and parts at the board's clock", () => {
    const events = checkTrace(JSON.stringify(profileTrace(FACTS, request)));
    const named = (name: string) => events.filter((event) => event.name === name);
    // 118 cycles at 2 MHz; the second step follows.
    expect(named("step 0")[0]).toMatchObject({
      ts: 0,
      dur: 59,
      cat: "step",
      args: { cycles: 118 },
    });
    expect(named("step 1")[0]).toMatchObject({ ts: 59, dur: 2 });
    expect(named("lstm")[0]).toMatchObject({ ts: 1, dur: 47, cat: "layer" });
    expect(named("mask")[0]).toMatchObject({ ts: 48, dur: 10 });
    expect(named("macs").map(({ ts }) => ts)).toEqual([3, 48]);
  });

  it("takes a cycle for a microsecond where no board gives a clock", () => {
    const trace = profileTrace(FACTS, { ...request, clockHz: null });
    expect(checkTrace(JSON.stringify(trace))[0]).toMatchObject({ ts: 0, dur: 118 });
    expect(trace.otherData.timeline).toMatch(/1 us is 1 cycle/);
  });

  it.each(["measured", "modelled"] as const)("comes from a device's own stamps, %s", (kind) => {
    const steps = [
      { frame: 0, beginUs: 100.5, lengthUs: 20, layers: [] },
      {
        frame: 1,
        beginUs: 10_100,
        lengthUs: 21,
        layers: [
          { name: "lstm", beginUs: 10_100, lengthUs: 15 },
          { name: "dense", beginUs: 10_115, lengthUs: 5 },
        ],
      },
    ];
    const trace = stampedTrace(steps, request, kind);
    const events = checkTrace(JSON.stringify(trace));
    expect(events.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
      ["step 0", 100.5, 20],
      ["step 1", 10_100, 21],
      ["lstm", 10_100, 15],
      ["dense", 10_115, 5],
    ]);
    expect(trace.otherData.kind).toBe(kind);
  });

  it("is refused by these rules when events overlap", () => {
    const event = { name: "a", ph: "X", pid: 1, tid: 1, ts: 0, dur: 10 };
    const traceEvents = [event, { ...event, ts: 5 }];
    expect(() => checkTrace(JSON.stringify({ traceEvents, displayTimeUnit: "ns" }))).toThrow();
  });
});

describe("places", () => {
  const parts = {
    file: "net.c",
    layers: [{ function: "net_lstm0", layer: "lstm", kind: "lstm" as const }],
    functions: { net_lstm0: "other" as const, net_update_unit: "elementwise" as const },
    lines: [{ from: 20, to: 24, part: "state" as const }],
  };
  const TEXT = `0x00000100
net_saturate.constprop.0
firmware/gen/net.c:7
net_update_unit
firmware/gen/net.c:19
net_lstm0.isra.0.cold
firmware/gen/net.c:90 (discriminator 3)
0x00000102
net_update_unit
firmware/gen/net.c:22
net_lstm0
firmware/gen/net.c:90
0x00000104
memcpy
??:?
`;

  it("read a line table's inlined functions, clones by their own name", () => {
    const frames = parseFrames(TEXT);
    expect(frames.get(0x100)?.map((frame) => frame.function)).toEqual([
      "net_lstm0",
      "net_update_unit",
      "net_saturate",
    ]);
    expect(frames.get(0x100)?.[0]?.line).toBe(90);
    expect(frames.get(0x104)).toEqual([{ function: "memcpy", file: "??", line: 0 }]);
  });

  it("are told by the innermost function that the generator knows, a marked line first", () => {
    const frames = parseFrames(TEXT);
    const at = (address: number) => placeOf(frames.get(address) ?? [], parts);
    expect(at(0x100)).toMatchObject({ part: "elementwise", layer: "lstm" });
    expect(at(0x102)).toMatchObject({ part: "state", layer: "lstm" });
    expect(at(0x104)).toMatchObject({ part: null, layer: null });
  });

  it("lie at addresses of 32 bits, without the bit that says Thumb", () => {
    expect(alignedTo(2, 0x8000_0001)).toBe(0x8000_0000);
    expect(alignedTo(1, 0xffff_ffff)).toBe(0xffff_ffff);
  });

  it("are spelt as the plugin reads them", () => {
    const ranges = [{ begin: 0x100, end: 0x102, place: 3, isEntry: true }];
    expect(placeLines(ranges)).toBe("100 102 3 1\n");
  });
});

describe("marks of parts", () => {
  it("leave the text as it was and reach to the next or to the function's end", () => {
    const { text, lines } = withoutMarks("a\n\u0001macs\nb\n\u0001state\nc\n}\nd");
    expect(text).toBe("a\nb\nc\n}\nd");
    expect(lines).toEqual([
      { from: 2, to: 2, part: "macs" },
      { from: 3, to: 4, part: "state" },
    ]);
  });

  it("find the multipliers of a kernel in the C", () => {
    const model = benchmarkModel("lstm", 8, 8);
    const board = loadBoard("qemu-m4");
    const { files, parts } = generate({
      model,
      board,
      format: "int8",
      calibration: noiseFrames(8),
    });
    const text = files.find(({ name }) => name === parts.file)?.text.split("\n") ?? [];
    expect(files.some((file) => file.text.includes("\u0001"))).toBe(false);
    const requantized = parts.lines
      .filter(({ part }) => part === "requantize")
      .map(({ from, to }) => text.slice(from - 1, to).join("\n"));
    expect(requantized[0]).toMatch(/REQUANTIZE\("r4", "r5"/);
    expect(requantized[0]).not.toMatch(/FOUR_COLUMNS/);
    expect(parts.layers.map(({ kind }) => kind)).toContain("lstm");
    expect(parts.layers.find(({ kind }) => kind === "lstm")?.columns).toEqual({
      input: 8,
      recurrent: 8,
    });
  });
});

describe("a profile's file", () => {
  const names = parseNames(JSON.stringify({ places: FACTS.places, layers: FACTS.layers }));
  const cell = `{"cell":1,"path":[1,2],"instructions":3,"cycles":4,"bytesLoaded":0,"bytesStored":0,"readMisses":2,"stalls":{"operand":0,"access":1,"long":0,"branch":0}}\n`;

  it("is read with what memories cost, and spans", () => {
    const facts = parseProfile(`${cell}{"span":[0,1,0,4]}\n`, names, 1);
    expect(facts.cells[0]?.path).toEqual([0, 1]);
    expect(facts.cells[0]?.counts).toMatchObject({ cycles: 4, memory: { readMisses: 2 } });
    expect(facts.spans).toEqual([{ pass: 0, cell: 0, begin: 0, length: 4 }]);
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["a place that is not named", cell.replace("[1,2]", "[1,7]")],
    ["a negative count", cell.replace(":3,", ":-3,")],
    ["cells out of order", cell.replace('"cell":1', '"cell":2')],
    ["a span of no cell", `${cell}{"span":[0,2,0,4]}\n`],
    ["half a stall", cell.replace('"long":0,', "")],
  ])("is refused with %s", (_, text) => {
    expect(() => parseProfile(text, names, 1)).toThrow(/TP-USE-151/);
  });

  it("is refused with names that are none", () => {
    for (const text of [
      "{}",
      '{"places":[{}],"layers":[]}',
      '{"places":[],"layers":[{"name":1}]}',
    ]) {
      expect(() => parseNames(text)).toThrow(/TP-USE-151/);
    }
  });
});
