/** Comparisons of records: exact counts, measured times, several runs, and sides that do not belong together. */
import { describe, expect, test } from "vitest";
import type { ComparisonOptions } from "../../host/analyze/comparison/document.ts";
import { compareSides } from "../../host/analyze/comparison/document.ts";
import type { ComparisonSide } from "../../host/analyze/comparison/side.ts";
import type { MachineRecord } from "../../host/analyze/machine-record.ts";
import { counted, measured, modelled, stated } from "../../host/analyze/quantity.ts";
import { BESIDE_A_RUN } from "../../host/analyze/run-records.ts";
import type { Wanted } from "./comparison-records.ts";
import { record, side, times } from "./comparison-records.ts";
import { codeOf } from "./import-text.ts";

function compare(
  before: MachineRecord | ComparisonSide,
  after: MachineRecord | ComparisonSide,
  options: ComparisonOptions = {},
) {
  const sideOf = (given: MachineRecord | ComparisonSide, name: string) =>
    "runs" in given ? given : side(name, [given]);
  return compareSides(sideOf(before, "before"), sideOf(after, "after"), options);
}

describe("counts compare exactly", () => {
  const counts = (instructions: number) => record({ instructions });

  test.each([
    [30_000, 30_001, "regression"],
    [30_000, 30_000, "same"],
    [30_000, 29_999, "improvement"],
  ] as const)("%d, then %d: %s", (before, after, verdict) => {
    const { verdict: found, tests, rows } = compare(counts(before), counts(after));
    expect(found).toBe(verdict);
    expect(tests).toBe(0);
    expect(rows).toMatchObject([{ quantity: "instructions", method: "exact", statistics: null }]);
    expect(rows[0]?.why).toContain("exact");
    expect(rows[0]?.change).toBeCloseTo(after / before - 1, 12);
  });

  test("a tolerance of 1 % lets 300 of 30000 pass, and not 301", () => {
    const options = { tolerance: 0.01 };
    expect(compare(counts(30_000), counts(30_300), options).verdict).toBe("same");
    expect(compare(counts(30_000), counts(30_301), options).verdict).toBe("regression");
    expect(compare(counts(30_000), counts(29_699), options).verdict).toBe("improvement");
  });

  test("a count that was 0 has no ratio, and its rise is one", () => {
    const { rows } = compare(counts(0), counts(5));
    expect(rows[0]).toMatchObject({ change: null, verdict: "regression" });
  });

  test("a sum in another order is no rise", () => {
    const modelled = (seconds: number) => record({ kind: "modelled", samples: [seconds] });
    expect(compare(modelled(0.1 + 0.2), modelled(0.3)).verdict).toBe("same");
    expect(compare(modelled(0.3), modelled(0.1 + 0.2)).verdict).toBe("same");
  });

  test("modelled times are exact by their model: median and P99", () => {
    const modelled = (level: number) =>
      record({ kind: "modelled", samples: [level, level, 2 * level] });
    const { rows, verdict } = compare(modelled(1e-3), modelled(1.001e-3));
    expect(rows.map(({ quantity }) => quantity)).toEqual(["time", "P99"]);
    expect(rows.every(({ method }) => method === "exact")).toBe(true);
    expect(verdict).toBe("regression");
  });
});

describe("measured times compare statistically", () => {
  const measured = (seed: number, level: number, count = 60) =>
    record({ samples: times(seed, level, count) });

  test.each([
    [1.05, "regression"],
    [0.95, "improvement"],
    [1, "same"],
  ] as const)("%d times as long: %s", (ratio, verdict) => {
    const document = compare(measured(1, 1e-3), measured(2, ratio * 1e-3));
    expect(document).toMatchObject({ verdict, tests: 1, falseAlarm: 0.05 });
    const [row] = document.rows;
    expect(row).toMatchObject({ method: "repetitions", quantity: "time" });
    expect(row?.interval?.[0]).toBeLessThan(ratio - 1);
    expect(row?.interval?.[1]).toBeGreaterThan(ratio - 1);
    expect(document.warnings).toMatchObject([{ code: "TP-USE-326" }]);
  });

  test("four repetitions cannot tell, and say how many can", () => {
    const document = compare(measured(1, 1e-3, 4), measured(2, 1.01e-3, 4));
    expect(document.verdict).toBe("cannot tell");
    const power = document.rows[0]?.statistics?.power;
    expect(power?.ofMinEffect).toBeLessThan(0.5);
    expect(power?.samplesNeeded).toBeGreaterThan(10);
  });

  test("a summary alone cannot tell, and is no test", () => {
    const summary = { ...measured(1, 1e-3), samples: [] };
    expect(compare(summary, summary)).toMatchObject({
      verdict: "cannot tell",
      tests: 0,
      rows: [{ method: "none", why: expect.stringContaining("3 runs on each side") }],
    });
  });

  test("times of 0 have no ratio, and do not stop the rest", () => {
    const coarse = record({ samples: [0, 1e-6, 0, 0], instructions: 5 });
    const { rows, tests } = compare(coarse, coarse);
    expect(tests).toBe(0);
    expect(rows.map(({ verdict }) => verdict)).toEqual(["cannot tell", "same"]);
    expect(rows[0]?.why).toContain("too coarse");
  });

  test("several tests share the false-alarm rate", () => {
    const both = (seed: number) =>
      side("both", [
        record({ workload: "a", samples: times(seed, 1, 40) }),
        record({ workload: "b", samples: times(seed + 10, 1, 40) }),
      ]);
    const { rows, tests } = compare(both(1), both(2));
    expect(tests).toBe(2);
    // 0.05 / 2 one-sided: 95 % two-sided.
    expect(rows.map(({ confidence }) => confidence)).toEqual([0.95, 0.95]);
  });
});

