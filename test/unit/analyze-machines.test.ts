/** Machines side by side: the worked examples of the roofline, platforms, properties, and explanations that add up. */
import { describe, expect, test } from "vitest";
import { analyzeRun } from "../../host/analyze/document.ts";
import { explainField } from "../../host/analyze/explain.ts";
import { csv } from "../../host/analyze/import/csv.ts";
import { projectDocument } from "../../host/analyze/import/project.ts";
import { analyzeMachine } from "../../host/analyze/machine-analysis.ts";
import type { MachineRecord, Workload } from "../../host/analyze/machine-record.ts";
import { analyzeMachines } from "../../host/analyze/machines-document.ts";
import {
  devicePlatform,
  platformRecord,
  platformRoofs,
} from "../../host/analyze/platform-record.ts";
import type { Platform } from "../../host/analyze/platforms.ts";
import { PLATFORMS } from "../../host/analyze/platforms.ts";
import { counted } from "../../host/analyze/quantity.ts";
import { runRecords } from "../../host/analyze/run-records.ts";
import { machinesCsv } from "../../host/report/machines-csv.ts";
import { facts } from "../golden/report/facts.ts";
import { codeOf, imported } from "./import-text.ts";

const [h100] = PLATFORMS.filter(({ id }) => id === "h100") as [Platform];

function workload(ops: number, bytes: number): Workload {
  return {
    name: "work",
    ops: counted(ops, "op", "test"),
    bytesMoved: counted(bytes, "byte", "test"),
  };
}

/** A machine with the H100's roofs. */
function record(ops: number, bytes: number, seconds: number): MachineRecord {
  const time = { min: null, mean: null, p50: seconds, p90: null, p99: null, max: null };
  return {
    id: "box-work",
    machine: "box",
    machineClass: "accelerator",
    workload: workload(ops, bytes),
    time: { kind: "measured", source: "test", unit: "s", count: 1, ...time, relativeError: 0 },
    samples: [],
    metrics: {},
    roofs: platformRoofs(h100),
    origin: { format: "test", file: "test", records: "all" },
    setup: {},
    warnings: [],
  };
}

describe("one machine", () => {
  // The reference's worked examples: H100 SXM at intensity 8, 1 and 64.
  test.each([
    [8, 26.8e12, 0.0271],
    [1, 3.35e12, 0.00339],
    [64, 214.4e12, 0.217],
  ])("H100 at %d op/byte may reach %d op/s", (intensity, attainable, share) => {
    const analysis = analyzeMachine(record(intensity * 1e9, 1e9, 1));
    expect(analysis.bound).toBe("memory");
    expect(analysis.ridgePoint?.value).toBeCloseTo(295.2, 1);
    expect(analysis.attainable?.value).toBeCloseTo(attainable, -9);
    expect((analysis.attainable?.value ?? 0) / 989e12).toBeCloseTo(share, 3);
  });

  test("MFU, MBU and rate of a run at half the bandwidth", () => {
    // 1.675e9 byte in 1 ms are half of 3.35e12 byte/s; as many operations are 1.675 of 989 Top/s.
    const { mfu, mbu, rate } = analyzeMachine(record(1.675e9, 1.675e9, 1e-3));
    expect(mbu?.value).toBeCloseTo(0.5, 12);
    expect(mfu?.value).toBeCloseTo(1.675 / 989, 12);
    expect(rate).toMatchObject({ unit: "op/s", kind: "measured" });
  });

  test("more time never raises a share, and double the work doubles the rate", () => {
    let last = Number.POSITIVE_INFINITY;
    for (const seconds of [1e-9, 1e-6, 1, 1e6]) {
      const share = analyzeMachine(record(1e9, 1e6, seconds)).mfu?.value ?? Number.NaN;
      expect(share).toBeLessThan(last);
      last = share;
    }
    const one = analyzeMachine(record(1e9, 1e6, 1)).rate?.value ?? 0;
    expect(analyzeMachine(record(2e9, 1e6, 1)).rate?.value).toBe(2 * one);
  });

  test("a rate above the roof is said to be one", () => {
    expect(analyzeMachine(record(1e12, 1e12, 1e-3)).explanation).toContain("above that roof");
  });

  test("what is not known is null and named", () => {
    const { roofs: _, ...rest } = record(1e9, 1e6, 1);
    const analysis = analyzeMachine({ ...rest, roofs: [] });
    expect(analysis).toMatchObject({ bound: null, mfu: null, mbu: null, attainable: null });
    expect(analysis.explanation).toContain("roofs of the machine");
    expect(analysis.rate?.value).toBe(1e9);
  });
});

