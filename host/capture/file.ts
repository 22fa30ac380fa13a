/**
 * Writes a capture so that a killed program loses nothing it had received, and reads captures from files.
 * The layout is left to format.ts.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { UsageError } from "../../codegen/index.ts";
import type { Capture, ChunkKind } from "./format.ts";
import {
  attachmentPayloads,
  encodeChunk,
  encodeFileHeader,
  MAX_CHUNK_BYTES,
  readCapture,
} from "./format.ts";
import type { CaptureManifest } from "./manifest.ts";

/**
 * Appends to one file. Every chunk is handed to the system before its call returns, so that kill -9 cuts at most the
 * chunk being written. Throws the system's error, such as ENOSPC.
 */
export class CaptureWriter {
  readonly path: string;
  #file: number | undefined;

  /** Makes the file, or empties it. */
  constructor(path: string, manifest: CaptureManifest) {
    this.path = path;
    this.#file = openSync(path, "w");
    this.#write(encodeFileHeader());
    this.#append("manifest", 0, new TextEncoder().encode(JSON.stringify(manifest)));
  }

  /** Says anew what is recorded, once more of it is known; readers take the last word. */
  describe(manifest: CaptureManifest): void {
    this.#append("manifest", 0, new TextEncoder().encode(JSON.stringify(manifest)));
  }

  /** Bytes from the device, `timeUs` after the link was opened. */
  received(bytes: Uint8Array, timeUs: number): void {
    this.#appendPieces("received", timeUs, bytes);
  }

  /** Bytes to the device. */
  sent(bytes: Uint8Array, timeUs: number): void {
    this.#appendPieces("sent", timeUs, bytes);
  }

  /** A file that belongs to the run, such as the counts or the input. */
  attach(name: string, bytes: Uint8Array): void {
    for (const payload of attachmentPayloads(name, bytes)) this.#append("attachment", 0, payload);
  }

  /** The last chunk: how the run ended, in one word. Closes the file. */
  end(outcome: string): void {
    if (this.#file === undefined) return;
    this.#append("end", 0, new TextEncoder().encode(outcome));
    fdatasyncSync(this.#file);
    this.close();
  }

  /** Closes the file as it is; without an end chunk readers call it cut off. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #appendPieces(kind: "received" | "sent", timeUs: number, bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += MAX_CHUNK_BYTES) {
      this.#append(kind, timeUs, bytes.subarray(start, start + MAX_CHUNK_BYTES));
    }
  }

  #append(kind: ChunkKind, timeUs: number, payload: Uint8Array): void {
    this.#write(encodeChunk(kind, timeUs, payload));
  }

  #write(bytes: Uint8Array): void {
    if (this.#file === undefined) throw new Error(`${this.path} is closed`);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }
}

/** Reads a capture up to its damage. Throws UsageError TP-USE-150 when there is nothing to read in it. */
export async function loadCapture(path: string): Promise<Capture> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw refusal(path, error.code === "ENOENT" ? "there is no such file" : error.message);
  });
  return captureOf(file, path);
}

/** A capture of its bytes. Throws UsageError TP-USE-150 when there is nothing to read in them; `path` is for the message. */
export function captureOf(bytes: Uint8Array, path: string): Capture {
  const reading = readCapture(bytes);
  if (reading.state === "refused") throw refusal(path, reading.why);
  return reading.capture;
}

function refusal(path: string, why: string): UsageError {
  return new UsageError(
    "TP-USE-150",
    {
      what: `${path} cannot be read as a capture`,
      why,
      fix: "name a file made by: pioneer run MODEL --board ID --record FILE",
    },
    { path },
  );
}
