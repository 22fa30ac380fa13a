/** Iron Law and what-ifs of machine records: stated platforms, runs, foreign files, and documents read again. */
import { describe, expect, test } from "vitest";
import { analyzeRun } from "../../host/analyze/document.ts";
import { explainField } from "../../host/analyze/explain.ts";
import { formatOf } from "../../host/analyze/import/formats.ts";
import type { MachinesDocument } from "../../host/analyze/machines-document.ts";
import { analyzeMachines } from "../../host/analyze/machines-document.ts";
import { PLATFORMS } from "../../host/analyze/platforms.ts";
import { runRecords } from "../../host/analyze/run-records.ts";
import { machinesHtml } from "../../host/report/machines-html.ts";
import { machinesMarkdown, machinesText } from "../../host/report/machines-text.ts";
import { facts } from "../golden/report/facts.ts";
import { imported } from "./import-text.ts";

const platforms = PLATFORMS.filter(({ id }) => ["h100", "t4"].includes(id));
const run = analyzeRun(facts);
const document = analyzeMachines(runRecords(run, "run.json"), platforms);
const again = (text: string): MachinesDocument => {
  const format = formatOf(text);
  if (format === undefined) throw new Error("no format");
  return analyzeMachines(imported(format, text), []);
};
const rowOf = (machine: RegExp, of = document) => {
  const found = of.rows.find((row) => machine.test(row.machine));
  if (found === undefined) throw new Error("no row");
  return found;
};

describe("a stated platform", () => {
  const { analysis, time } = rowOf(/H100/);

  test("spends its time on the calls: the terms add up to its time", () => {
    const { terms } = analysis;
    const busy = Math.max(terms?.data.value ?? 0, terms?.arithmetic.value ?? 0);
    expect(busy + (terms?.overhead.value ?? 0)).toBeCloseTo(time?.p50 ?? 0, 12);
    expect(terms?.largest).toBe("overhead");
    // Its bytes are modelled (2 a parameter, a tenth for activations), the cost of its calls is stated.
    expect([terms?.data.kind, terms?.overhead.kind]).toEqual(["modelled", "stated"]);
  });

  test("gains nothing from twice the bandwidth, though its roof rises", () => {
    const row = analysis.whatIfs.find(({ id }) => id === "bandwidth");
    expect(row?.roofSpeedUp.value).toBeCloseTo(2, 9);
    expect(row?.speedUp.value).toBeLessThan(1.005);
    expect(row?.limit).toBe("the roof rises and this run does not: its overhead takes the time");
  });

  test("saves a launch a layer when all is fused", () => {
    const row = analysis.whatIfs.find(({ id }) => id === "fuse");
    expect(row?.speedUp.value).toBeGreaterThan(1.1);
    expect(row?.newTime.kind).toBe("modelled");
  });
});

test("terms that come to more than was measured are said to be no parts of it", () => {
  // 3 Mop at 2 Top/s are 1.5 us; the file says that it took 1 us.
  const { rows } = again(
    "machine,workload,time [us],ops,bytes,peak compute [op/s],peak memory [byte/s]\nbox,work,1,3e6,1e3,2e12,1e11\n",
  );
  expect(rows[0]?.analysis.terms?.explanation).toMatch(
    /the terms come to 1\.5 µs where it took 1 µs, so a roof is taken too low/,
  );
});

