/** What a gate holds a board against, and what it refuses; the runs are left to test/qemu/gate.test.ts. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, expect, test } from "vitest";
import { baselineFor, refuseOwnFolder } from "../../host/workflow/gate/baseline.ts";

const folder = mkdtempSync(join(tmpdir(), "pioneer-baseline-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("refuses the folder that it writes to, however it is spelt", () => {
  const out = join(folder, "out");
  mkdirSync(out);
  symlinkSync(out, join(folder, "link"));
  const names = [out, `${out}/`, join(folder, "link"), relative(process.cwd(), out)];
  for (const name of names) expect(() => refuseOwnFolder(name, out), name).toThrow("TP-USE-472");
  const later = join(folder, "not-made-yet");
  expect(() => refuseOwnFolder(`${later}/.`, later)).toThrow("TP-USE-472");
  refuseOwnFolder(undefined, out);
  refuseOwnFolder(join(out, "before"), out);
});

test("a recording that is not there is an error, unless that is allowed or nobody asked", () => {
  const file = join(folder, "qemu-m0.tpcap");
  expect(baselineFor({}, "qemu-m0.tpcap")).toEqual({ file: null, error: null });
  expect(baselineFor({ baseline: folder }, "qemu-m0.tpcap")).toEqual({
    ...{ file: null, error: `no baseline: ${file} is not there` },
  });
  const allowed = { baseline: folder, allowMissingBaseline: true };
  expect(baselineFor(allowed, "qemu-m0.tpcap")).toEqual({ file: null, error: null });
  writeFileSync(file, "");
  for (const request of [{ baseline: folder }, allowed]) {
    expect(baselineFor(request, "qemu-m0.tpcap")).toEqual({ file, error: null });
  }
});
