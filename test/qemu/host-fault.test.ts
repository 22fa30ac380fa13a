/** A device that faults: the host names the function and ends at once as crashed, not by a time-out. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { explainEnding } from "../../host/link/outcome.ts";
import { createQemuLink } from "../../host/link/qemu.ts";
import { Session } from "../../host/link/session.ts";
import { functionAt, readSymbols } from "../../host/workflow/symbols.ts";
import { build, missing, TOY_MODEL } from "./device.ts";

const FAULT_APP = fileURLToPath(new URL("./fault-app", import.meta.url));

/** The first input value chooses the fault (fault-app/fault.c). */
const FAULTS = [
  { choice: 0, cause: "a bus fault", where: "read_nowhere" },
  { choice: 1, cause: "a usage fault", where: "run_undefined_instruction" },
  { choice: 6, cause: "the watchdog", where: "hang" },
] as const;

describe.skipIf(missing.length > 0)(`a fault on the device ${missing.join(", ")}`, () => {
  const firmware = missing.length > 0 ? undefined : buildFaultApp();

  test.each(FAULTS)(
    "$cause is named with its function $where",
    async ({ choice, cause, where }) => {
      const error = await crash(choice);
      expect(error.code).toBe("TP-LINK-006");
      expect(error.exitStatus).toBe(4);
      expect(error.text.what).toContain(cause);
      expect(error.text.what).toContain(where);
    },
  );

  test("an overflowed stack is called so", async () => {
    const error = await crash(5);
    expect(error.text.what).toMatch(
      /^the device's stack overflowed; the last return address on it is in recurse\+\d+ \(0x[0-9a-f]{8}\)$/,
    );
  });

  async function crash(choice: number) {
    const elf = firmware as string;
    const link = createQemuLink({
      machine: "mps2-an386",
      args: [
        "-M",
        "mps2-an386",
        "-display",
        "none",
        "-monitor",
        "none",
        "-semihosting-config",
        "enable=on,target=native",
        "-kernel",
        elf,
      ],
    });
    const session = new Session(link);
    try {
      const hello = await session.open();
      const values = new Uint8Array(hello?.inputBytes ?? 0);
      values[0] = choice;
      await session.stream([values]);
      const result = await session.finish();
      expect(result.state).toBe("crashed");
      const symbols = await readSymbols(elf);
      const error = explainEnding(result, (address) => functionAt(symbols, address));
      if (!error) throw new Error("the run ended well");
      return error;
    } finally {
      await session.close();
    }
  }
});

function buildFaultApp(): string {
  const built = build({
    PIONEER_APP: "fault",
    PIONEER_APP_DIR: FAULT_APP,
    PIONEER_MODEL_DIR: join(TOY_MODEL),
  });
  if (built.status !== 0) throw new Error(built.log);
  return built.elf;
}
