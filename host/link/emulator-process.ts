/**
 * Runs one emulator and makes sure that neither it nor its temporary folder outlives this program.
 * How its serial line is reached is left to qemu.ts.
 */
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";

/** Output kept [byte]; the tail wins, because errors come last. */
const KEPT_BYTES = 64 << 10;

/**
 * Waits until this program is gone, however it ended, and then does what it could not do any more. It reads from a pipe that
 * nobody writes to: its end is the end of this program.
 */
const WATCHER = 'read -r _; kill -9 "$1"; rm -rf -- "$2"';

/** From asking to forcing an emulator to leave [ms]. */
const GRACE_MS = 1000;

const FATAL_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const running = new Set<EmulatorProcess>();

function register(emulator: EmulatorProcess): void {
  running.add(emulator);
  if (running.size > 1) return;
  process.on("exit", abandonAll);
  for (const signal of FATAL_SIGNALS) process.on(signal, dieOf);
}

function unregister(emulator: EmulatorProcess): void {
  if (!running.delete(emulator) || running.size > 0) return;
  process.off("exit", abandonAll);
  for (const signal of FATAL_SIGNALS) process.off(signal, dieOf);
}

function abandonAll(): void {
  for (const emulator of running) emulator.abandon();
}

/** A signal that nobody else handles still ends this program, but after clearing away. */
function dieOf(signal: NodeJS.Signals): void {
  if (process.listeners(signal).some((listener) => listener !== dieOf)) return;
  abandonAll();
  process.off(signal, dieOf);
  process.kill(process.pid, signal);
}

export interface Exit {
  /** Exit status, or null when a signal ended it. */
  readonly status: number | null;
  readonly signal: string | null;
}

export class EmulatorProcess {
  /** Rejects when the program cannot be started, with the system's error. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #folder: string;
  readonly #onOutput: (() => void)[] = [];
  readonly #watcher: ChildProcess | undefined;
  #output = "";
  #running = true;

  /** Starts `command`; `folder` is removed when it is over. */
  constructor(command: string, args: readonly string[], folder: string) {
    this.#folder = folder;
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_BYTES);
        for (const notify of this.#onOutput) notify();
      });
    }
    this.#watcher = watch(this.#child.pid, folder);
    register(this);
    this.exited = new Promise((resolve, reject) => {
      this.#child.once("error", (error) => {
        this.#release();
        reject(error);
      });
      this.#child.once("close", (status, signal) => {
        this.#release();
        resolve({ status, signal });
      });
    });
    // Those who wait get the error; nobody has to.
    this.exited.catch(() => {});
  }

  /** The end of what it wrote to stdout and stderr. */
  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Waits until its output matches; rejects when it leaves before. */
  async waitForOutput(pattern: RegExp): Promise<RegExpExecArray> {
    const match = new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const found = pattern.exec(this.#output);
        if (found) resolve(found);
      };
      this.#onOutput.push(look);
      look();
    });
    const left = this.exited.then(() => Promise.reject(new Error("the emulator left")));
    return Promise.race([match, left]);
  }

  /** Asks it to leave, then forces it, and waits for its end. */
  async stop(): Promise<void> {
    if (this.#running) this.#child.kill("SIGTERM");
    const force = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
    await this.exited.catch(() => {});
    clearTimeout(force);
  }

  /** Kills it and clears away without waiting, because this program is about to end. */
  abandon(): void {
    this.#child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #release(): void {
    this.#running = false;
    this.#watcher?.kill();
    unregister(this);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A killed program cannot clear away: another one does it then. In a session of its own, out of reach of Ctrl-C. */
function watch(pid: number | undefined, folder: string): ChildProcess | undefined {
  if (pid === undefined || process.platform === "win32") return undefined;
  const watcher = spawn("sh", ["-c", WATCHER, "sh", String(pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watcher.on("error", () => {});
  watcher.stdin.on("error", () => {});
  // Neither keeps this program from ending.
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return watcher;
}
