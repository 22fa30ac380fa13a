/** What this computer tells of itself: caches, load and energy counters, from trees as Linux shows them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeComputer } from "../../host/workflow/bench/computer.ts";
import { bytesPerThread, roofsFor } from "../../host/workflow/bench/memory-roofs.ts";
import type { EnergyMeter } from "../../host/workflow/bench/rapl.ts";
import { energyBetween, joulesBetween, openRapl } from "../../host/workflow/bench/rapl.ts";
import { timeCalls } from "../../host/workflow/bench/timed-calls.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pioneer-computer-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), `${text}\n`);
  }
}

describe("energy counters", () => {
  const RANGE = 262_143_328_850;
  const packages = {
    "intel-rapl:0/name": "package-0",
    "intel-rapl:0/energy_uj": "1000",
    "intel-rapl:0/max_energy_range_uj": String(RANGE),
    "intel-rapl:0:0/name": "core",
    "intel-rapl:0:0/energy_uj": "7",
    "intel-rapl:1/name": "package-1",
    "intel-rapl:1/energy_uj": "2000",
    "intel-rapl:1/max_energy_range_uj": "65532610987",
    "intel-rapl:2/name": "psys",
    "intel-rapl:2/energy_uj": "9",
    "intel-rapl:2/max_energy_range_uj": "1",
    "intel-rapl-mmio:0/name": "package-0",
  };

  test("packages are counted once: no part of one, no whole platform, no second way to it", () => {
    write(packages);
    const meter = openRapl(root) as EnergyMeter;
    expect(meter.zones.map(({ name, rangeMicrojoules }) => [name, rangeMicrojoules])).toEqual([
      ["package-0", RANGE],
      ["package-1", 65_532_610_987],
    ]);
    expect(meter.read()).toEqual([1000, 2000]);
    expect(meter.source).toContain("package-0 and package-1");
  });

  test("a counter that starts again is counted on", () => {
    // 100 up to the end, 40 after it.
    expect(energyBetween(900, 40, 1000)).toBe(140);
    expect(energyBetween(900, 940, 1000)).toBe(40);
    expect(energyBetween(900, 900, 1000)).toBe(0);
    write(packages);
    const meter = openRapl(root) as EnergyMeter;
    // The first wraps: 2 J before its end and 1 J after; the second gains half a joule.
    expect(joulesBetween(meter, [RANGE - 2e6, 0], [1e6, 5e5])).toBeCloseTo(3.5, 9);
  });

  test.each([
    ["no tree", {}, "missing", "not Linux, or a virtual machine"],
    ["no package", { "dtpm/name": "x" }, "", "no processor package"],
    ["a counter that is none", { ...packages, "intel-rapl:0/energy_uj": "abc" }, "", '"abc"'],
  ])("%s is a reason, not an error", (_, files, folder, why) => {
    write(files);
    expect(openRapl(join(root, folder))).toEqual({ why: expect.stringContaining(why) });
  });

  test("a refused counter names the command that opens it", () => {
    write(packages);
    const refuse = (file: string): string => {
      if (!file.endsWith("energy_uj")) return "package-0";
      throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    };
    const named = (file: string) => (file.endsWith("range_uj") ? "1" : refuse(file));
    expect(openRapl(root, named)).toEqual({ why: expect.stringContaining("sudo chmod a+r") });
  });
});

describe("timed calls", () => {
  const signal = new AbortController().signal;

  test("energy is that of the calls it is divided by", async () => {
    // One zone that wraps at 1000 uJ and reads 900, then 100.
    const readings = [[900], [100]];
    const zone = { name: "package-0", rangeMicrojoules: 1000, file: "" };
    const meter = { zones: [zone], source: "", read: () => readings.shift() ?? [] };
    const { energy, samples } = await timeCalls(async () => {}, 1e-9, meter, signal);
    expect(energy).toMatchObject({ calls: samples.length });
    expect(energy?.joules).toBeCloseTo(200e-6, 12);
  });

  test("a call that lasts longer than the time is still made, and no more calls than are kept", async () => {
    const short = await timeCalls(async () => {}, 1e-9, null, signal);
    expect(short.samples.length).toBeGreaterThanOrEqual(3);
    let calls = 0;
    const call = async () => {
      calls++;
    };
    const long = await timeCalls(call, 60, null, signal);
    expect(long.samples.length).toBeLessThanOrEqual(2000);
    // 200 at most to warm up.
    expect(calls).toBeLessThanOrEqual(2200);
    expect(long.energy).toBeNull();
  });

  test("Ctrl-C ends it", async () => {
    const abort = new AbortController();
    const call = async () => abort.abort();
    await expect(timeCalls(call, 60, null, abort.signal)).rejects.toThrow();
  });
});

describe("the computer", () => {
  const cache = (index: number, level: number, type: string, size: string, list: string) => ({
    [`cpu0/cache/index${index}/level`]: String(level),
    [`cpu0/cache/index${index}/type`]: type,
    [`cpu0/cache/index${index}/size`]: size,
    [`cpu0/cache/index${index}/shared_cpu_list`]: list,
  });

  test("caches that hold data, nearest first, with those that share them", () => {
    write({
      ...cache(3, 3, "Unified", "32M", "0-3,8-11"),
      ...cache(0, 1, "Data", "32K", "0"),
      ...cache(1, 1, "Instruction", "32K", "0"),
      ...cache(2, 2, "Unified", "1024K", "0,8"),
      "cpu0/cpufreq/scaling_governor": "powersave",
    });
    const computer = describeComputer(root, 0);
    expect(computer.caches).toEqual([
      { level: 1, bytes: 32 << 10, sharedBy: 1 },
      { level: 2, bytes: 1 << 20, sharedBy: 2 },
      { level: 3, bytes: 32 << 20, sharedBy: 8 },
    ]);
    expect(computer.lastLevelBytes).toBe(32 << 20);
    expect(computer.warnings.join()).toContain("powersave");
    expect(computer.warnings.join()).not.toContain("load");
  });

  test("what the system does not tell is supposed, and said so", () => {
    const computer = describeComputer(join(root, "nothing"), 1000);
    expect(computer.caches).toEqual([]);
    expect(computer.lastLevelBytes).toBe(32 << 20);
    expect(computer.governor).toBeNull();
    expect(computer.warnings.join()).toContain("does not tell its caches");
    expect(computer.warnings.join()).toContain("the load was 1000.0");
  });

  test("threads share a cache in equal parts, never with more than it serves", () => {
    const shared = { level: 3, bytes: 32 << 20, sharedBy: 8 };
    expect(bytesPerThread(shared, 1)).toBe(32 << 20);
    expect(bytesPerThread(shared, 4)).toBe(8 << 20);
    expect(bytesPerThread(shared, 64)).toBe(4 << 20);
  });

  test("the memory that holds the work comes first", () => {
    const memory = (name: string, holdsBytes: number) => ({
      roof: {
        name,
        limits: "memory" as const,
        peak: { value: 1, unit: "byte/s", kind: "measured" as const, source: "" },
      },
      holdsBytes,
    });
    const memories = [memory("L1", 100), memory("L2", 1000), memory("DRAM", Infinity)];
    const names = (bytes: number) => roofsFor(memories, bytes).map(({ name }) => name);
    expect(names(100)).toEqual(["L1", "L2", "DRAM"]);
    expect(names(101)).toEqual(["L2", "L1", "DRAM"]);
    expect(names(1e9)).toEqual(["DRAM", "L1", "L2"]);
  });
});
