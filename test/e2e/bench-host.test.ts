/** `pioneer bench host` as a user types it, on a small budget: relations between its numbers, never how large they are. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MachineRecord } from "../../host/analyze/machine-record.ts";
import type { HostBenchDocument } from "../../host/workflow/bench/host.ts";
import { PIONEER, PROJECT, pioneer } from "./cli.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pioneer-bench-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("this computer becomes a document that analyze puts beside a stated platform", () => {
  const out = join(folder, "host.json");
  const typed = ["bench", "host", "hearable-32", "--batch", "1,4", "--seconds", "0.05"];
  const { status, stdout, stderr } = pioneer([...typed, "--out", out, "--json", "--quiet"]);
  expect(status, stderr).toBe(0);
  expect(stderr).toBe("");
  const document = JSON.parse(stdout) as HostBenchDocument;
  expect(JSON.parse(readFileSync(out, "utf8"))).toEqual(document);
  expect(document.schema).toBe(1);
  const threads = document.computer.usableCores > 1 ? 2 : 1;
  expect(document.rows).toHaveLength(2 * threads);
  for (const row of document.rows) checkRow(row);
  const work = (streams: string) =>
    document.rows.find(({ setup }) => setup.streams === streams)?.workload.ops?.value ?? 0;
  expect(work("4")).toBe(4 * work("1"));
  for (const { roofs } of document.roofs) {
    expect(roofs.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["float32", "int8", "DRAM", "DRAM copy"]),
    );
  }
  // Both numbers of streams and two numbers of steps on one thread.
  expect(document.fit.residuals).toHaveLength(4);
  expect(document.idlePower === null).toBe(typeof document.why.power === "string");

  const machines = pioneer(["analyze", out, "--platform", "h100", "--json", "--quiet"]);
  expect(machines.status, machines.stderr).toBe(0);
  const { rows } = JSON.parse(machines.stdout);
  expect(rows).toHaveLength(2 * threads + 2);
  expect(rows[0].analysis.mfu.value).toBeGreaterThan(0);
});

function checkRow({ time, metrics, roofs, samples }: MachineRecord): void {
  expect(time?.kind).toBe("measured");
  expect(time?.count).toBe(samples.length);
  const { min, p50, p99, max } = time as { [name: string]: number } & typeof time;
  expect(min).toBeGreaterThan(0);
  expect(p50).toBeGreaterThanOrEqual(min as number);
  expect(p99).toBeGreaterThanOrEqual(p50 as number);
  expect(max).toBeGreaterThanOrEqual(p99 as number);
  expect(metrics.throughput?.unit).toBe("frame/s");
  for (const { peak } of roofs) expect(peak.value).toBeGreaterThan(0);
}

test.each([
  ["no streams", ["--batch", "0"], "TP-USE-391"],
  ["more time than an energy counter lasts", ["--seconds", "31"], "TP-USE-392"],
  ["no such model", ["nobody"], "TP-USE-020"],
])("%s exits with 2 and its code", (_, args, code) => {
  const { status, stdout } = pioneer(["bench", "host", ...args, "--json"]);
  expect(status).toBe(2);
  expect(JSON.parse(stdout).error.code).toBe(code);
});

test("Ctrl-C ends it and leaves no file", async () => {
  const out = join(folder, "stopped.json");
  const child = spawn(
    process.execPath,
    [PIONEER, "bench", "host", "--seconds", "30", "--out", out],
    {
      cwd: PROJECT,
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  child.stderr.on("data", (text) => {
    if (String(text).includes("measuring arithmetic")) child.kill("SIGINT");
  });
  const status = await new Promise((resolve) => child.on("close", resolve));
  expect(status).toBe(130);
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});
