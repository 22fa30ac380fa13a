/**
 * Decides what kind of link a --port names.
 * Which board is behind it is left to its greeting.
 */
import { UsageError } from "../../codegen/index.ts";
import type { Ports } from "../link/returning-port.ts";
import { createSerialLink, listPorts } from "../link/serial.ts";
import type { Link } from "../link/source.ts";
import { createTcpLink } from "../link/tcp.ts";

/** Of boards with a serial bridge; a chip's own USB takes any [baud]. */
const BAUD_RATE = 921_600;

/** Whether a port is a connection, which carries bytes and loads no program. */
export function isConnection(port: string): boolean {
  return port.startsWith("tcp:");
}

/** A serial port, or tcp:HOST:PORT. @throws UsageError TP-USE-127 */
export function portLink(port: string): Link {
  if (!isConnection(port)) return createSerialLink({ path: port, baudRate: BAUD_RATE });
  const [, host, number] = /^tcp:([^:]+):(\d{1,5})$/.exec(port) ?? [];
  if (host !== undefined) return createTcpLink(host, Number(number));
  throw new UsageError("TP-USE-127", {
    what: `"${port}" is no connection`,
    why: "it is spelt tcp:HOST:PORT",
    fix: "--port tcp:127.0.0.1:5555, or a serial device of: pioneer ports",
  });
}

/** The ports of this computer. */
export const systemPorts: Ports = {
  list: async () => (await listPorts()).ports,
  link: portLink,
};
