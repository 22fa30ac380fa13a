/**
 * Puts an emulated board that speaks MLPerf Tiny's dialect behind a pseudo terminal, for another program to drive.
 * What it answers is left to firmware/apps/mlperf_tiny.c.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LinkError } from "../../../codegen/index.ts";
import { EmulatorProcess } from "../../link/emulator-process.ts";
import type { VerbContext } from "../context.ts";
import type { EmulatedDut } from "./emulated.ts";

/** Prints the port and waits until the emulator leaves or Ctrl-C. @throws LinkError TP-LINK-032 when there is no port */
export async function serveDut(context: VerbContext, dut: EmulatedDut): Promise<number> {
  const { board, args, clock } = dut;
  const folder = await mkdtemp(join(tmpdir(), "pioneer-"));
  const { program } = board.emulator;
  const emulator = new EmulatorProcess(program, [...args, "-serial", "pty"], folder);
  const stop = () => void emulator.stop();
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    const [, port] = await emulator
      .waitForOutput(/char device redirected to (\S+) \(label serial0\)/)
      .catch(() => {
        context.signal.throwIfAborted();
        throw noPort(program, emulator.output);
      });
    const document = { schema: 1, app: "mlperf_tiny", board: board.id, port, clock };
    context.print(
      document,
      () => `${board.id} speaks MLPerf Tiny's dialect on ${port}\n${clock.source}\nCtrl-C ends it.`,
    );
    await emulator.exited;
    context.signal.throwIfAborted();
    return 0;
  } finally {
    context.signal.removeEventListener("abort", stop);
    await emulator.stop();
  }
}

function noPort(program: string, output: string): LinkError {
  return new LinkError(
    "TP-LINK-032",
    {
      what: `${program} opens no pseudo terminal`,
      why: output.trim().split("\n").at(-1) || "it left without a word",
      fix: "Linux and macOS have them; see what the emulator needs: pioneer doctor",
    },
    { program, output },
  );
}