describe("several runs a side", () => {
  const runs = (name: string, ...levels: readonly number[]) =>
    side(name, ...levels.map((level, seed) => [record({ samples: times(seed, level, 200) })]));

  test("their medians are the samples: 4 against 4, all above, 1 of 70 arrangements", () => {
    const { rows, verdict, warnings } = compare(
      runs("a", 1, 1.01, 1.02, 1.03),
      runs("b", 1.1, 1.11, 1.12, 1.13),
    );
    expect(verdict).toBe("regression");
    expect(rows[0]).toMatchObject({ method: "runs", statistics: { inflation: 1 } });
    expect(rows[0]?.statistics?.riseProbability).toBeCloseTo(1 / 70, 12);
    expect(warnings).toEqual([]);
  });

  test("differences between runs are no regression, though any two runs differ clearly", () => {
    const { verdict } = compare(runs("a", 1, 1.05, 1.1, 1.02), runs("b", 1.06, 1.01, 1.09, 1.03));
    expect(verdict).toBe("cannot tell");
  });

  test("counts that differ between runs compare by their median, and say so", () => {
    const counted = (...counts: readonly number[]) =>
      side("c", ...counts.map((instructions) => [record({ instructions })]));
    const { rows } = compare(counted(10, 11, 12), counted(11, 11, 11));
    expect(rows[0]).toMatchObject({ verdict: "same", baseline: { value: 11 } });
    expect(rows[0]?.why).toContain("runs of one side differ");
  });
});

describe("numbers of which more is better", () => {
  const rate = (perSecond: number, wanted: Wanted = {}) =>
    record({ metrics: { throughput: measured(perSecond, "frame/s", "test") }, ...wanted });
  const each = (...rates: readonly number[]) =>
    side("runs", ...rates.map((perSecond) => [rate(perSecond, { timeless: true })]));

  test.each([
    [100, 99, "regression"],
    [100, 100, "same"],
    [100, 101, "improvement"],
  ] as const)("a modelled rate of %d, then %d: %s", (before, after, verdict) => {
    const modelledRate = (perSecond: number) =>
      record({ metrics: { throughput: modelled(perSecond, "token/s", "test") } });
    const { rows } = compare(modelledRate(before), modelledRate(after));
    expect(rows).toMatchObject([{ quantity: "throughput", better: "more", verdict }]);
    expect(rows[0]?.change).toBeCloseTo(after / before - 1, 12);
    const tolerated = compare(modelledRate(before), modelledRate(after), { tolerance: 0.011 });
    expect(tolerated.verdict).not.toBe("regression");
  });

  test("five runs a tenth slower: the change and its side are the rate's own", () => {
    const before = [100, 102, 104, 106, 108];
    const { rows, verdict } = compare(
      each(...before),
      each(...before.map((perSecond) => 0.9 * perSecond)),
    );
    expect(verdict).toBe("regression");
    const [row] = rows;
    // The median of all 25 logarithms of ratios is that of the equal pairs.
    expect(row?.change).toBeCloseTo(-0.1, 12);
    expect(row?.baseline.value).toBeCloseTo(104, 9);
    const [low = 0, high = 0] = row?.interval ?? [];
    expect(low).toBeLessThan(-0.1);
    expect(high).toBeGreaterThan(-0.1);
    expect(high).toBeLessThan(0);
    expect(compare(each(...before.map((one) => 0.9 * one)), each(...before)).verdict).toBe(
      "improvement",
    );
  });

  test("one run's rate is left out beside its time, and cannot be told without", () => {
    const timed = rate(100, { samples: times(1, 1, 30) });
    expect(compare(timed, timed).rows.map(({ quantity }) => quantity)).toEqual(["time"]);
    expect(compare(each(100), each(50)).rows).toMatchObject([
      { quantity: "throughput", verdict: "cannot tell" },
    ]);
  });

  test("a quieter clean clip is a regression, though there is one run", () => {
    const gain = (decibels: number) =>
      record({ metrics: { siSdrGain: measured(decibels, "dB", "test") } });
    expect(compare(gain(7), gain(6.9)).rows).toMatchObject([
      { method: "exact", verdict: "regression" },
    ]);
    expect(compare(gain(-1), gain(0.5)).verdict).toBe("improvement");
  });
});

