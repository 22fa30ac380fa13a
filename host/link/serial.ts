/**
 * Decides how a real port is opened without disturbing the board, and what ports there are.
 * Which board is behind a port is left to its greeting.
 */
import type { SerialPortStream } from "@serialport/stream";
import { MissingToolError } from "../../codegen/index.ts";
import { type ControlLines, controlLinesOf } from "./control-lines.ts";
import type { PortInfo } from "./passive-port.ts";
import type { Link } from "./source.ts";
import type { Transport } from "./stream-link.ts";
import { StreamLink } from "./stream-link.ts";

export interface SerialOptions {
  /** Such as /dev/ttyACM0 or COM3. */
  readonly path: string;
  /** [baud] */
  readonly baudRate: number;
  /** Drop DTR when the port closes, which resets some boards; false unless the board needs it. */
  readonly hangUpOnClose?: boolean;
  /** Levels of the control lines after opening; without them, what keeps the chip behind the port running. */
  readonly dtr?: boolean;
  readonly rts?: boolean;
}

/** How soon a port that went away is noticed [ms]. */
const WATCH_EVERY_MS = 250;

export function createSerialLink(options: SerialOptions): Link {
  return new StreamLink({
    name: options.path,
    kind: "serial",
    start: () => serialTransport(options),
    openingFix:
      "see which ports there are: pioneer ports; what keeps one from opening: pioneer doctor",
  });
}

/** What a stream needs to run over a real port or a pseudo terminal. */
export async function serialTransport(options: SerialOptions): Promise<Transport> {
  const { SerialPort } = await loadDriver();
  return {
    binding: SerialPort.binding,
    openOptions: {
      path: options.path,
      baudRate: options.baudRate,
      hupcl: options.hangUpOnClose ?? false,
    },
    prepare: async (stream) => {
      const { dtr, rts } = await levelsFor(options, SerialPort.list);
      await setControlLines(stream, dtr, rts);
      await watchForHangUp(stream);
    },
  };
}

/** What is asked for, else what the maker of the port needs. A pseudo terminal, which has no maker, is not sought. */
async function levelsFor(
  { path, dtr, rts }: SerialOptions,
  list: () => Promise<PortInfo[]>,
): Promise<ControlLines> {
  if (dtr !== undefined || rts !== undefined) return { dtr: dtr ?? false, rts: rts ?? false };
  if (path.startsWith("/dev/pts/")) return controlLinesOf(undefined);
  const ports = await list().catch((): PortInfo[] => []);
  return controlLinesOf(ports.find((port) => port.path === path)?.vendorId);
}

/** Pseudo terminals have no control lines and refuse to set them, which does no harm. */
function setControlLines(stream: SerialPortStream, dtr: boolean, rts: boolean): Promise<void> {
  return new Promise((resolve) => {
    stream.set({ dtr, rts }, () => resolve());
  });
}

/**
 * Closes the stream when the port is gone. The driver reads a port that was hung up as one that has nothing to say, and
 * asks it again for ever; its settings, though, cannot be read any more. Where they never can, nobody watches.
 */
async function watchForHangUp(stream: SerialPortStream): Promise<void> {
  const port = stream.port;
  const isReadable = await port?.getBaudRate().then(
    () => true,
    () => false,
  );
  if (!port || !isReadable) return;
  const timer = setInterval(() => {
    port.getBaudRate().catch(() => {
      if (stream.isOpen && !stream.closing) stream.close(undefined, new Error("the port is gone"));
    });
  }, WATCH_EVERY_MS);
  stream.once("close", () => clearInterval(timer));
}

export interface PortList {
  readonly ports: readonly PortInfo[];
  /** Why the system could not list all, such as a container without udevadm. */
  readonly warning?: string;
}

/** The ports of this computer. Throws MissingToolError when there is no driver for this system; never for a failed search. */
export async function listPorts(): Promise<PortList> {
  const { SerialPort } = await loadDriver();
  try {
    return { ports: await SerialPort.list() };
  } catch (error) {
    return { ports: [], warning: error instanceof Error ? error.message : String(error) };
  }
}

/** The driver is native code: it is loaded only by those who open ports. */
async function loadDriver(): Promise<typeof import("serialport")> {
  try {
    return await import("serialport");
  } catch (error) {
    throw new MissingToolError(
      "TP-NEED-011",
      {
        what: "the serial port driver cannot be loaded",
        why: error instanceof Error ? error.message : String(error),
        fix: "install the packages again for this system: npm ci",
      },
      { package: "serialport" },
    );
  }
}
