/**
 * Decides how a device behind a TCP address is reached: a serial server, an emulator on another system.
 * The conversation is left to session.ts.
 */
import { connectSocket, socketBinding } from "./socket-binding.ts";
import type { Link } from "./source.ts";
import { StreamLink } from "./stream-link.ts";

/** A socket has no baud rate, but the stream asks for one. */
const NO_BAUD_RATE = 1;

export function createTcpLink(host: string, port: number): Link {
  const name = `${host}:${port}`;
  return new StreamLink({
    name,
    kind: "tcp",
    start: async (signal) => ({
      binding: socketBinding(() => connectSocket({ host, port }, signal)),
      openOptions: { path: name, baudRate: NO_BAUD_RATE },
    }),
    openingFix: "check the address, and that the other side is listening",
  });
}