test("flash, RAM and the deepest stack compare exactly", () => {
  const sized = (flash: number, ram: number, stack: number) =>
    record({
      metrics: {
        flash: counted(flash, "byte", "test"),
        ram: counted(ram, "byte", "test"),
        stack: measured(stack, "byte", "test"),
      },
    });
  const { rows, tests } = compare(sized(40_000, 5000, 600), sized(39_999, 5000, 608));
  expect(tests).toBe(0);
  expect(rows.map(({ quantity, verdict }) => [quantity, verdict])).toEqual([
    ["flash", "improvement"],
    ["ram", "same"],
    ["stack", "regression"],
  ]);
});

test("shares, prices, settings and the machine's own numbers have no better side", () => {
  const other = (value: number) =>
    record({
      instructions: 5,
      metrics: {
        mfu: modelled(value, "1", "test"),
        frameInterval: stated(value, "ms", "test"),
        price: stated(value, "USD/h", "test"),
        emptyCall: measured(value, "s", "test"),
      },
    });
  expect(compare(other(1), other(2)).rows).toHaveLength(1);
});

describe("sides that do not belong together", () => {
  const one = { samples: times(1, 1, 30) };

  test.each([
    ["no record", record(one), side("empty", []), "TP-USE-320"],
    ["another workload", record(one), record({ ...one, workload: "other" }), "TP-USE-321"],
    ["another machine", record(one), record({ ...one, machine: "other" }), "TP-USE-322"],
    ["another kind", record(one), record({ ...one, kind: "modelled" }), "TP-USE-324"],
    ["nothing in common", record(one), record({ instructions: 5 }), "TP-USE-325"],
  ] as const)("%s", (_, before, after, code) => {
    expect(codeOf(() => compare(before, after))).toBe(code);
  });

  test("another machine is compared when asked for, with a warning", () => {
    const other = record({ ...one, machine: "other" });
    const { rows, warnings } = compare(record(one), other, { anyMachine: true });
    expect(rows).toHaveLength(1);
    expect(warnings.map(({ code }) => code)).toContain("TP-USE-322");
  });

  test("other work and missing workloads are warned of", () => {
    const before = side("a", [record({ instructions: 5 }), record({ workload: "gone" })]);
    const { warnings, rows } = compare(before, record({ instructions: 5, ops: 2000 }));
    expect(warnings.map(({ code }) => code)).toEqual(["TP-USE-321", "TP-USE-323"]);
    expect(warnings[1]?.text).toContain("1000 op, now 2000 op");
    expect(rows).toHaveLength(1);
  });

  test("settings that changed are listed", () => {
    const { changed } = compare(
      record({ instructions: 5, flags: "-Os" }),
      record({ instructions: 4, flags: "-O3" }),
    );
    expect(changed).toEqual([
      { workload: "net", name: "flags", baseline: "-Os", candidate: "-O3" },
    ]);
  });

  test("the computer timed beside a board's run is not compared", () => {
    const computer: MachineRecord = {
      ...record({ machine: "pc", ...one }),
      machineClass: "computer",
      origin: { format: "run", file: "run", records: BESIDE_A_RUN },
    };
    const run = (instructions: number) => side("run", [record({ instructions }), computer]);
    expect(compare(run(5), run(5)).rows.map(({ machine }) => machine)).toEqual(["board"]);
  });

  test.each([{ tolerance: -1 }, { tolerance: Number.NaN }, { minEffect: 0 }, { falseAlarm: 1 }])(
    "%j is refused",
    (options) => {
      const given = record({ instructions: 5 });
      expect(codeOf(() => compare(given, given, options))).toBe("TP-USE-242");
    },
  );
});
