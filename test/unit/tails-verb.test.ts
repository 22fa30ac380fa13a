import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, Float64Histogram } from "hdr-histogram-js";
import { afterAll, describe, expect, it } from "vitest";
import { ToolkitError } from "../../codegen/index.ts";
import { Random } from "../../host/analyze/statistics/random.ts";
import type { TailsDocument } from "../../host/analyze/tails/document.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { numbersOf } from "../../host/workflow/tails/numbers.ts";
import { LatencyRecorder } from "../../host/workflow/tails/recorder.ts";
import type { TailsOptions } from "../../host/workflow/tails/request.ts";
import { tails } from "../../host/workflow/tails/tails.ts";
import { codeOf } from "./import-text.ts";

const folder = mkdtempSync(join(tmpdir(), "tails-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function run(options: TailsOptions, path = "") {
  const printed: { document?: TailsDocument; text?: string } = {};
  const status = await tails(
    {
      json: true,
      signal: new AbortController().signal,
      progress: silentProgress,
      colour: false,
      print: (document, text) => {
        printed.document = document as TailsDocument;
        printed.text = text();
      },
    },
    options,
    path,
  );
  const { document, text } = printed as Required<typeof printed>;
  return { status, document, text };
}

const refusal = (options: TailsOptions, path = "") =>
  run(options, path).then(
    ({ status }) => `status ${status}`,
    (error: unknown) => (error instanceof ToolkitError ? error.code : String(error)),
  );

const p99Of = (tail: TailsDocument["recorded"]) =>
  tail.percentiles.find(({ name }) => name === "p99")?.value;

describe("the recorder", () => {
  /** Latencies over six decades, drawn; whole. */
  const latencies = (() => {
    const random = new Random(3);
    return Float64Array.from({ length: 20_000 }, () =>
      Math.round(1000 * 10 ** random.between(0, 6)),
    );
  })();

  function recorderOf(values: Float64Array, interval = 0): LatencyRecorder {
    const recorder = new LatencyRecorder(interval);
    for (let at = 0; at < values.length; at += 777) recorder.recordAll(values.slice(at, at + 777));
    return recorder;
  }

  it("keeps every rank within its stated error, and count, mean, deviation and extremes exactly", () => {
    const counts = recorderOf(latencies).recorded();
    const sorted = latencies.slice().sort();
    expect([counts.count, counts.min, counts.max]).toEqual([20_000, sorted[0], sorted.at(-1)]);
    for (let rank = 0; rank < sorted.length; rank += 13) {
      const exact = sorted[rank] as number;
      expect(Math.abs(counts.valueAtRank(rank) / exact - 1)).toBeLessThanOrEqual(1 / 2048);
    }
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(counts.mean / mean).toBeCloseTo(1, 12);
    expect(counts.deviation / Math.sqrt(squares / 19_999)).toBeCloseTo(1, 10);
  });

  it("widens intervals to the edges of its buckets, so that they hold what they say", () => {
    const sorted = latencies.slice().sort();
    const counts = recorderOf(latencies).recorded();
    for (const [low, high] of [
      [0, 19_999],
      [9860, 10_138],
      [19_772, 19_828],
    ] as const) {
      const [from, to] = counts.valuesBetween(low, high) as readonly [number, number];
      expect(from).toBeLessThanOrEqual(sorted[low] as number);
      expect(to).toBeGreaterThanOrEqual(sorted[high] as number);
      expect(from / (sorted[low] as number)).toBeGreaterThan(1 - 1 / 1024);
      expect(to / (sorted[high] as number)).toBeLessThan(1 + 1 / 1024);
    }
    expect(counts.valuesBetween(0, null)).toEqual([sorted[0], null]);
  });

  it("counts as the library's own JavaScript does, whose percentile is the ceil(n p)-th sample", () => {
    const library = new Float64Histogram(1, 2 ** 51 - 1, 3);
    for (const latency of latencies) library.recordValue(latency);
    const { buckets } = recorderOf(latencies).recorded();
    const sorted = latencies.slice().sort();
    for (const { low, high, count } of buckets) {
      expect(library.getCountAtIndex(library.countsArrayIndex(low))).toBe(count);
      expect(library.highestEquivalentValue(low)).toBe(high);
    }
    for (const percent of [50, 90, 99, 99.9, 99.99]) {
      const exact = sorted[Math.ceil((20_000 * percent) / 100) - 1] as number;
      const theirs = library.getValueAtPercentile(percent);
      // The top of its bucket: never below, and at most 1/1024 above.
      expect(theirs / exact).toBeGreaterThanOrEqual(1);
      expect(theirs / exact).toBeLessThanOrEqual(1 + 1 / 1024);
    }
  });

  it("corrects loadgen.md's stall: 10,000 x 1 ms and one of 100 s at 10 ms", () => {
    const values = new Float64Array(10_001).fill(1e6);
    values[5000] = 100e9;
    const recorder = recorderOf(values, 10e6);
    const recorded = recorder.recorded();
    const corrected = recorder.corrected();
    expect(recorder.hidden).toBe(9999);
    expect(recorded.valueAtRank(Math.trunc(10_001 * 0.99)) / 1e6).toBeCloseTo(1, 3);
    expect(recorded.mean / 1e6).toBeCloseTo(11, 1);
    expect(corrected?.count).toBe(20_000);
    expect((corrected?.valueAtRank(19_800) ?? 0) / 1e9).toBeCloseTo(98, 1);
    expect((corrected?.mean ?? 0) / 1e6).toBeCloseTo(25_003, 0);
    // The library's own correction of the same samples.
    const library = build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3 });
    for (const value of values) library.recordValueWithExpectedInterval(value, 10e6);
    expect(library.totalCount).toBe(20_000);
    expect(library.getValueAtPercentile(99) / (corrected?.valueAtRank(19_799) ?? 0)).toBeCloseTo(
      1,
      3,
    );
  });

  it("keeps the first samples in order, and no more than it may", () => {
    const recorder = new LatencyRecorder();
    recorder.recordAll(Float64Array.of(3, 1, 2));
    expect([...recorder.trace]).toEqual([3, 1, 2]);
    for (let i = 0; i < 3; i++) recorder.recordAll(new Float64Array(2 ** 16).fill(5));
    expect(recorder.trace).toHaveLength(2 ** 17);
    expect(recorder.count).toBe(3 + 3 * 2 ** 16);
  });

  it.each([
    [Number.NaN, "TP-USE-302"],
    [-1, "TP-USE-302"],
    [Number.POSITIVE_INFINITY, "TP-USE-302"],
    [2 ** 51, "TP-USE-302"],
    [2 ** 51 - 1, undefined],
    [0, undefined],
  ])("takes or refuses %s", (value, code) => {
    expect(codeOf(() => new LatencyRecorder().recordAll(Float64Array.of(1, value)))).toBe(code);
  });

  it("counts what one stall hid in bounded memory", () => {
    const recorder = recorderOf(Float64Array.of(3e6), 1);
    // 1, 2, ..., 3e6.
    const corrected = recorder.corrected();
    expect([recorder.hidden, corrected?.count, corrected?.min]).toEqual([3e6 - 1, 3e6, 1]);
    expect(corrected?.mean).toBeCloseTo(1_500_000.5, 3);
  });

  it("refuses an interval that invents samples without end", () => {
    expect(codeOf(() => recorderOf(Float64Array.of(2 ** 50), 1))).toBe("TP-USE-300");
    expect(codeOf(() => new LatencyRecorder().recorded())).toBe("TP-USE-240");
  });
});

