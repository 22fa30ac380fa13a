/** scripts/cloud/bench_cuda.py: its own tests, and what it wrote on a processor, read back by `analyze`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { formatOf } from "../../host/analyze/import/formats.ts";
import { projectDocument } from "../../host/analyze/import/project.ts";
import { analyzeMachines } from "../../host/analyze/machines-document.ts";
import { SampleStatistics } from "../../host/analyze/sample-statistics.ts";
import { imported, sample } from "./import-text.ts";

const FOLDER = fileURLToPath(new URL("../../scripts/cloud/", import.meta.url));
/** The script names a standard library that grew until 3.9. */
const PYTHON = ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"];
const why = spawnSync("python3", PYTHON).status === 0 ? "" : " (skipped: no Python 3.9 on PATH)";

test.skipIf(why !== "")(`its own tests pass${why}`, () => {
  const { status, stderr } = spawnSync("python3", ["-B", "-m", "unittest", "test_bench_cuda"], {
    cwd: FOLDER,
    encoding: "utf8",
  });
  expect(stderr).toMatch(/^OK$/m);
  expect(status).toBe(0);
});

describe("a document it wrote with PyTorch on a processor: hearable, 1 and 64 streams", () => {
  const TEXT = sample("bench-cuda.json.txt");
  const records = imported(projectDocument, TEXT);

  test("is told by its beginning and read in pieces of any size", () => {
    expect(formatOf(TEXT)).toBe(projectDocument);
    for (const size of [1, 7, 63]) expect(imported(projectDocument, TEXT, size)).toEqual(records);
  });

  test("counts the work of a call", () => {
    expect(records.map(({ workload }) => workload.name)).toEqual([
      "hearable",
      "hearable, 64 streams",
    ]);
    // 26624 MACs a frame; 26912 parameters; 32 + 32 values and a state of 128 in and out a stream.
    const [one, many] = records.map(({ workload }) => workload);
    expect(one?.ops).toMatchObject({ value: 2 * 26_624, kind: "counted" });
    expect(one?.bytesMoved).toMatchObject({ value: 4 * (26_912 + 320), kind: "modelled" });
    expect(many?.ops?.value).toBe(64 * 2 * 26_624);
    expect(many?.bytesMoved?.value).toBe(4 * (26_912 + 64 * 320));
    expect(one).toMatchObject({ parameters: 26_912, layers: 2 });
  });

  test("gives the statistics that the analyzer gives its samples", () => {
    for (const { time, samples } of records) {
      const statistics = new SampleStatistics("again");
      for (const seconds of samples) statistics.add(seconds);
      const again = statistics.statistics("measured", time?.source ?? "");
      expect(time).toEqual({ ...again, mean: expect.closeTo(again?.mean ?? 0, 12) });
    }
  });

  test("gives roofs of arithmetic and memory, all measured", () => {
    for (const { roofs, metrics, machineClass } of records) {
      expect(machineClass).toBe("computer");
      expect(roofs.map(({ name }) => name)).toEqual(["float32", "bf16", "memory", "memory copy"]);
      for (const { peak } of roofs) expect(peak).toMatchObject({ kind: "measured" });
      expect(metrics.frameInterval).toMatchObject({ value: 10, unit: "ms", kind: "stated" });
      expect(metrics.power).toBeUndefined();
    }
    expect(JSON.parse(TEXT).why.power).toContain("nvidia-smi");
  });

  test("is analysed like any other machine", () => {
    const { rows } = analyzeMachines(records, []);
    expect(rows.map(({ id }) => id)).toEqual([
      "amd-epyc-hearable-torch",
      "amd-epyc-hearable-64-streams-torch",
    ]);
    for (const { analysis } of rows) expect(analysis.mfu?.value).toBeGreaterThan(0);
  });
});
