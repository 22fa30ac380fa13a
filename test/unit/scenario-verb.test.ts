import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ToolkitError } from "../../codegen/index.ts";
import type { ScenarioDocument } from "../../host/analyze/loadgen/document.ts";
import { ExponentialGaps } from "../../host/analyze/loadgen/exponential-gaps.ts";
import { Mt19937 } from "../../host/analyze/loadgen/mt19937.ts";
import { DrawThreads } from "../../host/workflow/draw-thread.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { scenario } from "../../host/workflow/scenario.ts";
import type { ScenarioOptions } from "../../host/workflow/scenario-request.ts";
import { RUNS } from "./loadgen-runs.ts";

const folder = mkdtempSync(join(tmpdir(), "scenario-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(name: string, options: ScenarioOptions) {
  const printed: { document?: ScenarioDocument; text?: string } = {};
  const status = await scenario(
    {
      json: true,
      signal: new AbortController().signal,
      progress: silentProgress,
      colour: false,
      print: (document, text) => {
        printed.document = document as ScenarioDocument;
        printed.text = text();
      },
    },
    options,
    name,
  );
  const { document, text } = printed as Required<typeof printed>;
  return { status, document, text };
}

const codeOf = (name: string, options: ScenarioOptions) =>
  run(name, options).then(
    ({ status }) => `status ${status}`,
    (error: unknown) => (error instanceof ToolkitError ? error.code : String(error)),
  );

describe("pioneer scenario", () => {
  it("gives LoadGen's names with kinds and sources", async () => {
    const { status, document, text } = await run("server", {
      qps: 10,
      serviceUs: 300,
    });
    expect(status).toBe(0);
    expect(document).toMatchObject({
      schema: 1,
      scenario: "server",
      valid: true,
      reasons: [],
      qps: { unit: "query/s", kind: "modelled" },
      latencyNs: { kind: "modelled", p50: 300_000, min: 300_000 },
      earlyStopping: { met: true, estimateNs: null },
      queryCount: 6012,
      sampleCount: 6012,
      durationNs: 600059632135,
    });
    expect(text).toContain("server: VALID");
  });

  it("ends with 1 when the test is not valid, and says why", async () => {
    const { status, document } = await run("server", { qps: 100, seconds: 1, serviceUs: 30_000 });
    expect(status).toBe(1);
    expect(document.reasons).toHaveLength(2);
    expect(document.reasons[0]).toMatch(/^P99 is \d+\.\d+ ms, over the bound of 10 ms$/);
  });

  it("finds the largest rate and the most streams", async () => {
    const rate = await run("server", { findQps: true, seconds: 10, serviceUs: 1000 });
    expect(rate.document.found).toMatchObject({ what: "qps", load: { unit: "query/s" } });
    expect(rate.document.valid).toBe(true);
    const streams = await run("multi-stream", { findStreams: 10, seconds: 10, serviceUs: 879 });
    expect(streams.document).toMatchObject({
      scenario: "multi-stream",
      found: { what: "streams", load: { value: 11 } },
    });
    expect(streams.text).toContain("most streams carried: 11 streams,");
  });

  it("judges LoadGen's own test again", async () => {
    const recorded = RUNS.find(({ trace }) => trace !== undefined) as (typeof RUNS)[number];
    writeFileSync(join(folder, "mlperf_log_detail.txt"), recorded.detail);
    writeFileSync(join(folder, "mlperf_log_trace.json"), recorded.trace as string);
    const log = join(folder, "mlperf_log_detail.txt");
    const { document } = await run("single-stream", { detailLog: log });
    expect(document.reported?.differences).toEqual([]);
    expect(document.reported?.valid).toBe(document.valid);
    expect(document.latencyNs.kind).toBe("measured");
    expect(await codeOf("offline", { detailLog: log })).toBe("TP-USE-227");
  });

  it("needs the trace beside the detail log", async () => {
    const recorded = RUNS[0] as (typeof RUNS)[number];
    const log = join(folder, "alone_detail.txt");
    writeFileSync(log, recorded.detail);
    expect(await codeOf("single-stream", { detailLog: log })).toBe("TP-USE-223");
  });

  it.each<readonly [string, ScenarioOptions, string]>([
    ["sever", { serviceUs: 1 }, "TP-USE-226"],
    ["server", { qps: 1 }, "TP-USE-227"],
    ["server", { serviceUs: 1 }, "TP-USE-227"],
    ["server", { qps: 1, findQps: true, serviceUs: 1 }, "TP-USE-227"],
    ["server", { qps: 1, serviceUs: 1, capture: "x" }, "TP-USE-227"],
    ["offline", { serviceUs: 1, targetLatencyMs: 1 }, "TP-USE-227"],
    ["single-stream", { serviceUs: 1, qps: 1 }, "TP-USE-227"],
    ["server", { qps: 1, serviceUs: 1, seed: "-1" }, "TP-USE-229"],
    ["server", { qps: 1, serviceUs: 1, seed: "18446744073709551616" }, "TP-USE-229"],
    ["server", { qps: 1, serviceUs: 1, percentile: 100 }, "TP-USE-220"],
    ["server", { qps: 1, serviceUs: 1e12 }, "TP-USE-221"],
    ["server", { detailLog: "/nowhere/detail.txt" }, "TP-USE-230"],
    ["server", { qps: 1, capture: "/nowhere.tpcap" }, "TP-USE-150"],
    ["server", { qps: 1e9, seconds: 86_400, serviceUs: 1 }, "TP-USE-225"],
  ])("%s %o is %s", async (name, options, code) => {
    expect(await codeOf(name, options)).toBe(code);
  });
});

describe("draws of another thread", () => {
  it("go on where the first thread left off", async () => {
    const threads = new DrawThreads();
    const source = threads.open(7, 1000);
    const alone = new ExponentialGaps(1000, new Mt19937(7));
    let shared = 0;
    // Blocks of a thread of its own lie in shared memory; its start takes as long as it takes.
    for (let round = 0; shared < 1000 && round < 2000; round++) {
      for (let block = 0; block < 20; block++) {
        const drawn = source.next();
        if (drawn.buffer instanceof SharedArrayBuffer) shared++;
        const expected = alone.next();
        for (let index = 0; index < expected.length; index++) {
          if (drawn[index] !== expected[index]) throw new Error(`draw ${index} differs`);
        }
      }
      if (shared === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    threads.close();
    expect(shared).toBeGreaterThanOrEqual(1000);
  });
});
