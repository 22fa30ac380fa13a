/**
 * Hears on a link when a device in energy mode passes its timestamps, for a simulated monitor that no pin reaches.
 * What the lines mean otherwise is left to replies.ts.
 */
import type { Link, ReceivedBytes } from "../link/source.ts";

/** A line may come in pieces; longer than either line below. */
const KEPT_CHARACTERS = 64;
const TIMESTAMP_LINE = /m-infer-(start-\d{1,9}|done)\r?\n/g;

/** The same link. @param onTimestamp told whether the device computes from then on, or no more */
export function hearTimestamps(link: Link, onTimestamp: (begins: boolean) => void): Link {
  return {
    name: link.name,
    kind: link.kind,
    ended: link.ended,
    received: listen(link.received, onTimestamp),
    open: (signal) => link.open(signal),
    write: (bytes) => link.write(bytes),
    close: () => link.close(),
  };
}

async function* listen(
  received: AsyncIterable<ReceivedBytes>,
  onTimestamp: (begins: boolean) => void,
): AsyncGenerator<ReceivedBytes> {
  let tail = "";
  for await (const piece of received) {
    let text = tail + Buffer.from(piece.bytes).toString("latin1");
    for (const line of text.matchAll(TIMESTAMP_LINE)) onTimestamp(line[1] !== "done");
    const end = text.lastIndexOf("\n");
    text = text.slice(end + 1);
    tail = text.slice(-KEPT_CHARACTERS);
    yield piece;
  }
}
