/**
 * Proves that a run goes on where the counting plugin cannot be built or loaded: outputs are judged, counts are absent
 * with the reason and its code. What the plugin counts is left to test/qemu.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../qemu/device.ts";
import { pioneer } from "./cli.ts";

const RUN = ["run", "hearable", "--board", "qemu-m4", "--as", "nrf52840-dk", "--frames", "5"];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pioneer-without-plugin-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An environment in which `program` is a shell script; REAL in it is where the program truly lies. */
function withProgram(program: string, script: string): Readonly<Record<string, string>> {
  const where = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
  const file = join(folder, program);
  writeFileSync(file, `#!/bin/sh\nREAL=${where.stdout.trim()}\n${script}`);
  chmodSync(file, 0o755);
  return { PATH: `${folder}${delimiter}${process.env.PATH}` };
}

describe.skipIf(missing.length > 0)(`a run without the plugin ${missing.join(", ")}`, () => {
  test.each([
    {
      // A version of its own, so that no plugin built before is found.
      how: "no compiler that works",
      program: "gcc",
      script:
        'case "$1" in --version) echo a stranger;; *) echo "error: no libc" >&2; exit 1;; esac\n',
      code: "TP-NEED-021",
      why: "error: no libc",
    },
    {
      how: "a QEMU without plugins",
      program: "qemu-system-arm",
      script:
        'for a; do if [ "$a" = -plugin ]; then echo "-plugin: invalid option" >&2; exit 1; fi; done\nexec "$REAL" "$@"\n',
      code: "TP-NEED-022",
      why: "-plugin: invalid option",
    },
  ])("with $how goes on without counts, and says why", ({ program, script, code, why }) => {
    const env = withProgram(program, script);
    const { status, stdout, stderr } = pioneer([...RUN, "--json"], env);
    rmSync(join(folder, program));
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`warning: nothing counts in this run [${code}]`);
    expect(stderr).toContain("fix: ");
    const document = JSON.parse(stdout);
    expect(document.verify).toMatchObject({ bitExact: true, comparedValues: 5 * 32 });
    expect(document.instructions).toBeNull();
    expect(document.cycles).toBeNull();
    expect(document.latencyMs).toBeNull();
    for (const field of ["instructions", "cycles", "latencyMs"]) {
      expect(document.why[field]).toContain(why);
      expect(document.why[field]).toContain(code);
    }
  });

  test("a profile is nothing without the plugin: asked for, it stops", () => {
    const env = withProgram("gcc", "echo none; exit 1\n");
    const { status, stderr } = pioneer([...RUN, "--profile", "--quiet"], env);
    rmSync(join(folder, "gcc"));
    expect(status).toBe(3);
    expect(stderr).toContain("[TP-NEED-021]");
  });
});
