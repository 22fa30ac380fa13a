/**
 * Decides what bytes that arrive piece by piece mean as sound: a WAV file, or raw 16-bit samples; one channel comes out.
 * Where the bytes come from, and where the sound goes, is left to the caller.
 */
import { UsageError } from "../../codegen/index.ts";
import { damagedError, readWavHeader, requireRate, type WavHeader } from "./wav.ts";

/** Longest part of a file before its samples [byte]: pictures and titles that some programs write there. */
const MAX_HEADER_BYTES = 64 << 10;
/** How many bytes tell a WAV file from raw samples. */
const MAGIC_BYTES = 4;
const MAGIC = "RIFF";

export class SampleStream {
  readonly #name: string;
  readonly #sampleRateHz: number;
  readonly #tell: (words: string) => void;
  /** Undefined until enough has come to tell. */
  #header: WavHeader | undefined;
  /** Bytes of the header so far, then those of a sample that is not whole. */
  #kept: Uint8Array = new Uint8Array();
  /** Of the samples that the header promises [byte]. */
  #left = Number.POSITIVE_INFINITY;
  #bytes = 0;

  /**
   * @param name for messages
   * @param sampleRateHz what the model's front end takes
   * @param tell is told what was made of the bytes that nobody asked for
   */
  constructor(name: string, sampleRateHz: number, tell: (words: string) => void) {
    this.#name = name;
    this.#sampleRateHz = sampleRateHz;
    this.#tell = tell;
  }

  /**
   * The whole samples that these bytes complete; bytes behind the samples of a WAV file are passed over.
   * @throws UsageError TP-USE-031 for damaged bytes, -032 for another encoding, -033 for another rate
   */
  push(bytes: Uint8Array): Int16Array {
    this.#bytes += bytes.length;
    const all = joined(this.#kept, bytes);
    if (this.#header !== undefined) return this.#samplesOf(all);
    return this.#begin(all, false);
  }

  /**
   * The last samples. A WAV file may end before its header says: so does a recording that somebody stopped.
   * @throws UsageError TP-USE-031 for a header that is not whole, or half a raw sample
   */
  end(): Int16Array {
    const isTold = this.#header !== undefined || this.#kept.length === 0;
    const samples = isTold ? new Int16Array() : this.#begin(this.#kept, true);
    if (this.#isRaw && this.#kept.length > 0) throw oddError(this.#name, this.#bytes);
    return samples;
  }

  /** Samples behind the header, where it is whole. */
  #begin(bytes: Uint8Array, isAll: boolean): Int16Array {
    this.#header = this.#headerOf(bytes, isAll);
    if (this.#header === undefined) {
      this.#kept = bytes;
      return new Int16Array();
    }
    // GStreamer's wavenc leaves the size at 0 in a pipe, where it cannot go back.
    const { isUnfilled, dataBytes } = this.#header;
    this.#left = isUnfilled ? Number.POSITIVE_INFINITY : dataBytes;
    return this.#samplesOf(bytes.subarray(this.#header.dataAt));
  }

  get #isRaw(): boolean {
    return this.#header?.dataAt === 0;
  }

  /** Undefined while more bytes may complete it. */
  #headerOf(bytes: Uint8Array, isAll: boolean): WavHeader | undefined {
    const isWav = String.fromCharCode(...bytes.subarray(0, MAGIC_BYTES)) === MAGIC;
    if (!isWav && (isAll || bytes.length >= MAGIC_BYTES)) return this.#raw();
    if (!isWav || (bytes.length < 12 && !isAll)) return undefined;
    const header = readWavHeader(bytes, this.#name);
    if (typeof header !== "string") return this.#checked(header);
    if (isAll) throw damagedError(this.#name, header);
    if (bytes.length <= MAX_HEADER_BYTES) return undefined;
    throw damagedError(this.#name, `no samples come in its first ${MAX_HEADER_BYTES} B`);
  }

  #raw(): WavHeader {
    this.#tell(
      `${this.#name} is no WAV file: taken as 16-bit little-endian samples, ${this.#sampleRateHz} a second`,
    );
    const dataBytes = Number.POSITIVE_INFINITY;
    const sampleRateHz = this.#sampleRateHz;
    return { channels: 1, sampleRateHz, dataAt: 0, dataBytes, isUnfilled: false };
  }

  #checked(header: WavHeader): WavHeader {
    requireRate(header.sampleRateHz, this.#sampleRateHz, this.#name);
    if (header.channels > 1) {
      this.#tell(`${this.#name} has ${header.channels} channels; their mean is used`);
    }
    return header;
  }

  #samplesOf(bytes: Uint8Array): Int16Array {
    const { channels } = this.#header as WavHeader;
    const frameBytes = 2 * channels;
    const wanted = bytes.subarray(0, Math.min(bytes.length, this.#left));
    const count = Math.floor(wanted.length / frameBytes);
    const view = new DataView(wanted.buffer, wanted.byteOffset, wanted.byteLength);
    this.#left -= count * frameBytes;
    this.#kept = wanted.slice(count * frameBytes);
    return Int16Array.from({ length: count }, (_, n) => {
      let sum = 0;
      for (let k = 0; k < channels; k++) sum += view.getInt16(n * frameBytes + 2 * k, true);
      return Math.round(sum / channels);
    });
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** The error of raw sound that ends inside a sample. */
function oddError(name: string, bytes: number): UsageError {
  return new UsageError("TP-USE-031", {
    what: `${name} holds ${bytes} B, which are no whole samples`,
    why: "raw sound has two bytes a sample",
    fix: "ffmpeg -i FILE -ac 1 -ar 16000 -f s16le - | pioneer run hearable --app hearable --input -",
  });
}
