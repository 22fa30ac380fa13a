/**
 * Puts a recorder between a link and its reader: every byte of both directions goes to the file first.
 * What is conversed is left to the reader.
 */
import type { Link, ReceivedBytes } from "../link/source.ts";
import type { CaptureWriter } from "./file.ts";

/** The same link; the file is closed by its owner. */
export function recordLink(link: Link, writer: CaptureWriter): Link {
  let openedMs = performance.now();
  return {
    name: link.name,
    kind: link.kind,
    ended: link.ended,
    received: recordReceived(link.received, writer),
    async open(signal) {
      await link.open(signal);
      openedMs = performance.now();
    },
    write(bytes) {
      writer.sent(bytes, Math.round((performance.now() - openedMs) * 1000));
      return link.write(bytes);
    },
    ...(link.watch && { watch: link.watch }),
    close: () => link.close(),
  };
}

async function* recordReceived(
  received: AsyncIterable<ReceivedBytes>,
  writer: CaptureWriter,
): AsyncGenerator<ReceivedBytes> {
  for await (const piece of received) {
    writer.received(piece.bytes, piece.receiveTimeUs);
    yield piece;
  }
}
