/** Simulated monitors behind pseudo terminals, and `pioneer power` typed as a user would. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createSerialLink } from "../../host/link/serial.ts";
import { startIna } from "../../host/power/ina/ina.ts";
import { startLpm01a } from "../../host/power/lpm01a/lpm01a.ts";
import { startPpk2 } from "../../host/power/ppk2/ppk2.ts";
import type { InaFailures } from "../../host/power/simulated/ina.ts";
import { SIMULATED_SHUNT_OHM, SimulatedIna } from "../../host/power/simulated/ina.ts";
import type { Lpm01aFailures } from "../../host/power/simulated/lpm01a.ts";
import { SimulatedLpm01a } from "../../host/power/simulated/lpm01a.ts";
import type { Ppk2Failures } from "../../host/power/simulated/ppk2.ts";
import { SimulatedPpk2 } from "../../host/power/simulated/ppk2.ts";
import { openSimulatedPort } from "../../host/power/simulated/terminal.ts";
import { PIONEER, pioneer } from "./cli.ts";

const CTRL_C = ["power", "--monitor", "sim-ppk2", "--seconds", "60", "--json"];

/** 2 mA for 1 ms of every 4 ms: 0.5 mA on average and a little for sleep. */
const LOAD = { sleepA: 1e-6, activeA: 2e-3, activeS: 1e-3, periodS: 4e-3 };

async function measure(failures: Ppk2Failures, samples: number) {
  const port = await openSimulatedPort(new SimulatedPpk2(LOAD, failures));
  try {
    const link = createSerialLink({ path: port.path, baudRate: 115_200 });
    const monitor = await startPpk2(link, { mode: "source", supplyMv: 3000, simulated: true });
    let sum = 0;
    let count = 0;
    for await (const block of monitor.blocks) {
      for (const currentA of block.currentsA) sum += currentA;
      count += block.currentsA.length;
      if (count >= samples) break;
    }
    return { averageA: sum / count, facts: monitor.facts, totals: await monitor.stop() };
  } finally {
    await port.close();
  }
}

describe("a simulated PPK2", () => {
  test("gives the load's average current, and its own calibration", async () => {
    const { averageA, facts, totals } = await measure({}, 40_000);
    // (2 mA * 1 ms + 1 uA * 3 ms) / 4 ms = 500.75 uA
    expect(averageA).toBeGreaterThan(495e-6);
    expect(averageA).toBeLessThan(506e-6);
    expect(facts).toMatchObject({ calibrated: true, simulated: true, warnings: [] });
    expect(totals).toMatchObject({ lost: 0, discardedBytes: 0 });
  });

  test("drops, byte slips and -nan are survived and counted", async () => {
    const { averageA, facts, totals } = await measure(
      {
        drop: { everySamples: 1000, count: 30 },
        slipEverySamples: 3777,
        notANumber: ["S0", "I3"],
      },
      40_000,
    );
    expect(averageA).toBeGreaterThan(480e-6);
    expect(averageA).toBeLessThan(520e-6);
    expect(facts.warnings).toHaveLength(2);
    // 40,000 samples are about 41 thousands with 30 missing each, and 10 slips.
    expect(totals.lost).toBeGreaterThan(1100);
    expect(totals.lost).toBeLessThan(1500);
  });
});

describe("a simulated X-NUCLEO-LPM01A", () => {
  async function measureEnergy(failures: Lpm01aFailures, samples: number) {
    const port = await openSimulatedPort(new SimulatedLpm01a(LOAD, failures));
    try {
      const link = createSerialLink({ path: port.path, baudRate: 115_200 });
      const monitor = await startLpm01a(link, { supplyMv: 1800, simulated: true });
      let sum = 0;
      let count = 0;
      for await (const block of monitor.blocks) {
        for (const currentA of block.currentsA) sum += currentA;
        count += block.currentsA.length;
        if (count >= samples) break;
      }
      return { averageA: sum / count, totals: await monitor.stop() };
    } finally {
      await port.close();
    }
  }

  test("gives the load's average current from its energies", async () => {
    const { averageA, totals } = await measureEnergy({}, 1200);
    expect(averageA).toBeGreaterThan(495e-6);
    expect(averageA).toBeLessThan(506e-6);
    expect(totals.lost).toBe(0);
  });

  test("noise is counted as lost samples", async () => {
    const { totals } = await measureEnergy({ noiseEverySamples: 100 }, 1000);
    expect(totals.lost).toBeGreaterThan(8);
    expect(totals.lost).toBeLessThan(14);
  });

  test("a refused command ends it with the board's own words", async () => {
    await expect(measureEnergy({ refuses: "volt" }, 1)).rejects.toMatchObject({
      code: "TP-LINK-023",
      facts: { command: "volt 1800m" },
    });
  });
});