describe("a run", () => {
  test("brings its own levels, terms and kernels", () => {
    const row = rowOf(/nRF52840/);
    expect(row.analysis.terms).toEqual(run.roofline?.terms);
    expect(row.detail?.parts.map(({ name }) => name)).toEqual(["lstm0", "dense0"]);
    expect(row.analysis.roof).toBe(run.roofline?.roof);
  });

  test("shares its time out among its kernels", () => {
    const [whole, ...kernels] = run.roofline?.dots ?? [];
    const shares = kernels.map(({ share }) => share?.value ?? 0);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    // MACs of the kernels at their rates take the time of the whole.
    const [lstm, dense] = kernels.map(({ rate }) => rate.value);
    const time = (2 * 24576) / (lstm ?? 0) + (2 * 2048) / (dense ?? 0);
    expect(time).toBeCloseTo(53248 / (whole?.rate.value ?? 1), 12);
    expect(kernels.every(({ rate }) => rate.kind === "modelled")).toBe(true);
  });

  test("has an intensity at every memory whose bytes are known", () => {
    const levels = run.roofline?.levels ?? [];
    // 53248 op over 28288 B of weights, and over 37500 B counted at the port.
    expect(levels.map(({ name }) => name)).toEqual(["flash", "load/store port"]);
    expect(levels[0]?.arithmeticIntensity.value).toBeCloseTo(53248 / 28288, 12);
    expect(levels[1]?.arithmeticIntensity.value).toBeCloseTo(53248 / 37500, 12);
    expect(levels[0]?.ridgePoint.value).toBe(2);
    expect(levels[0]?.clock).toBe("own");
    expect(levels[1]?.clock).toBe("core");
  });

  test("adds its terms up: arithmetic, waits and overhead are its time", () => {
    const terms = run.roofline?.terms;
    // 34300 instructions and 7072 cycles of waiting at 64 MHz.
    expect(terms?.arithmetic.value).toBeCloseTo(34300 / 64e6, 12);
    expect(terms?.wait?.value).toBeCloseTo(7072 / 64e6, 12);
    expect(terms?.overhead.value).toBeCloseTo((46390 - 34300) / 64e6, 12);
  });

  test("says so when its terms are longer than its measured time", () => {
    const measured = { kind: "measured", perFrame: [20000, 20000], source: "DWT" } as const;
    const { roofline } = analyzeRun({ ...facts, deviceCycles: measured });
    expect(roofline?.terms.overhead.value).toBe(0);
    expect(roofline?.terms.overhead.source).toMatch(/none left: the other terms alone are/);
  });

  test("on a board without a clock is told in cycles", () => {
    const bare = analyzeRun({
      ...facts,
      as: { ...facts.board, ...facts.as, clock: null } as never,
    });
    expect(bare.roofline?.terms.arithmetic).toMatchObject({ value: 34300, unit: "cycle" });
    expect(bare.roofline?.whatIfs).toHaveLength(5);
  });
});

describe("a foreign file", () => {
  const HEAD = "machine,workload,time [us],ops,bytes,peak compute [op/s],peak memory [byte/s]";
  const { analysis } = again(`${HEAD}\nbox,work,100,1000,1000,1e9,1e8\n`).rows[0] ?? {};

  test("has what is left of its time as overhead", () => {
    // 1000 B at 1e8 B/s take 10 us of 100.
    expect(analysis?.terms?.data.value).toBeCloseTo(10e-6, 12);
    expect(analysis?.terms?.overhead.value).toBeCloseTo(90e-6, 12);
  });

  test("says what a batch supposes", () => {
    const row = analysis?.whatIfs.find(({ id }) => id === "batch");
    expect(row?.condition).toContain("if all its bytes are weights");
  });
});

describe("read again", () => {
  test("a document of rows gives the same analysis", () => {
    const second = again(JSON.stringify(document));
    expect(second.rows.map(({ analysis }) => analysis)).toEqual(
      document.rows.map(({ analysis }) => analysis),
    );
  });

  test("a run's document of before this detail still has its roofs", () => {
    const { roofline, ...rest } = run;
    const { levels: _, terms: __, whatIfs: ___, ...older } = roofline ?? ({} as never);
    const { rows } = again(JSON.stringify({ ...rest, roofline: older }));
    expect(rows[0]?.detail).toBeUndefined();
    expect(rows[0]?.analysis.bound).toBe("memory");
    expect(rows[0]?.analysis.whatIfs.length).toBeGreaterThan(0);
  });

  test.each([
    ["levels", [{}]],
    ["terms", {}],
    ["whatIfs", [{ change: "x" }]],
    ["parts", "no list"],
    ["waterfalls", [{ id: "traffic", title: "x", unit: "byte", explanation: "x", bars: [{}] }]],
  ])("a row with damaged %s is refused", (field, value) => {
    const [row] = document.rows;
    const damaged = { ...row, detail: { ...row?.detail, [field]: value } };
    expect(() => again(JSON.stringify({ schema: 1, rows: [damaged] }))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^TP-USE-28/) }),
    );
  });
});

test("every report shows them", () => {
  const text = machinesText(document, false);
  expect(text).toContain("Iron Law and what-ifs");
  expect(text).toMatch(/a {2}double the bandwidth of flash/);
  expect(machinesMarkdown(document)).toContain("## Iron Law and what-ifs");
  const html = machinesHtml(document);
  expect(html).toContain('id="what-if"');
  expect(html).toContain("tp-arrow");
  expect(html).toContain('id="waterfall-traffic"');
  expect(explainField(document, "rows.0.analysis.terms.data").unit).toBe("s");
});
