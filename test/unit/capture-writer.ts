/**
 * Writes a capture until it is killed: piece n is the four bytes of n, and a second file grows by a byte once piece n
 * was handed over. Says "writing" when it has begun.
 * Run as: capture-writer.ts FILE HANDED_OVER_FILE
 */
import { openSync, writeSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { CaptureWriter } from "../../host/capture/file.ts";
import { MANIFEST } from "./capture-manifest.ts";

const [, , path, handedOverPath] = process.argv as [string, string, string, string];
const writer = new CaptureWriter(path, MANIFEST);
const handedOver = openSync(handedOverPath, "w");
console.log("writing");
for (let piece = 0; ; piece++) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, piece, true);
  writer.received(bytes, piece);
  writeSync(handedOver, ".");
  await turn();
}