describe("stated platforms", () => {
  test("Llama-3-8B, one token on an H100: memory-bound, 4.78 ms and the call", () => {
    // 16e9 byte / 3.35e12 byte/s = 4.776 ms, and 10 us a call.
    const found = platformRecord(h100, workload(16e9, 16e9));
    expect(found?.time?.p50).toBeCloseTo(0.004776 + 10e-6, 6);
    expect(found?.time?.kind).toBe("modelled");
    expect(analyzeMachine(found as MachineRecord).bound).toBe("memory");
  });

  test("a run's own model takes the time that the run's comparison gives", () => {
    const document = analyzeRun(facts);
    const [board] = runRecords(document, "run");
    const column = document.comparison.find(({ id }) => id === "h100");
    const found = platformRecord(h100, (board as MachineRecord).workload);
    expect(found?.time?.p50).toBeCloseTo((column?.computeMs.value ?? 0) * 1e-3, 15);
  });

  test("without operations there is no record", () => {
    const unknown = { name: "work", ops: null, bytesMoved: null };
    expect(platformRecord(h100, unknown)).toBeNull();
    const rows = analyzeMachines([{ ...record(1, 1, 1), workload: unknown }], [h100]);
    expect(rows.rows).toHaveLength(1);
    expect(rows.notes).toHaveLength(1);
  });

  test.each([
    ["Tesla T4", "t4"],
    ["NVIDIA L4", "l4"],
    ["NVIDIA H100 80GB HBM3", "h100"],
    ["NVIDIA A100-SXM4-80GB", "a100"],
    ["NVIDIA H100 PCIe", undefined],
    ["NVIDIA A100-SXM4-40GB", undefined],
    ["NVIDIA L40S", undefined],
    ["Quadro T400", undefined],
  ])("%s means %s", (name, id) => {
    expect(devicePlatform(name)?.id).toBe(id);
  });
});

describe("one document", () => {
  const document = analyzeRun(facts);
  const records = runRecords(document, "run.tpcap");
  const machines = analyzeMachines(records, [h100]);

  test("a run is its board, and shares its numbers with the run's own document", () => {
    const [board] = machines.rows;
    expect(board?.machineClass).toBe("emulated board");
    expect(board?.time?.p50).toBeCloseTo((document.latencyMs?.p50 ?? 0) * 1e-3, 15);
    expect(board?.analysis.mfu?.value).toBeCloseTo(document.roofline?.mfu.value ?? 0, 12);
    expect(board?.analysis.mbu?.value).toBeCloseTo(document.roofline?.mbu.value ?? 0, 12);
    expect(board?.analysis.bound).toBe(document.roofline?.bound);
    const { flashBytes, ramBytes, stackBytes } = facts.memory;
    expect(board?.metrics).toMatchObject({
      flash: { value: flashBytes, unit: "byte", kind: "counted" },
      ram: { value: ramBytes, unit: "byte", kind: "counted" },
      stack: { value: stackBytes, unit: "byte", kind: "measured" },
      mismatches: { value: document.verify?.mismatches, kind: "counted" },
      siSdrGain: document.audio?.siSdrGain,
    });
  });

  test("ids are unique, samples are left out", () => {
    const twice = analyzeMachines([...records, ...records], []);
    const ids = twice.rows.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(twice.rows.some((row) => "samples" in row)).toBe(false);
  });

  test("no record at all is a coded error", () => {
    expect(codeOf(() => analyzeMachines([], []))).toBe("TP-USE-290");
  });

  test("its JSON and its CSV are read back as the same machines", () => {
    const plain = JSON.parse(JSON.stringify(machines));
    const fromJson = analyzeMachines(imported(projectDocument, JSON.stringify(machines), 13), []);
    expect(JSON.parse(JSON.stringify(fromJson))).toEqual(plain);
    const fromCsv = analyzeMachines(imported(csv, machinesCsv(machines)), []);
    expect(fromCsv.rows.map(({ id, time }) => [id, time?.p50, time?.p99])).toEqual(
      machines.rows.map(({ id, time }) => [id, time?.p50, time?.p99]),
    );
    expect(fromCsv.rows.map(({ analysis }) => analysis.mfu?.value)).toEqual(
      machines.rows.map(({ analysis }) => analysis.mfu?.value),
    );
    const kinds = (document: typeof machines) =>
      document.rows.map(({ workload, metrics, roofs, time }) => [
        [time?.kind, workload.ops?.kind, workload.bytesMoved?.kind, roofs[0]?.peak.kind],
        Object.entries(metrics).map(([name, { kind }]) => `${name} ${kind}`),
      ]);
    expect(kinds(fromCsv)).toEqual(kinds(machines));
  });

  test("two records of one machine and workload stay two in CSV", () => {
    const twice = analyzeMachines([...records, ...records], []);
    const again = analyzeMachines(imported(csv, machinesCsv(twice)), []);
    expect(again.rows.map(({ id }) => id)).toEqual(twice.rows.map(({ id }) => id));
  });

  test("the document of a run, as JSON, gives the same board", () => {
    const [board] = imported(projectDocument, JSON.stringify(document), 17);
    expect(board?.workload).toEqual(records[0]?.workload);
    expect(board?.time?.p99).toBe(records[0]?.time?.p99);
  });
});

