/**
 * Decides how an emulated board is started and how its serial line reaches this program.
 * Which machine, firmware and plugin run is left to the caller's arguments, the conversation to session.ts.
 */
import { mkdtemp } from "node:fs/promises";
import type { AddressInfo, NetConnectOpts } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LinkError, MissingToolError } from "../../codegen/index.ts";
import { EmulatorProcess } from "./emulator-process.ts";
import { lastWords } from "./last-words.ts";
import { serialTransport } from "./serial.ts";
import { connectSocket, socketBinding } from "./socket-binding.ts";
import type { Link, LinkEnd } from "./source.ts";
import type { Transport } from "./stream-link.ts";
import { StreamLink } from "./stream-link.ts";

export type EmulatedLine = "socket" | "tcp" | "pty";

export interface QemuOptions {
  /** Such as "mps2-an386"; for messages. */
  readonly machine: string;
  /** Everything but the serial line: ["-M", "mps2-an386", "-nographic", ..., "-kernel", "firmware.elf"]. */
  readonly args: readonly string[];
  /** "qemu-system-arm" unless the board is of another family. */
  readonly command?: string;
  /** What messages call it; command and machine without it. */
  readonly name?: string;
  /**
   * "socket" loses nothing and is the default, "tcp" is the same where there are no Unix sockets. "pty" is what a real
   * port looks like; it may be hung up before the last record was read.
   */
  readonly line?: EmulatedLine;
}

const DEFAULT_LINE: EmulatedLine = process.platform === "win32" ? "tcp" : "socket";

/** A socket's path has to fit into sockaddr_un, 104 bytes on macOS and 108 on Linux. */
const MAX_SOCKET_PATH_BYTES = 103;

/** From the start of the emulator to its serial line [ms]; a slow machine that loads a plugin needs seconds. */
const START_TIMEOUT_MS = 20_000;
const POLL_MS = 10;

/** From the end of the serial line to the end of the emulator [ms]. */
const EXIT_TIMEOUT_MS = 5000;

/** Socket and pseudo terminal ignore it. */
const BAUD_RATE = 115_200;

export function createQemuLink(options: QemuOptions): Link {
  const command = options.command ?? "qemu-system-arm";
  let emulator: EmulatorProcess | undefined;
  return new StreamLink({
    name: options.name ?? `${command} ${options.machine}`,
    kind: "qemu",
    start: async (signal) => {
      const folder = await mkdtemp(join(shortTemporaryFolder(), "pioneer-"));
      const line = await chooseLine(options.line ?? DEFAULT_LINE, folder, hasMultiplexer(command));
      emulator = new EmulatorProcess(command, [...options.args, ...line.args], folder);
      const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
      const limit = signal ? AbortSignal.any([signal, timeout]) : timeout;
      try {
        return await Promise.race([line.reach(emulator), rejectOnAbort(limit)]);
      } catch (error) {
        signal?.throwIfAborted();
        const failure = await explainStart(command, emulator, error);
        await emulator.stop();
        throw failure;
      }
    },
    finish: async (end) => (emulator ? await endOf(emulator, end) : end),
    openingFix: "see what the emulator needs: pioneer doctor",
  });
}

function shortTemporaryFolder(): string {
  const folder = tmpdir();
  if (process.platform === "win32") return folder;
  const longest = join(folder, "pioneer-XXXXXX", "line");
  return Buffer.byteLength(longest) <= MAX_SOCKET_PATH_BYTES ? folder : "/tmp";
}

interface Line {
  /** For the emulator's command line. */
  readonly args: readonly string[];
  readonly reach: (emulator: EmulatorProcess) => Promise<Transport>;
}

/**
 * Other emulators take QEMU's `-serial` and no more of its options. The console of QEMU's Xtensa simulator is read outside
 * QEMU's lock: a multiplexer before it lost a frame in some hundred.
 */
const hasMultiplexer = (command: string): boolean => {
  const name = basename(command);
  return name.startsWith("qemu-") && !name.startsWith("qemu-system-xtensa");
};

