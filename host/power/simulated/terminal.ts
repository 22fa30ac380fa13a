/**
 * Puts a simulated device behind a pseudo terminal and turns its clock with the real one.
 * What the device says is left to it; who opens the port, this program or another, to them.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { MissingToolError } from "../../../codegen/index.ts";
import type { SimulatedDevice } from "./device.ts";

const BRIDGE = fileURLToPath(new URL("pseudo_terminal.py", import.meta.url));
/** How often the device is asked for what it sends by itself [ms]. */
const TICK_MS = 10;
/** After a standstill of this computer the device leaves out the rest, as a full buffer would [s]. */
const LONGEST_STEP_S = 0.5;

export interface SimulatedPort {
  /** What a program opens, such as /dev/pts/3. */
  readonly path: string;
  close(): Promise<void>;
}

/** @throws MissingToolError TP-NEED-030 where no pseudo terminal can be opened */
export async function openSimulatedPort(device: SimulatedDevice): Promise<SimulatedPort> {
  const bridge = spawn("python3", [BRIDGE], { stdio: ["pipe", "pipe", "ignore"] });
  bridge.stdin.on("error", () => {});
  const path = await firstLine(bridge.stdout, once(bridge, "error"), once(bridge, "exit"));
  const send = (bytes: Uint8Array) => {
    if (bytes.length > 0) bridge.stdin.write(bytes);
  };
  bridge.stdout.on("data", (bytes: Buffer) => send(device.receive(bytes)));
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    // A reader that has gone lets the bridge fill up: a device without flow control would lose the bytes too.
    const bytes = device.advance(Math.min(LONGEST_STEP_S, (now - last) / 1000));
    if (bridge.stdin.writableLength < 1 << 20) send(bytes);
    last = now;
  }, TICK_MS);
  return {
    path,
    async close() {
      clearInterval(timer);
      if (bridge.exitCode !== null || bridge.signalCode !== null) return;
      const gone = once(bridge, "exit");
      bridge.stdin.destroy();
      bridge.kill();
      await gone;
    },
  };
}

function firstLine(
  stdout: NodeJS.ReadableStream,
  failed: Promise<unknown>,
  left: Promise<unknown>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = () =>
      reject(
        new MissingToolError("TP-NEED-030", {
          what: "no pseudo terminal can be opened for the simulated device",
          why: "python3 is not on the path, or this system has no pseudo terminals (Windows has none)",
          fix: "install python3, or use a real monitor: pioneer power --monitor ppk2",
        }),
      );
    failed.then(refuse, refuse);
    left.then(refuse, refuse);
    let text = "";
    const collect = (bytes: Buffer) => {
      text += bytes.toString();
      const end = text.indexOf("\n");
      if (end < 0) return;
      stdout.off("data", collect);
      resolve(text.slice(0, end));
    };
    stdout.on("data", collect);
  });
}