describe("bare numbers", () => {
  const wanted = [0, 1, 123456789, 2 ** 40, 1e6];

  async function read(bytes: Uint8Array, format: "float64" | "int64" | "text", size: number) {
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const found: number[] = [];
    for await (const block of numbersOf(chunks(), format, "numbers")) found.push(...block);
    return found;
  }
  const bytesOf = (array: Float64Array | BigInt64Array) => new Uint8Array(array.buffer);
  const text = (value: string) => new TextEncoder().encode(value);

  it.each([1, 3, 8, 13, 1000])("are read when cut every %i bytes", async (size) => {
    expect(await read(bytesOf(Float64Array.from(wanted)), "float64", size)).toEqual(wanted);
    expect(await read(bytesOf(BigInt64Array.from(wanted.map(BigInt))), "int64", size)).toEqual(
      wanted,
    );
    expect(await read(text("0\r\n1\n\n123456789\n1099511627776\n 1e6"), "text", size)).toEqual(
      wanted,
    );
  });

  it("keep the sign of int64, so that negative ones are refused later", async () => {
    expect(await read(bytesOf(BigInt64Array.of(-5n)), "int64", 8)).toEqual([-5]);
  });

  it.each([
    ["float64", new Uint8Array(12)],
    ["text", text("1\nabc\n")],
    ["text", text("1 2\n")],
    ["text", text("NaN\n")],
    ["text", text("1".repeat(2000))],
  ] as const)("that are cut off or none are refused: %s %#", async (format, bytes) => {
    await expect(read(bytes, format, 7)).rejects.toMatchObject({ code: "TP-USE-303" });
  });
});