async function chooseLine(
  line: EmulatedLine,
  folder: string,
  isMultiplexed: boolean,
): Promise<Line> {
  if (line === "pty") return { args: ["-serial", "pty"], reach: reachPty };
  if (line === "tcp") {
    const address = { host: "127.0.0.1", port: await findFreePort() };
    const { host, port } = address;
    const serial = isMultiplexed
      ? multiplexed(`host=${host},port=${port}`)
      : plain(`tcp:${host}:${port}`);
    return socketLine(serial, `tcp:${host}:${port}`, address);
  }
  const path = join(folder, "line");
  const serial = isMultiplexed ? multiplexed(`path=${path}`) : plain(`unix:${path}`);
  return socketLine(serial, `unix:${path}`, { path });
}

/** With this the emulated core starts only when the host connects: nothing it says is lost. */
const UNTIL_CONNECTED = "server=on,wait=on";

const plain = (name: string): readonly string[] => ["-serial", `${name},${UNTIL_CONNECTED}`];

/**
 * QEMU hands a UART without a FIFO a byte each time its core has taken one, at two changes of threads. Its multiplexer holds
 * 32 bytes ready beside the UART, which halves the time of a byte. No byte is its escape character: 256 is none.
 */
const multiplexed = (address: string): readonly string[] => [
  ...["-chardev", `socket,id=line,${address},${UNTIL_CONNECTED},mux=on`],
  ...["-serial", "chardev:line", "-echr", "256"],
];

function socketLine(args: readonly string[], name: string, address: NetConnectOpts): Line {
  return { args, reach: (emulator) => reachSocket(emulator, name, address) };
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function reachSocket(
  emulator: EmulatorProcess,
  path: string,
  address: NetConnectOpts,
): Promise<Transport> {
  while (emulator.running) {
    try {
      const socket = await connectSocket(address);
      return {
        binding: socketBinding(async () => socket),
        openOptions: { path, baudRate: BAUD_RATE },
      };
    } catch {
      await sleep(POLL_MS);
    }
  }
  throw new Error("the emulator left");
}

async function reachPty(emulator: EmulatorProcess): Promise<Transport> {
  const [, path] = await emulator.waitForOutput(
    /char device redirected to (\S+) \(label serial0\)/,
  );
  return serialTransport({ path: path as string, baudRate: BAUD_RATE });
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function endOf(emulator: EmulatorProcess, end: LinkEnd): Promise<LinkEnd> {
  if (end.state === "closed") {
    await emulator.stop();
    return end;
  }
  const late = setTimeout(() => void emulator.stop(), EXIT_TIMEOUT_MS);
  const exit = await emulator.exited;
  clearTimeout(late);
  return { state: "exited", ...exit, output: emulator.output };
}

async function explainStart(
  command: string,
  emulator: EmulatorProcess,
  error: unknown,
): Promise<Error> {
  const exit = emulator.running ? undefined : await emulator.exited.catch((reason) => reason);
  if (exit instanceof Error && "code" in exit && exit.code === "ENOENT") return missing(command);
  const how = exit && "status" in exit ? `left with status ${exit.status}` : "did not get ready";
  return new LinkError(
    "TP-LINK-002",
    {
      what: `${command} ${how} before its serial line was up`,
      why: lastWords(emulator.output) ?? (error instanceof Error ? error.message : String(error)),
      fix: "see what the emulator needs: pioneer doctor",
    },
    { command, output: emulator.output },
  );
}

/** The Debian and Homebrew packages of the emulators this project starts. */
function missing(command: string): MissingToolError {
  const debian = command === "qemu-system-arm" ? "qemu-system-arm" : "qemu-system-misc";
  return new MissingToolError(
    "TP-NEED-010",
    {
      what: `${command} is not installed`,
      why: "the emulated boards run in it; real boards do not need it",
      fix: process.platform === "darwin" ? "brew install qemu" : `sudo apt install ${debian}`,
    },
    { command },
  );
}
