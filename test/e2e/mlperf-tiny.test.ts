/** An emulated board behind a pseudo terminal: driven by a foreign program, then by the project's own runner. */
import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../qemu/device.ts";
import { PIONEER, PROJECT, pioneer } from "./cli.ts";

const CLIENT = fileURLToPath(new URL("mlperf_client.py", import.meta.url));
const RUN = ["run", "hearable", "--board", "qemu-m4", "--app", "mlperf_tiny"];

describe.skipIf(missing.length > 0)(
  `mlperf_tiny (needs ${missing.join(", ") || "nothing"})`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "pioneer-mlperf-"));
    let server: ChildProcess;
    let left: Promise<number | null>;
    let port: string;

    beforeAll(async () => {
      server = spawn(process.execPath, [PIONEER, ...RUN, "--serve", "--json"], {
        cwd: PROJECT,
        stdio: ["ignore", "pipe", "inherit"],
      });
      left = new Promise((resolve) => server.once("exit", resolve));
      let text = "";
      for await (const piece of server.stdout as NonNullable<typeof server.stdout>) {
        text += piece;
        if (text.trimEnd().endsWith("\n}")) break;
      }
      const document = JSON.parse(text);
      expect(document.clock).toMatchObject({ kind: "modelled" });
      port = document.port;
    });
    afterAll(() => {
      server.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    });

    test("answers a program that knows nothing but the dialect", () => {
      const hex = Array.from({ length: 32 }, (_, i) => (8 * i).toString(16).padStart(2, "0")).join(
        "",
      );
      const commands = ["name%", "profile%", "db load 32%", `db ${hex.slice(0, 62)}%`];
      const finished = spawnSync(
        "python3",
        [CLIENT, port, ...commands, `db ${hex.slice(62)}%`, "infer 10 2%", "nonsense%"],
        { encoding: "utf8" },
      );
      const lines = finished.stdout.split("\r\n");
      expect(lines.slice(0, 14)).toEqual([
        ...["m-name-dut-[tiny-pioneer]", "m-ready"],
        ...["m-profile-[ULPMark for tinyML Firmware V0.0.1]", "m-model-[hearable]", "m-ready"],
        ...["m-[Expecting 32 bytes]", "m-ready", "m-ready", "m-load-done", "m-ready"],
        ...["m-warmup-start-2", "m-warmup-done", "m-infer-start-10", lines[13]],
      ]);
      const [start, end] = [13, 14].map((at) =>
        Number(/^m-lap-us-(\d+)$/.exec(lines[at] ?? "")?.[1]),
      );
      // Ten steps of some 30,000 instructions at 16 ns are 5 ms.
      expect((end ?? 0) - (start ?? 0)).toBeGreaterThan(3000);
      expect((end ?? 0) - (start ?? 0)).toBeLessThan(8000);
      expect(lines[15]).toBe("m-infer-done");
      const outputs =
        /^m-results-\[(.*)\]$/
          .exec(lines[16] ?? "")?.[1]
          ?.split(",")
          .map(Number) ?? [];
      // Gains of 32 bands: 8 bits from 0 to 255/256.
      expect(outputs).toHaveLength(32);
      for (const output of outputs) {
        expect(Math.abs(256 * output - Math.round(256 * output))).toBeLessThan(256 * 0.6e-6);
        expect(output).toBeGreaterThanOrEqual(0);
        expect(output).toBeLessThan(1);
      }
      expect(lines.slice(17)).toEqual(["m-ready", "e-[Unknown command: nonsense]", "m-ready", ""]);
    });

    test("the runner times it, and says that two short loops are no score", () => {
      const out = join(folder, "sessions");
      const { status, stdout } = pioneer([
        ...[
          ...RUN,
          "--port",
          port,
          "--loops",
          "2",
          "--loop-seconds",
          "0.1",
          "--out",
          out,
          "--json",
        ],
      ]);
      const document = JSON.parse(stdout);
      expect(status).toBe(1);
      expect(document).toMatchObject({ valid: false, verify: { bitExact: true } });
      expect(document.reasons).toHaveLength(2);
      expect(document.throughput).toMatchObject({ unit: "1/s", kind: "modelled" });
      const session = join(out, readdirSync(out)[0] ?? "");
      expect(readdirSync(session).sort()).toEqual(["log.txt", "results.json", "results.txt"]);
      const results = JSON.parse(readFileSync(join(session, "results.json"), "utf8"));
      expect(results).toHaveLength(4);
      const { infer } = results[0];
      expect(infer).toMatchObject({ total_inferences: 1, warmups: 2, time_kind: "modelled" });
      expect(infer.elapsed_time).toBe(infer.end_time - infer.start_time);
      expect(infer.throughput).toBeCloseTo((1e6 * infer.iterations) / infer.elapsed_time, 6);
      expect(results.slice(2)).toEqual([{ error: "error 1" }, { error: "error 2" }]);
    });

    test("accuracy over a data set: the share of files whose largest output is the label", () => {
      const inputs = [0, 40, 90, 200].map((value) =>
        Uint8Array.from({ length: 32 }, (_, i) => value + i),
      );
      for (const [index, input] of inputs.entries())
        writeFileSync(join(folder, `${index}.bin`), input);
      writeFileSync(join(folder, "y_labels.csv"), inputs.map((_, i) => `${i}.bin,32,0`).join("\n"));
      const out = join(folder, "accuracy");
      const { status, stdout } = pioneer([
        ...[
          ...RUN,
          "--port",
          port,
          "--mode",
          "accuracy",
          "--dataset",
          folder,
          "--out",
          out,
          "--json",
        ],
      ]);
      expect(status).toBe(0);
      const { accuracy, verify } = JSON.parse(stdout);
      expect(verify).toEqual({ bitExact: true, compared: 4, mismatches: 0 });
      const results = JSON.parse(
        readFileSync(join(out, readdirSync(out)[0] ?? "", "results.json"), "utf8"),
      );
      const right = results.filter(({ infer }: { infer: { results: number[] } }) =>
        infer.results.every((value) => value <= (infer.results[0] ?? 0)),
      );
      expect(accuracy.topOne).toMatchObject({ value: 25 * right.length, unit: "%" });
      expect(accuracy.files.value).toBe(4);
    });

    test("Ctrl-C ends it with 130 and leaves no emulator", async () => {
      const shown = (...args: readonly string[]) =>
        spawnSync("ps", args, { encoding: "utf8" }).stdout.trim();
      const emulators = shown("-o", "pid=,comm=", "--ppid", String(server.pid))
        .split("\n")
        .filter((line) => line.includes("qemu-system"))
        .map((line) => Number.parseInt(line, 10));
      expect(emulators).toHaveLength(1);
      server.kill("SIGINT");
      expect(await left).toBe(130);
      // Gone, or dead and not yet waited for.
      expect(shown("-o", "stat=", "-p", String(emulators[0]))).toMatch(/^(Z.*)?$/);
    });

    test("energy mode with a simulated monitor: trials, files, and never a valid score", () => {
      const out = join(folder, "energy");
      const { status, stdout } = pioneer([
        ...[...RUN, "--mode", "energy", "--monitor", "sim-ppk2", "--loops", "2"],
        ...["--loop-seconds", "0.3", "--budget-mw", "100", "--out", out, "--json"],
      ]);
      const document = JSON.parse(stdout);
      expect(status).toBe(1);
      expect(document).toMatchObject({ mode: "energy", valid: false, verify: { bitExact: true } });
      expect(document.reasons[0]).toContain("simulated");
      const { energy } = document;
      expect(energy.perInference).toMatchObject({ unit: "uJ", simulated: true });
      expect(energy.budgets[0].met).toBeNull();
      // The simulated board computes at 3.3 mA and 3 V: 9.9 mW, whatever the emulator does.
      expect(energy.averagePower.value).toBeGreaterThan(9.7);
      expect(energy.averagePower.value).toBeLessThan(10.1);
      const session = join(out, readdirSync(out)[0] ?? "");
      const results = JSON.parse(readFileSync(join(session, "results.json"), "utf8"));
      expect(results).toHaveLength(2);
      for (const [index, { power, infer }] of results.entries()) {
        // As the open runner sums it: whole milliseconds between the last two timestamps.
        const [[, start], [, end]] = power.timestamps.slice(-2);
        const sum = power.samples.slice(start, end).reduce((a: number, b: number) => a + b, 0);
        const told = energy.trials[index].energy.value;
        expect(Math.abs((1e6 * sum) / told - 1)).toBeLessThan(0.02);
        expect(infer.iterations).toBe(energy.trials[index].inferences.value);
      }
      expect(readFileSync(join(session, "results.txt"), "utf8")).toMatch(
        /Median energy cost is [\d.]+ uJ\/inf\./,
      );
    });
  },
);
