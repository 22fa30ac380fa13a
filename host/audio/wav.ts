/**
 * Decodes and encodes WAV files of 16-bit PCM, from and to bytes.
 * Reading and writing files is left to wav-file.ts; resampling to the user's own tools.
 *
 * Source: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" (RIFF/WAVE) and
 * WAVEFORMATEXTENSIBLE.
 */

import { UsageError } from "../../codegen/index.ts";

export interface Wav {
  readonly sampleRateHz: number;
  /** [channels][samples], at least one channel, all of one length; 32768 is full scale. */
  readonly channels: readonly Int16Array[];
}

const FORMAT_PCM = 1;
const FORMAT_EXTENSIBLE = 0xfffe;
/** Written as the size by programs that stream and cannot know it: the data lasts to the end. */
const UNKNOWN_SIZE = 0xffffffff;
const MAX_CHANNELS = 64;
const MAX_SAMPLE_RATE_HZ = 768_000;
const HEADER_BYTES = 44;

/** What messages call standard input, in place of a file. */
export const STDIN_NAME = "standard input";

interface Format {
  readonly encoding: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bitsPerSample: number;
}

/** Where the samples of a file begin, and what they are. */
export interface WavHeader {
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Offset of the first sample [byte]. */
  readonly dataAt: number;
  /** What the header says; Infinity where it leaves the size open [byte]. */
  readonly dataBytes: number;
  /** No samples by the header, and nothing behind them: so it reads until a writer that could go back has filled it in. */
  readonly isUnfilled: boolean;
}

/**
 * Decodes a whole file; memory is taken only for samples that are there.
 * @param file name for messages
 * @throws UsageError TP-USE-031 for damaged bytes, -032 for an encoding other than 16-bit PCM
 */
export function decodeWav(bytes: Uint8Array, file: string): Wav {
  const header = readWavHeader(bytes, file);
  if (typeof header === "string") throw damagedError(file, header);
  const left = bytes.length - header.dataAt;
  if (header.dataBytes > left && header.dataBytes !== Number.POSITIVE_INFINITY) {
    throw damagedError(file, `its data should be ${header.dataBytes} B; ${left} B are there`);
  }
  return decodeSamples(bytes, { ...header, dataBytes: Math.min(header.dataBytes, left) }, file);
}

/**
 * The header of a file's beginning, or what is missing in bytes that end too early.
 * @throws UsageError as decodeWav
 */
export function readWavHeader(bytes: Uint8Array, file: string): WavHeader | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tagAt(bytes, 0) !== "RIFF" || tagAt(bytes, 8) !== "WAVE") {
    throw damagedError(file, "it does not begin as a RIFF/WAVE file does");
  }
  let format: Format | undefined;
  let at = 12;
  while (at + 8 <= bytes.length) {
    const tag = tagAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (tag === "data") {
      if (!format) throw damagedError(file, "its data comes before its format");
      const { channels, sampleRateHz } = checkFormat(format, file);
      const dataBytes = size === UNKNOWN_SIZE ? Number.POSITIVE_INFINITY : size;
      const riffBytes = view.getUint32(4, true);
      const endsHere = riffBytes === UNKNOWN_SIZE || riffBytes + 8 <= start;
      return {
        channels,
        sampleRateHz,
        dataAt: start,
        dataBytes,
        isUnfilled: size === 0 && endsHere,
      };
    }
    if (size > bytes.length - start) return `its part "${printable(tag)}" is cut short`;
    if (tag === "fmt ") format = readFormat(view, start, size, file);
    // Parts are padded to an even number of bytes.
    at = start + size + (size % 2);
  }
  return "it ends before its samples";
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function printable(tag: string): string {
  return tag.replaceAll(/[^ -~]/g, "?");
}

function readFormat(view: DataView, start: number, size: number, file: string): Format {
  if (size < 16) throw damagedError(file, `its format part of ${size} B is too short`);
  const encoding = view.getUint16(start, true);
  // The extensible form keeps the encoding in the first bytes of a GUID.
  const extended = encoding === FORMAT_EXTENSIBLE && size >= 40;
  return {
    encoding: extended ? view.getUint16(start + 24, true) : encoding,
    channels: view.getUint16(start + 2, true),
    sampleRateHz: view.getUint32(start + 4, true),
    bitsPerSample: view.getUint16(start + 14, true),
  };
}

function checkFormat(format: Format, file: string): Format {
  const { encoding, channels, sampleRateHz, bitsPerSample } = format;
  if (encoding !== FORMAT_PCM || bitsPerSample !== 16) {
    throw new UsageError(
      "TP-USE-032",
      {
        what: `${file} holds ${bitsPerSample}-bit samples of WAV encoding ${encoding}`,
        why: "only 16-bit PCM (encoding 1) is read",
        fix: `ffmpeg -i ${pathOf(file)} -c:a pcm_s16le converted.wav`,
      },
      { file, encoding, bitsPerSample },
    );
  }
  if (channels < 1 || channels > MAX_CHANNELS)
    throw damagedError(file, `it has ${channels} channels`);
  if (sampleRateHz < 1 || sampleRateHz > MAX_SAMPLE_RATE_HZ) {
    throw damagedError(file, `its sample rate is ${sampleRateHz} Hz`);
  }
  return format;
}