describe("a simulated board with an INA226", () => {
  async function measureIna(failures: InaFailures, samples: number) {
    const port = await openSimulatedPort(new SimulatedIna(LOAD, failures));
    try {
      const link = createSerialLink({ path: port.path, baudRate: 115_200 });
      const monitor = await startIna(link, { shuntOhm: SIMULATED_SHUNT_OHM, simulated: true });
      let sum = 0;
      let count = 0;
      for await (const block of monitor.blocks) {
        for (const currentA of block.currentsA) sum += currentA;
        count += block.currentsA.length;
        if (count >= samples) break;
      }
      return { averageA: sum / count, facts: monitor.facts, totals: await monitor.stop() };
    } finally {
      await port.close();
    }
  }

  test("gives the load's average current and supply from raw registers", async () => {
    const { averageA, facts, totals } = await measureIna({}, 900);
    // 500.75 uA, as the PPK2 sees it, to a step of 2.5 uA.
    expect(averageA).toBeGreaterThan(495e-6);
    expect(averageA).toBeLessThan(506e-6);
    expect(facts).toMatchObject({ simulated: true, supplyV: 3 });
    expect(facts.sampleRateHz).toBeCloseTo(1 / 2.2e-3, 3);
    expect(totals).toMatchObject({ samples: 909, lost: 0, clipped: 0 });
  });

  test("what it had no room for is lost, what is pinned is clipped", async () => {
    const { totals } = await measureIna({ dropsAMeasurement: 9, pinned: true }, 901);
    // Two measurements of 909 conversions; the last nine of the first are missed when the second begins.
    expect(totals).toMatchObject({ samples: 1800, lost: 9, clipped: 1800 });
  });

  test("without a part it says so in the board's words", async () => {
    await expect(measureIna({ absent: true }, 1)).rejects.toMatchObject({
      code: "TP-LINK-024",
      text: { why: expect.stringContaining("no INA219, INA226 or INA228 answers") },
    });
  });
});

describe("pioneer power", () => {
  test("is simulated in every number and meets no budget", () => {
    const { status, stdout } = pioneer([
      "power",
      "--monitor",
      "sim-ppk2",
      "--seconds",
      "1",
      "--budget-mw",
      "100",
      "--json",
    ]);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ schema: 1, simulated: true, void: false });
    expect(document.averagePower).toMatchObject({ kind: "measured", simulated: true, unit: "mW" });
    expect(document.budgets[0].met).toBeNull();
    expect(status).toBe(1);
    expect(document.frames.whole.value).toBeGreaterThan(80);
  });

  test("without a PPK2 says so and how to go on", () => {
    const { status, stdout } = pioneer(["power", "--monitor", "ppk2", "--json"]);
    expect(status).toBe(3);
    expect(JSON.parse(stdout).error.code).toBe("TP-NEED-031");
  });

  test("wrong options are refused", () => {
    for (const options of [
      ["--supply-mv", "12000"],
      ["--pin", "D8"],
      ["--port", "/dev/null"],
      ["--from", "x.csv"],
      ["--battery", "potato"],
    ]) {
      const { status } = pioneer(["power", "--monitor", "sim-ppk2", ...options]);
      expect(status).toBe(2);
    }
  });

  test("Ctrl-C ends it with 130, prints what was measured, and leaves no program behind", async () => {
    const child = spawn(process.execPath, [PIONEER, ...CTRL_C], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (piece: Buffer) => {
      output += piece;
    });
    let told = "";
    for await (const piece of child.stderr) {
      told += piece;
      if (told.includes("measuring for")) break;
    }
    const shown = (...args: readonly string[]) =>
      spawnSync("ps", args, { encoding: "utf8" }).stdout.trim();
    const bridges = shown("-eo", "pid=,ppid=,args=")
      .split("\n")
      .filter((line) => line.includes("pseudo_terminal.py"))
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter(([, parent]) => parent === child.pid);
    expect(bridges).toHaveLength(1);
    const left = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGINT");
    expect(await left).toBe(130);
    expect(JSON.parse(output)).toMatchObject({ schema: 1, simulated: true });
    // Gone, or dead and not yet waited for.
    expect(shown("-o", "stat=", "-p", String(bridges[0]?.[0]))).toMatch(/^(Z.*)?$/);
  });

  test("a recorded file, and a battery by name", () => {
    const folder = mkdtempSync(join(tmpdir(), "pioneer-power-"));
    const file = join(folder, "joulescope.csv");
    const rows = Array.from({ length: 101 }, (_, i) => `${i / 100},0.001,2,0.002,0,0`).join("\n");
    writeFileSync(file, `#time,current,voltage,power,charge,energy\n${rows}\n`);
    const { status, stdout } = pioneer([
      ...["power", "--monitor", "file", "--from", file, "--battery", "cr2032"],
      ...["--budget-mw", "2.1", "--json"],
    ]);
    rmSync(folder, { recursive: true });
    const document = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(document.averagePower).toMatchObject({ unit: "mW", kind: "measured" });
    expect(document.averagePower.value).toBeCloseTo(2, 9);
    // 225 mAh at 2.9 V over 2 mW.
    expect(document.batteryLife.value).toBeCloseTo(326.25, 6);
    expect(document.budgets[0].met).toBe(true);
  });
});
