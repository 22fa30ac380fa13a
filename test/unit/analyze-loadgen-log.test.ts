import { describe, expect, it } from "vitest";
import { AnalysisError } from "../../host/analyze/analysis-error.ts";
import { loadgenLog } from "../../host/analyze/import/loadgen-format.ts";
import { detailEntry, summaryRow, tracedSample } from "../../host/analyze/import/loadgen-lines.ts";
import { LoadgenLogReader } from "../../host/analyze/import/loadgen-log.ts";
import { settingsOf } from "../../host/analyze/loadgen/reported.ts";
import { RUNS, readLog } from "./loadgen-runs.ts";

const code = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error instanceof AnalysisError ? error.code : String(error);
  }
  return "none";
};
const run = RUNS[2] as (typeof RUNS)[number];

describe("a line of a log", () => {
  const mllog = (key: string, value: string) =>
    `:::MLLOG {"key": "${key}", "value": ${value}, "time_ms": 0.1, "namespace": "mlperf::logging", "metadata": {"is_error": false}}`;

  it("keeps numbers as they stand, so that seeds of 64 bits stay whole", () => {
    expect(detailEntry(mllog("effective_schedule_rng_seed", "16159082839903944936"))).toEqual({
      key: "effective_schedule_rng_seed",
      value: "16159082839903944936",
      error: false,
    });
    expect(detailEntry(mllog("x", '"a \\"b\\""'))?.value).toBe('a "b"');
    expect(detailEntry(mllog("x", '"C:\\windows"'))?.value).toBe("C:\\windows");
    expect(detailEntry(mllog("x", "true"))?.value).toBe("true");
    expect(detailEntry(mllog("x", "[1,2]"))?.value).toBe("[1,2]");
    expect(detailEntry(mllog("x", `"${"y".repeat(5000)}"`))?.value).toBe("y".repeat(1000));
  });

  it.each(["", ":::MLLOG", ":::MLLOG {}", ':::MLLOG {"key": "a", "value": 1', mllog("a b", "1")])(
    "%s is no entry",
    (line) => {
      expect(detailEntry(line)).toBeUndefined();
    },
  );

  it("of the summary is a row, an estimate or nothing", () => {
    expect(summaryRow("50.00 percentile latency (ns)   : 9707558")).toEqual({
      key: "50.00 percentile latency (ns)",
      value: "9707558",
      error: false,
    });
    expect(summaryRow(" * Early stopping 90.0th percentile estimate: 123")).toEqual({
      key: "estimate 90",
      value: "123",
      error: false,
    });
    expect(summaryRow("======")).toBeUndefined();
    expect(summaryRow("Early Stopping Result:")).toBeUndefined();
  });

  it("of the trace is a sample only when every number is there", () => {
    const line =
      '{"name":"Sample","cat":"default","ph":"b","pid":1,"id":5,"ts":1234.567,"args":{"sample_seq":5,"query_seq":4,"sample_idx":3,"issue_start_ns":10,"complete_ns":2000}},';
    expect(tracedSample(line)).toEqual({
      query: 4,
      scheduledNs: 1234567,
      issueDelayNs: 10,
      latencyNs: 2000,
    });
    expect(tracedSample(line.replace("2000", "-2000"))).toBeUndefined();
    expect(tracedSample(line.replace("1234.567", "1e9"))).toBeUndefined();
    expect(tracedSample(line.replace('"ph":"b"', '"ph":"e"'))).toBeUndefined();
  });
});

describe("the reader of logs", () => {
  it("does not care where the text is cut", () => {
    const whole = readLog(run.detail, run.summary);
    for (const size of [1, 2, 7, 4096]) {
      const reader = new LoadgenLogReader("test");
      for (const text of [run.detail, run.summary]) {
        for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
        reader.endFile();
      }
      expect(reader.finish()).toEqual(whole);
    }
  });

  it("reads carriage returns, and a last line without its end", () => {
    const text = run.detail.trimEnd().replaceAll("\n", "\r\n");
    expect(readLog(text).detail).toEqual(readLog(run.detail).detail);
  });

  it("passes over lines too long to be of interest, and counts broken ones", () => {
    const long = `:::MLLOG {"key": "loaded_qsl_set", "value": "${"1,".repeat(100_000)}"`;
    const reader = new LoadgenLogReader("test");
    for (const text of [run.detail, long.slice(0, 70_000), long.slice(70_000), "\n:::MLLOG {\n"]) {
      reader.push(text);
    }
    const log = reader.finish();
    expect(log.detail).toEqual(readLog(run.detail).detail);
    expect(readLog(run.detail).discardedLines).toBe(0);
    expect(log.discardedLines).toBe(2);
  });

  it("keeps hostile keys apart from objects and bounds how many there are", () => {
    const entry = (key: string) => `:::MLLOG {"key": "${key}", "value": 1, "time_ms": 0}\n`;
    const { detail } = readLog(entry("loadgen_version") + entry("__proto__"));
    expect(detail.get("__proto__")).toBe("1");
    const many = Array.from({ length: 3000 }, (_, index) => entry(`key_${index}`)).join("");
    expect(code(() => readLog(many))).toBe("TP-USE-288");
  });

  it("refuses what is not LoadGen's, and settings that are cut off", () => {
    expect(code(() => readLog(""))).toBe("TP-USE-282");
    expect(code(() => readLog("hello\nworld : 1\n"))).toBe("TP-USE-282");
    const cut = run.detail.slice(0, run.detail.indexOf("effective_min_duration_ms"));
    expect(code(() => settingsOf(readLog(cut).detail))).toBe("TP-USE-224");
  });

  it("never throws anything but a coded error on damaged text", () => {
    let state = 1;
    const random = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    for (let round = 0; round < 300; round++) {
      const characters = [...run.detail.slice(0, 12_000)];
      for (let hit = 0; hit < 20; hit++) {
        characters[random(characters.length)] = String.fromCharCode(random(256));
      }
      const outcome = code(() => {
        const log = readLog(characters.join(""));
        settingsOf(log.detail);
      });
      expect(outcome).toMatch(/^(none|TP-USE-\d+)$/);
    }
  });
});

describe("a log as a machine's record", () => {
  const records = (text: string) => {
    const importer = loadgenLog.open("log.txt");
    importer.push(text);
    return importer.finish();
  };

  it.each(["detail", "summary"] as const)("has latencies and rate of the %s", (which) => {
    expect(loadgenLog.detect(run[which])).toBe(true);
    const [record] = records(run[which]);
    const value = (name: string) =>
      Number(new RegExp(`^${name} +: (\\d+)`, "m").exec(run.summary)?.[1]);
    expect(record?.machine).toBe("PySUT");
    expect(record?.time?.max).toBeCloseTo(value("Max latency \\(ns\\)") / 1e9, 12);
    expect(record?.time?.p99).toBeCloseTo(value("99.00 percentile latency \\(ns\\)") / 1e9, 12);
    const rate = value("Completed samples per second");
    expect(Math.trunc(record?.metrics.throughput?.value ?? 0)).toBe(rate);
    expect(record?.setup.validity).toBe("INVALID");
    expect(record?.warnings[0]).toContain("too few queries to prove the percentile");
  });

  it("can be made of every recorded run", () => {
    for (const { detail, name } of RUNS) expect(records(detail), name).toHaveLength(1);
  });
});
