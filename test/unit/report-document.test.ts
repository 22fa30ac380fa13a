import { describe, expect, test } from "vitest";
import { analyzeRun } from "../../host/analyze/document.ts";
import { runRecords } from "../../host/analyze/run-records.ts";
import { formatNumber } from "../../host/report/format.ts";
import { provenanceRows } from "../../host/report/rows.ts";
import { facts, frame, nrf52840, stm32l476 } from "../golden/report/facts.ts";

const document = analyzeRun(facts);
const said = (value: number, unit: string) => ({
  ...{ value, unit, source: "by hand" },
  confidence: "S" as const,
});

test("the fields that scripts rely on", () => {
  expect(Object.keys(document)).toEqual(
    expect.arrayContaining([
      ...["schema", "board", "as", "app", "format", "model", "frames", "verify", "instructions"],
      ...["cycles", "bytesLoaded", "bytesStored", "latencyMs", "energyUj", "powerMw", "memory"],
      ...["link", "roofline", "budgets", "files", "why"],
    ]),
  );
  expect(document.schema).toBe(1);
  expect(document.board).toBe("qemu-m4");
  expect(document.as).toBe("nrf52840-dk");
  expect(document.frames).toBe(200);
});

test("counts are counted: median, max and the median a useful MAC", () => {
  // The pattern 0 3 1 4 1 5 9 2, sorted 0 1 1 2 3 4 5 9: the value at n/2 is 3.
  expect(document.instructions).toMatchObject({ kind: "counted", median: 34300, max: 34900 });
  expect(document.instructions?.perMac).toBeCloseTo(34300 / 26624, 12);
  expect(document.bytesLoaded).toBe(36000);
});

/** 28288 B of weights at 2 byte/cycle in place of 4: a quarter of a cycle a byte. */
const WAIT = 28288 / 4;

test("cycles are modelled with the weights' wait; a second model without it bounds them", () => {
  expect(document.cycles).toMatchObject({
    kind: "modelled",
    median: 46390 + WAIT,
    max: 48070 + WAIT,
    weightStalls: WAIT,
    interval: [43360, 46390 + WAIT],
  });
  expect(document.latencyMs?.kind).toBe("modelled");
  expect(document.latencyMs?.p50).toBeCloseTo((46390 + WAIT) / 64e3, 12);
});

test("every real board with the core is rated with its own clock, wait and current", () => {
  const [own, l476] = document.boards ?? [];
  expect(own).toMatchObject({ id: "nrf52840-dk", latencyMet: true });
  expect(own?.latencyMs.value).toBe(document.latencyMs?.max);
  const memory = stm32l476.memories.find(({ traffic }) => traffic === "weights");
  const wait = 28288 * (1 / (memory?.bytesPerCycle.value ?? 0) - 1 / 4);
  expect(l476?.id).toBe("nucleo-l476rg");
  expect(l476?.latencyMs.value).toBeCloseTo((48070 + Math.round(wait)) / 80e3, 12);
});

test("a board with the run's chip and clock waits as it does; another one's waits for code are said to be missing", () => {
  const chip = "nRF52840";
  const sister = { ...nrf52840, id: "sister", chip };
  const slower = { ...sister, id: "slower", clock: said(32, "MHz") };
  const { boards } = analyzeRun({
    ...facts,
    as: { ...nrf52840, chip },
    otherBoards: [sister, slower, stm32l476],
  });
  expect(boards?.map(({ id, without }) => [id, without])).toEqual([
    ["nrf52840-dk", undefined],
    ["sister", undefined],
    ["slower", "its waits for code"],
    ["nucleo-l476rg", "its waits for code"],
  ]);
  expect(boards?.[1]?.latencyMs.value).toBe(boards?.[0]?.latencyMs.value);
  expect(boards?.[1]?.powerMw?.value).toBe(boards?.[0]?.powerMw?.value);
});

test("cycles that one board measured hold its own waits on every other", () => {
  const perFrame = facts.frames.map(() => 50_000);
  const deviceCycles = { kind: "measured", perFrame, source: "DWT" } as const;
  const [, l476] = analyzeRun({ ...facts, deviceCycles }).boards ?? [];
  expect(l476?.without).toBe("its own waits, with those of nrf52840-dk");
  expect(l476?.latencyMs.value).toBeCloseTo(50_000 / 80e3, 12);
});

