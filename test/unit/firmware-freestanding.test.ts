/** The integer, float and memory functions for targets without libraries, against the host's own, under sanitizers. */
import { describe, expect, it } from "vitest";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

describe.skipIf(!hasGcc)("freestanding C (needs gcc)", () => {
  it("divides, multiplies, copies and compares as the host does", () => {
    const harness = buildOnHost("freestanding", ["test/unit/firmware/arithmetic_harness.c"]);
    const { status, stdout, stderr } = runOnHost(harness, [], new Uint8Array());
    expect(stdout.toString() + stderr).toBe("");
    expect(status).toBe(0);
  });

  it("adds, subtracts, multiplies and converts to floats as the host does", () => {
    const harness = buildOnHost("floats", ["test/unit/firmware/float_harness.c"]);
    const { status, stdout, stderr } = runOnHost(harness, [], new Uint8Array());
    expect(stdout.toString() + stderr).toBe("");
    expect(status).toBe(0);
  });
});