function decodeSamples(
  bytes: Uint8Array,
  { channels, sampleRateHz, dataAt, dataBytes }: WavHeader,
  file: string,
): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = dataBytes / (2 * channels);
  if (!Number.isInteger(samples)) {
    throw damagedError(file, `${dataBytes} B are no whole number of ${channels}-channel samples`);
  }
  const channel = (index: number) =>
    Int16Array.from({ length: samples }, (_, n) =>
      view.getInt16(dataAt + 2 * (n * channels + index), true),
    );
  return {
    sampleRateHz,
    channels: Array.from({ length: channels }, (_, index) => channel(index)),
  };
}

/** What a command is told to read; standard input has no path. */
function pathOf(file: string): string {
  return file === STDIN_NAME ? "FILE" : file;
}

/** The error of bytes that are no WAV file, or not a whole one. */
export function damagedError(file: string, why: string): UsageError {
  return new UsageError(
    "TP-USE-031",
    {
      what: `${file} cannot be read as a WAV file`,
      why,
      fix: `copy the file again, or convert it: ffmpeg -i ${pathOf(file)} -c:a pcm_s16le converted.wav`,
    },
    { file },
  );
}

/**
 * The mean of all channels, rounded.
 * @param sampleRateHz what the model's front end takes [Hz]
 * @throws UsageError TP-USE-033 when the recording has another rate
 */
export function monoSamples(wav: Wav, sampleRateHz: number, file: string): Int16Array {
  requireRate(wav.sampleRateHz, sampleRateHz, file);
  const [first, ...others] = wav.channels;
  if (!first) throw new RangeError("a recording without channels");
  return first.map((sample, n) => {
    const sum = others.reduce((total, channel) => total + (channel[n] as number), sample);
    return Math.round(sum / wav.channels.length);
  });
}

/** @throws UsageError TP-USE-033 unless a recording has the rate [Hz] that the model takes */
export function requireRate(rateHz: number, neededHz: number, file: string): void {
  if (rateHz === neededHz) return;
  throw new UsageError(
    "TP-USE-033",
    {
      what: `${file} is sampled at ${rateHz} Hz; the model takes ${neededHz} Hz`,
      why: "its bands were trained at that rate, and resampling well is another program's work",
      fix: `ffmpeg -i ${pathOf(file)} -ac 1 -ar ${neededHz} -c:a pcm_s16le converted.wav`,
    },
    { file, sampleRateHz: rateHz, neededHz },
  );
}

/** Full scale 1 to 16 bits, rounded and saturated. @throws RangeError for a value that is not finite */
export function toInt16(signal: Float64Array): Int16Array {
  return Int16Array.from(signal, (value) => {
    if (!Number.isFinite(value)) throw new RangeError(`a sample of ${value} cannot be written`);
    return Math.min(32767, Math.max(-32768, Math.round(value * 32768)));
  });
}

/**
 * Encodes 16-bit PCM.
 * @throws RangeError for no channels, or channels of different lengths
 */
export function encodeWav({ sampleRateHz, channels }: Wav): Uint8Array {
  const samples = channels[0]?.length ?? -1;
  if (samples < 0 || channels.some((channel) => channel.length !== samples)) {
    throw new RangeError("a WAV file holds one or more channels of one length");
  }
  const frameBytes = 2 * channels.length;
  const bytes = new Uint8Array(HEADER_BYTES + samples * frameBytes);
  bytes.set(encodeWavHeader(sampleRateHz, channels.length, samples * frameBytes));
  const view = new DataView(bytes.buffer);
  channels.forEach((channel, index) => {
    channel.forEach((sample, n) => {
      view.setInt16(HEADER_BYTES + n * frameBytes + 2 * index, sample, true);
    });
  });
  return bytes;
}

/** What stands before 16-bit samples [44 B]. @param dataBytes null where nobody knows yet: to the end */
export function encodeWavHeader(
  sampleRateHz: number,
  channels: number,
  dataBytes: number | null,
): Uint8Array {
  const frameBytes = 2 * channels;
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const tag = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  tag(0, "RIFF");
  view.setUint32(4, dataBytes === null ? UNKNOWN_SIZE : HEADER_BYTES - 8 + dataBytes, true);
  tag(8, "WAVE");
  tag(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, FORMAT_PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true);
  tag(36, "data");
  view.setUint32(40, dataBytes ?? UNKNOWN_SIZE, true);
  return bytes;
}
