/**
 * Talks to firmware in QEMU, for the tests of the firmware itself.
 * Building it is left to pio-build.ts. The product's own link is host/link; nothing here comes from it.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { testedBoard } from "./boards.ts";
import { type Build, buildInto, missingFor } from "./pio-build.ts";
import { type Frame, frameBytes, IDENTIFY, readFrame } from "./wire.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** How long a greeting is waited for before it is asked for again [ms]. */
const GREETING_MS = 1000;
export const TOY_MODEL = join(ROOT, "test/qemu/toy-model");

export { missingFor };

/** What qemu-m4, which most tests use, lacks here; empty when nothing. */
export const missing = missingFor("qemu-m4");

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder outside the tree, removed after the test file's last test. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-qemu-"));
  folders.push(folder);
  return folder;
}

/** Runs `pio run` into a fresh folder; env holds the settings of platformio.ini. */
export function build(env: Readonly<Record<string, string>>, board = "qemu-m4"): Build {
  return buildInto(freshFolder(), env, board);
}

/** The function of the ELF file that holds an address. */
export function functionAt(
  elf: string,
  address: number,
  toolchain = "arm-none-eabi-",
): string | undefined {
  const listing = spawnSync(`${toolchain}nm`, ["-S", elf], { encoding: "utf8" }).stdout;
  for (const line of listing.split("\n")) {
    const [start, size, , name] = line.split(" ");
    const offset = address - Number.parseInt(start ?? "", 16);
    if (offset >= 0 && offset < Number.parseInt(size ?? "", 16)) return name;
  }
  return undefined;
}

/** One run of a firmware file. */
export class Device {
  readonly #process: ChildProcess;
  readonly #exit: Promise<number | null>;
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #deafMs: number;
  #pending = Buffer.alloc(0);
  #sequence = 0;

  private constructor(
    process: ChildProcess,
    exit: Promise<number | null>,
    socket: Socket,
    deafMs: number,
  ) {
    this.#deafMs = deafMs;
    this.#process = process;
    this.#exit = exit;
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  /** Boots the firmware and connects to its serial port. */
  static async boot(elf: string, board = "qemu-m4"): Promise<Device> {
    const path = join(freshFolder(), "serial");
    const { emulator, args, deafMs = 0 } = testedBoard(board);
    const child = spawn(
      emulator,
      [
        ...[...args, "-display", "none", "-monitor", "none"],
        ...["-serial", `unix:${path},server=on,wait=on`, "-kernel", elf],
      ],
      { stdio: "ignore" },
    );
    const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
    for (;;) {
      const socket = await new Promise<Socket | undefined>((resolve) => {
        const attempt = connect(path, () => resolve(attempt));
        attempt.once("error", () => resolve(undefined));
      });
      if (socket) return new Device(child, exit, socket, deafMs);
      if (child.exitCode !== null) throw new Error(`QEMU ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Sends raw bytes. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Sends one record. */
  send(type: number, payload: Uint8Array): void {
    this.write(frameBytes(type, this.#sequence++, payload));
  }

  /** Asks who it is until it answers: what arrives before the receiver is on is lost, as on a board. */
  async greet(): Promise<Frame> {
    await new Promise((resolve) => setTimeout(resolve, this.#deafMs));
    const identify = () => this.send(IDENTIFY, Uint8Array.of(1));
    identify();
    const again = setInterval(identify, GREETING_MS);
    try {
      return await this.receive();
    } finally {
      clearInterval(again);
    }
  }

  /** The next frame; throws when the device ends first. */
  async receive(): Promise<Frame> {
    for (;;) {
      const end = this.#pending.indexOf(0);
      if (end >= 0) {
        const stuffed = this.#pending.subarray(0, end);
        this.#pending = this.#pending.subarray(end + 1);
        if (stuffed.length > 0) return readFrame(stuffed);
        continue;
      }
      const chunk = await this.#chunks.next();
      if (chunk.done) throw new Error(`the device ended with ${await this.#exit}`);
      this.#pending = Buffer.concat([this.#pending, chunk.value]);
    }
  }

  /** The exit status, once the firmware has ended itself. */
  exitStatus(): Promise<number | null> {
    return this.#exit;
  }

  /** Ends the run, whatever its state. */
  async close(): Promise<void> {
    this.#socket.destroy();
    this.#process.kill();
    await this.#exit;
  }
}
