/**
 * The product's own link and session with real firmware in a real emulator, over a socket and over a pseudo terminal.
 * What the firmware itself answers is left to firmware.test.ts.
 */
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { converse } from "../../host/link/converse.ts";
import { explainEnding } from "../../host/link/outcome.ts";
import type { EmulatedLine } from "../../host/link/qemu.ts";
import { createQemuLink } from "../../host/link/qemu.ts";
import { build, functionAt, missing, TOY_MODEL } from "./device.ts";

if (missing.length > 0) console.warn(`links to QEMU are skipped: ${missing.join(", ")} missing`);

describe.skipIf(missing.length > 0)("a link to QEMU", { timeout: 30_000 }, () => {
  let check: string;
  let fault: string;

  beforeAll(() => {
    const faultApp = fileURLToPath(new URL("fault-app", import.meta.url));
    const toy = build({ PIONEER_APP: "check", PIONEER_MODEL_DIR: TOY_MODEL });
    const faulty = build({
      PIONEER_APP: "fault",
      PIONEER_APP_DIR: faultApp,
      PIONEER_MODEL_DIR: TOY_MODEL,
    });
    expect(toy.status, toy.log).toBe(0);
    expect(faulty.status, faulty.log).toBe(0);
    check = toy.elf;
    fault = faulty.elf;
  });

  const boot = (elf: string, line: EmulatedLine = "socket") =>
    createQemuLink({
      machine: "mps2-an386",
      line,
      args: [
        ...["-M", "mps2-an386", "-nographic", "-monitor", "none"],
        ...["-semihosting-config", "enable=on,target=native", "-kernel", elf],
      ],
    });

  // The toy model gives input + sum of all inputs; frame n holds n, so that its output is n + n(n+1)/2.
  const frames = Array.from({ length: 200 }, (_, frame) => new Uint8Array(3).fill(frame));
  const expected = frames.map((_, n) => new Array(3).fill((n + (n * (n + 1)) / 2) & 0xff));

  it.each(["socket", "tcp"] as const)("streams over a %s and sees it leave", async (line) => {
    const result = await converse(
      boot(check, line),
      { kind: "stream", frames },
      { expect: { board: "qemu-m4", app: "check", modelDigest: "0123456789abcdef" } },
    );
    expect(result.state).toBe("completed");
    expect(result.run.outputs.map(({ record }) => [...record.values])).toEqual(expected);
    expect(result.run.summary).toMatchObject({ frames: 200, badFrames: 0, droppedRecords: 0 });
    expect(result.totals).toMatchObject({ discardedBytes: 0, textBytes: 0, lostRecords: 0 });
    // One that starts slowly is asked more than once, and greets as often.
    expect(result.totals.records).toBeGreaterThanOrEqual(202);
  });

  it("streams over a pseudo terminal, as over a port", async () => {
    const result = await converse(boot(check, "pty"), { kind: "stream", frames });
    // A terminal may be hung up before the last record is read: every output has to be there, the goodbye may not.
    expect(result.run.outputs.map(({ record }) => [...record.values])).toEqual(expected);
    // Header 8, four u32, CRC 4 and the COBS code byte: what a goodbye that was cut off can leave, and nothing else may.
    const cutGoodbye = result.run.summary === undefined ? 8 + 16 + 4 + 1 : 0;
    expect(result.totals.discardedBytes).toBeLessThanOrEqual(cutGoodbye);
    expect(result.totals.lostRecords).toBe(0);
  });

  it("ends as crashed, with the fault that the device reported", async () => {
    const stimulus = [Uint8Array.of(0, 0, 0)];
    const startMs = performance.now();
    const result = await converse(boot(fault), { kind: "stream", frames: stimulus });
    expect(performance.now() - startMs).toBeLessThan(10_000);
    expect(result.state).toBe("crashed");
    expect(result.run.fault).toMatchObject({ cause: 2, address: 0xf0000000 });
    expect(functionAt(fault, result.run.fault?.pc ?? 0)).toBe("read_nowhere");
  });

  it("repeats what QEMU says when it cannot load the firmware", async () => {
    const result = await converse(boot("/no/such.elf"), { kind: "stream", frames });
    expect(result).toMatchObject({ state: "crashed", end: { state: "exited", status: 1 } });
    expect(explainEnding(result)?.text.why).toContain("/no/such.elf");
  });

  it("repeats what QEMU says when it does not know the machine", async () => {
    const link = createQemuLink({ machine: "no-such", args: ["-M", "no-such", "-nographic"] });
    await expect(link.open()).rejects.toMatchObject({
      code: "TP-LINK-002",
      text: { why: expect.stringContaining("unsupported machine type") },
    });
  });
});