describe("explain", () => {
  const document = analyzeRun(facts);
  const machines = analyzeMachines(runRecords(document, "run.tpcap"), [h100]);

  test("value, unit, kind, source, arithmetic and records of one number", () => {
    expect(explainField(document, "latencyMs.max")).toMatchObject({
      unit: "ms",
      kind: "modelled",
      expression: "cycles of the worst frame / clock, in ms",
      inputs: [
        { path: "cycles.max", unit: "cycle" },
        { path: "provenance.clock", value: 64, unit: "MHz", kind: "stated" },
      ],
    });
    expect(explainField(machines, "rows.0.analysis.mbu").records).toContain("run.tpcap");
  });

  test("every rule's arithmetic gives the document's own value", () => {
    const run = [
      ...["instructions.perMac", "cycles.perMac", "latencyMs.p50", "latencyMs.max"],
      ...["ironLaw.cpi", "ironLaw.time", "powerMw.average", "powerMw.dutyPercent"],
      ...["roofline.arithmeticIntensity", "roofline.ridgePoint", "roofline.mfu", "roofline.mbu"],
      ...["audio.siSdrGain", "comparison.h100.usdPerMillionFrames"],
    ];
    const fields = ["rate", "arithmeticIntensity", "ridgePoint", "attainable", "mfu", "mbu"];
    const shared = machines.rows.flatMap(({ id, roofs }) =>
      fields
        .filter((name) => roofs.length > 0 || name === "rate")
        .map((name) => `rows.${id}.analysis.${name}`),
    );
    for (const [found, path] of [
      ...run.map((path) => [document, path] as const),
      ...shared.map((path) => [machines, path] as const),
    ]) {
      const { value, again } = explainField(found, path);
      expect(again, path).not.toBeNull();
      expect(Math.abs((again ?? 0) / Number(value) - 1), path).toBeLessThan(1e-9);
    }
  });

  test("steps are names as well as indices, and .value may be written", () => {
    const byName = explainField(machines, "rows.h100-hearable.analysis.mfu.value");
    const index = machines.rows.findIndex(({ id }) => id === "h100-hearable");
    expect(byName).toEqual(explainField(machines, `rows.${index}.analysis.mfu`));
  });

  test.each([
    "",
    "nothing",
    "latencyMs",
    "latencyMs.p50.more",
    "rows.99",
    "__proto__",
    "model.constructor",
  ])('"%s" is no field: a coded error that names those there are', (path) => {
    expect(codeOf(() => explainField(document, path))).toBe("TP-USE-287");
  });

  test("a null says why", () => {
    const emulated = analyzeRun({ ...facts, as: null });
    expect(() => explainField(emulated, "latencyMs.p50")).toThrow(/--as/);
  });
});
