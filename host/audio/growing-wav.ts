/**
 * Writes sound as it comes, so that what is there is a whole WAV file at any moment: samples first, then the header's size.
 * Which sound is left to the caller. On standard output the header leaves the size open, as players of streams expect.
 */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { encodeWavHeader } from "./wav.ts";

/** Takes cleaned sound, one channel. */
export interface SoundSink {
  write(samples: Int16Array): void;
  /** Nothing comes any more. */
  close(): void;
}

/** A file that is made, or emptied, at once. @throws the system's error */
export class GrowingWav implements SoundSink {
  readonly #sampleRateHz: number;
  #file: number | undefined;
  #dataBytes = 0;
  readonly #headerBytes: number;

  constructor(path: string, sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, "w");
    const header = encodeWavHeader(sampleRateHz, 1, 0);
    this.#headerBytes = header.length;
    writeWhole(this.#file, header, 0);
  }

  write(samples: Int16Array): void {
    if (this.#file === undefined || samples.length === 0) return;
    const bytes = bytesOf(samples);
    writeWhole(this.#file, bytes, this.#headerBytes + this.#dataBytes);
    this.#dataBytes += bytes.length;
    writeWhole(this.#file, encodeWavHeader(this.#sampleRateHz, 1, this.#dataBytes), 0);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** A stream that a player reads; once the player has left, what comes is dropped. */
export class StreamedWav implements SoundSink {
  readonly #stream: NodeJS.WritableStream;
  #isOpen = true;

  constructor(stream: NodeJS.WritableStream, sampleRateHz: number) {
    this.#stream = stream;
    stream.on("error", this.#leave);
    stream.write(encodeWavHeader(sampleRateHz, 1, null));
  }

  write(samples: Int16Array): void {
    if (this.#isOpen && samples.length > 0) this.#stream.write(bytesOf(samples));
  }

  /** The stream is the process's own and stays open. */
  close(): void {
    this.#isOpen = false;
  }

  readonly #leave = () => {
    this.#isOpen = false;
  };
}

/** Little-endian, as Node's machines are; a copy, since a stream keeps what it was given. */
function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.slice().buffer);
}

function writeWhole(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(file, bytes, at, bytes.length - at, position + at);
  }
}
