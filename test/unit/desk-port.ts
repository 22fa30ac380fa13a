/**
 * A pseudo terminal with a simulated device behind it, which can be taken away and put back, as on a desk.
 * What the device says is left to link-device.ts.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, symlinkSync } from "node:fs";
import { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";

const BRIDGE = fileURLToPath(
  new URL("../../host/power/simulated/pseudo_terminal.py", import.meta.url),
);

/** What a pseudo terminal needs and this computer lacks; empty when nothing. */
export const missingForPorts =
  process.platform === "linux" && spawnSync("python3", ["--version"]).status === 0
    ? []
    : ["Linux with python3"];

export class DeskPort {
  readonly #bridge: ChildProcess;
  readonly #name: string;

  private constructor(bridge: ChildProcess, name: string) {
    this.#bridge = bridge;
    this.#name = name;
  }

  /** Makes `name` a symbolic link to a new terminal; `device` gets its other end. */
  static async plug(name: string, device: (wire: Duplex) => void): Promise<DeskPort> {
    const bridge = spawn("python3", [BRIDGE], { stdio: ["pipe", "pipe", "ignore"] });
    const { stdin, stdout } = bridge;
    const [line] = (await once(stdout, "data")) as [Buffer];
    symlinkSync(line.toString().trim(), name);
    device(Duplex.from({ readable: stdout, writable: stdin }));
    return new DeskPort(bridge, name);
  }

  async unplug(): Promise<void> {
    rmSync(this.#name, { force: true });
    if (this.#bridge.exitCode !== null || this.#bridge.signalCode !== null) return;
    const gone = once(this.#bridge, "exit");
    this.#bridge.kill();
    await gone;
  }
}