test("the Iron Law gives the median's time back", () => {
  expect(document.ironLaw?.time.value).toBeCloseTo(document.latencyMs?.p50 ?? 0, 12);
  expect(document.ironLaw?.cpi.value).toBeCloseTo((46390 + WAIT) / 34300, 12);
});

test("steps that leave work out are held against no roof and no other machine", () => {
  const model = { ...facts.model, leavesWorkOut: true };
  const spared = analyzeRun({ ...facts, model });
  expect(spared.roofline).toBeNull();
  expect(spared.traffic).toBeNull();
  expect(spared.comparison).toEqual([]);
  expect(spared.why.roofline).toMatch(/--delta, --skip/);
  expect(spared.cycles).toEqual(document.cycles);
  expect(runRecords(spared, "run.json")[0]?.workload).toMatchObject({
    ops: null,
    bytesMoved: null,
  });
});

test("MACs of weights that are left out are told, and held against no roof", () => {
  const networkMacs = 4 * facts.model.macs;
  const sparse = analyzeRun({ ...facts, model: { ...facts.model, networkMacs } });
  expect(sparse.roofline).toEqual(document.roofline);
  expect(sparse.instructions).toEqual(document.instructions);
  const work = new Map(provenanceRows(sparse)).get("work");
  expect(work).toContain(`done of the network's ${formatNumber(networkMacs)} `);
  expect(new Map(provenanceRows(document)).get("work")).not.toContain("network");
});

describe("without a real board", () => {
  const alone = analyzeRun({ ...facts, as: null });

  test("times, powers and budgets are null with the reason", () => {
    for (const field of ["latencyMs", "energyUj", "powerMw", "budgets"] as const) {
      expect(alone[field], field).toBeNull();
      expect(alone.why[field], field).toMatch(/qemu-m4 is emulated.*--as/);
    }
  });

  test("counts and cycles stay", () => {
    expect(alone.instructions).toEqual(document.instructions);
    // Nothing is known of an emulator's memory, so nothing is waited for.
    expect(alone.cycles).toMatchObject({ median: 46390, weightStalls: 0 });
  });
});

describe("cycles that the device measured", () => {
  const perFrame = Array.from({ length: 10 }, (_, i) => 50000 + i);
  const real = analyzeRun({
    ...facts,
    board: nrf52840,
    as: null,
    deviceCycles: { kind: "measured", perFrame, source: "DWT cycle counter" },
  });

  test("win over modelled ones", () => {
    expect(real.cycles).toMatchObject({ kind: "measured", median: 50005, max: 50009 });
    expect(real.cycles).not.toHaveProperty("interval");
    expect(real.latencyMs?.kind).toBe("measured");
    expect(real.latencyMs?.max).toBeCloseTo(50009 / 64e3, 12);
  });

  test("leave power modelled: the current is still a stated one", () => {
    expect(real.powerMw?.kind).toBe("modelled");
  });

  test("need no counted instructions", () => {
    const bare = analyzeRun({
      ...facts,
      board: nrf52840,
      as: null,
      frames: [],
      deviceCycles: { kind: "measured", perFrame, source: "DWT cycle counter" },
    });
    expect(bare.instructions).toBeNull();
    expect(bare.why.instructions).toMatch(/nothing on this board counts/);
    expect(bare.frames).toBe(10);
    expect(bare.roofline?.dots.map(({ name }) => name)).toEqual(["hearable", "lstm0", "dense0"]);
  });
});

test("a run without frames has reasons, not numbers", () => {
  const empty = analyzeRun({ ...facts, frames: [] });
  expect(empty.cycles).toBeNull();
  expect(empty.latencyMs).toBeNull();
  expect(empty.why.latencyMs).toBe(empty.why.cycles);
  expect(empty.roofline).toBeNull();
});

test("a count that is not finite is refused", () => {
  const broken = { ...frame(0), cycles: Number.NaN };
  expect(() => analyzeRun({ ...facts, frames: [broken] })).toThrow(RangeError);
});

test("the document survives JSON unchanged, and equal facts give equal text", () => {
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  expect(JSON.stringify(analyzeRun(facts))).toBe(JSON.stringify(document));
});