describe("pioneer tails", () => {
  const made: TailsOptions = { generate: 20_000, serviceUs: 900, intervalMs: 10 };

  it("makes frames, injects a source and finds it again", async () => {
    const { status, document, text } = await run({ ...made, inject: ["radio:length=60"], seed: 4 });
    expect(status).toBe(0);
    expect(document).toMatchObject({
      schema: 1,
      recorded: { kind: "modelled", unit: "ms", count: 20_000, confidence: 0.95 },
      corrected: { hidden: 0, expectedInterval: { value: 10, unit: "ms", kind: "stated" } },
      cause: { causes: [{ source: "radio" }], traceSamples: 20_000 },
      jitter: { injected: [{ source: "radio", values: { length: 60 } }], seed: 4 },
      limit: null,
      why: { limit: "no limit was given: --limit-ms gives one" },
    });
    expect(text).toContain("radio, ");
    expect(text).toContain("normal model");
    expect(text).toContain("log view");
    expect(document.fleet.p99.map(({ devices }) => devices)).toEqual([1, 10, 100, 1000, 10_000]);
  });

  it("holds the limit against what somebody who waits meets", async () => {
    const path = written("stall.txt", `${"1\n".repeat(10_000)}100000\n`);
    const stalled: TailsOptions = { numbers: "text", unit: "ms", limitMs: 10 };
    expect((await run(stalled, path)).status).toBe(0);
    // loadgen.md: the P99 of 1 ms is 98.0 s once the 9,999 hidden samples are back.
    const { status, document } = await run({ ...stalled, intervalMs: 10 }, path);
    expect(status).toBe(1);
    expect(document.limit?.why).toMatch(/^P99 with the samples that stalls hid is 98010 ms, over/);
    // 10000 of 20000 samples wait 10 ms and more, one of them exactly that.
    expect(document.fleet.late?.lateShare).toBeCloseTo(0.5, 3);
    expect((document.fleet.p99[0]?.value ?? 0) / 98_010).toBeCloseTo(1, 3);
  });

  it("is the same for the same seed", async () => {
    const options = { ...made, generate: 2000, inject: ["switches"] };
    expect((await run(options)).document).toEqual((await run(options)).document);
  });

  it("finds no cause where nothing was injected", async () => {
    const { document, text } = await run(made);
    expect(document.cause.causes).toEqual([]);
    expect(text).toContain("no cause of lateness found");
  });

  it("ends with 1 when P99 is over the limit, and counts the fleet", async () => {
    const over = await run({ ...made, limitMs: 0.9, devices: 7 });
    expect(over.status).toBe(1);
    expect(over.document.limit?.met).toBe(false);
    expect(over.document.fleet.late).toMatchObject({ devices: 7 });
    expect(over.text).toContain("limit MISSED: P99 is");
    expect((await run({ ...made, limitMs: 2 })).status).toBe(0);
  });

  it("reads a CSV of more rows than a record keeps", async () => {
    const rows = Array.from({ length: 70_000 }, (_, i) => `box,step,${i + 1}`).join("\n");
    const path = written("many.csv", `machine,workload,time [us]\n${rows}\nbox,other,5\n`);
    const { document } = await run({}, path);
    expect(document.recorded).toMatchObject({ kind: "stated", count: 70_000, min: 1e-3, max: 70 });
    // a[trunc(70000 x 0.99)] = 69301 us.
    expect(Math.abs((p99Of(document.recorded) ?? 0) / 69.301 - 1)).toBeLessThan(1 / 2048);
    expect(document.notes).toEqual(["--row chooses another record of the file: box-other"]);
    const other = await run({ row: "box-other" }, path);
    expect(other.document.recorded).toMatchObject({ count: 1, max: 5e-3 });
  });

  it("reads bare numbers in their unit", async () => {
    const path = written("numbers.txt", "1\n2\n3\n");
    const { document } = await run({ numbers: "text", unit: "s" }, path);
    expect(document.recorded).toMatchObject({ unit: "ms", min: 1000, max: 3000, mean: 2000 });
    const cycles = await run({ numbers: "text", unit: "cycle" }, path);
    expect(cycles.document.recorded).toMatchObject({ unit: "cycle", min: 1, max: 3 });
  });

  it("injects on top of a file's own times", async () => {
    const path = written("base.csv", "machine,workload,time [us]\nbox,step,900\nbox,step,1100\n");
    const { document } = await run({ generate: 1000, inject: ["evictions"] }, path);
    expect(document.recorded).toMatchObject({ kind: "modelled", count: 1000, min: 0.9 });
    expect(document.recorded.source).toContain("step on box");
  });

  it("draws both views, the same bytes each time", async () => {
    const svg = join(folder, "tails.svg");
    await run({ ...made, inject: ["switches:length=30"], svg });
    const first = readFileSync(svg, "utf8");
    expect(first).toContain("latency, linear");
    expect(first).toContain("both axes logarithmic");
    expect(first).not.toMatch(/NaN|Infinity/);
    await run({ ...made, inject: ["switches:length=30"], svg });
    expect(readFileSync(svg, "utf8")).toBe(first);
  });

  it("writes a page and Markdown that hold every percentile, and run nothing foreign", async () => {
    const [html, markdown] = [join(folder, "tails.html"), join(folder, "tails.md")];
    const path = written("<b>.txt", "1\n2\n3\n300\n");
    const options = { html, markdown, numbers: "text", unit: "ms", intervalMs: 10 } as const;
    const { document } = await run(options, path);
    const page = readFileSync(html, "utf8");
    const text = readFileSync(markdown, "utf8");
    for (const { name } of document.recorded.percentiles) {
      expect(page).toContain(`<td>${name.replace("p", "P")}</td>`);
      expect(text).toContain(`| ${name.replace("p", "P")} |`);
    }
    expect(page).toContain('<svg xmlns="http://www.w3.org/2000/svg"');
    expect(page).toContain("29 samples hidden at one every 10 ms");
    expect(page).toContain("&#60;b&#62;.txt");
    for (const written of [page, text])
      expect(written).not.toMatch(/NaN|undefined|<b>\.txt|<script/);
    await run(options, path);
    expect(readFileSync(html, "utf8")).toBe(page);
  });

  it("explains one number", async () => {
    const path = written("three.txt", "1\n2\n3\n");
    const options: TailsOptions = { numbers: "text", unit: "ms" };
    const { document, text } = await run({ ...options, explain: "recorded.mean" }, path);
    expect(document).toMatchObject({ value: 2, unit: "ms", kind: "stated" });
    expect(text).toContain("three.txt");
    const open = await run({ ...options, explain: "fleet.p99.3.value" }, path);
    expect(open.text).toContain("to not bounded");
    expect(await refusal({ ...options, explain: "recorded.nothing" }, path)).toBe("TP-USE-287");
  });

  it.each<[string, TailsOptions, string?]>([
    ["TP-USE-307", {}],
    ["TP-USE-307", { generate: 5 }],
    ["TP-USE-307", { serviceUs: 5 }],
    ["TP-USE-307", { serviceUs: 5, generate: 5 }, "file"],
    ["TP-USE-307", { seed: 1 }, "file"],
    ["TP-USE-307", { unit: "us" }, "file"],
    ["TP-USE-307", { row: "a", numbers: "text" }, "file"],
    ["TP-USE-307", { ...made, inject: ["radio", "radio"] }],
    ["TP-USE-308", { ...made, inject: ["radio:rate"] }],
    ["TP-USE-308", { ...made, inject: ["radio:rate=x"] }],
    ["TP-USE-301", { ...made, inject: ["sun"] }],
    ["TP-USE-242", { ...made, inject: ["radio:rate=-1"] }],
    ["TP-USE-242", { ...made, noise: 100 }],
    ["TP-USE-242", { ...made, confidence: 100 }],
    ["TP-USE-304", {}, "-"],
    ["TP-USE-280", {}, "/no/such/file"],
  ])("refuses with %s: %j %s", async (code, options, path) => {
    expect(await refusal(options, path)).toBe(code);
  });

  it("refuses files without every latency, records that are not there, and cycles where times are needed", async () => {
    const summary = written("summary.csv", "machine,workload,p50 [us]\nbox,step,5\n");
    expect(await refusal({}, summary)).toBe("TP-USE-306");
    expect(await refusal({ row: "nobody" }, summary)).toBe("TP-USE-305");
    const cycles = written("cycles.txt", "1\n2\n");
    expect(await refusal({ numbers: "text", unit: "cycle", intervalMs: 1 }, cycles)).toBe(
      "TP-USE-309",
    );
    expect(await refusal({ numbers: "text" }, written("empty.txt", ""))).toBe("TP-USE-240");
    expect(await refusal({ numbers: "text" }, written("minus.txt", "-1\n"))).toBe("TP-USE-302");
    expect(await refusal({ numbers: "text" }, "/no/such/file")).toMatch(/ENOENT/);
  });
});
