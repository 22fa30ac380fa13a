/**
 * Opens a file of any importable format as a stream, finds its format and gives its records in bounded memory.
 * What a format means is left to analyze/import, recordings to the modules that judge them.
 */
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { UsageError } from "../../codegen/index.ts";
import { AnalysisError } from "../analyze/analysis-error.ts";
import { cyclesPerFrame } from "../analyze/counts.ts";
import { analyzeRun } from "../analyze/document.ts";
import { formatOf, IMPORT_FORMATS } from "../analyze/import/formats.ts";
import type { Importer, SampleListener } from "../analyze/import/importer.ts";
import type { MachineRecord } from "../analyze/machine-record.ts";
import { runRecords } from "../analyze/run-records.ts";
import { loadCapture } from "../capture/file.ts";
import { judgeRecording } from "./judge.ts";

/** What is read before the format is decided [byte]. */
const HEAD_BYTES = 64 << 10;
const CHUNK_BYTES = 1 << 20;
/** How a recording begins (capture/format.ts). */
const RECORDING_MAGIC = "TPCAP";
const RECORDING_SUFFIX = ".tpcap";

export interface ImportOptions {
  /** Told after every chunk. */
  readonly progress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
  /** Told of every time, also of those that a record does not keep; CSV only. */
  readonly onSample?: SampleListener;
}

/**
 * The records of one file.
 * @throws UsageError TP-USE-280 when it cannot be opened, -281 when no format knows it, -282 to -288 for its content
 */
export async function importFile(
  path: string,
  options: ImportOptions = {},
): Promise<readonly MachineRecord[]> {
  const totalBytes = sizeOf(path);
  const { signal, progress, onSample } = options;
  const stream = createReadStream(path, { highWaterMark: CHUNK_BYTES, ...(signal && { signal }) });
  return withUsageErrors(async () => {
    try {
      const told = progress && ((done: number) => progress(done, totalBytes));
      return await importStream(stream, path, told, onSample);
    } catch (error) {
      if (error === RECORDING) return await importRecording(path);
      if (error instanceof Error && "syscall" in error) throw cannotOpen(path, error.message);
      throw error;
    } finally {
      stream.destroy();
    }
  });
}

/** The file is a recording: binary, and read by its own module. */
const RECORDING = new Error("recording");

/**
 * The records of bytes that arrive in chunks; holds one chunk at a time.
 * @param file its name, for sources and messages
 */
export async function importStream(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  progress: (doneBytes: number) => void = () => {},
  onSample?: SampleListener,
): Promise<readonly MachineRecord[]> {
  let importer: Importer | undefined;
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let head = "";
  let done = 0;
  for await (const bytes of chunks) {
    decoder ??= decoderOf(bytes);
    const text = decoder.decode(bytes, { stream: true });
    done += bytes.length;
    if (importer === undefined) {
      head += text;
      if (head.startsWith(RECORDING_MAGIC)) throw RECORDING;
      if (head.length >= HEAD_BYTES) {
        importer = importerOf(head, file, onSample);
        importer.push(head);
      }
    } else {
      importer.push(text);
    }
    progress(done);
  }
  const rest = decoder?.decode() ?? "";
  if (importer === undefined) {
    importer = importerOf(head + rest, file, onSample);
    importer.push(head + rest);
  } else {
    importer.push(rest);
  }
  return importer.finish();
}

/** UTF-8, or the UTF-16 that a Windows shell writes when it redirects. */
function decoderOf(bytes: Uint8Array) {
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8");
}

function importerOf(head: string, file: string, onSample?: SampleListener): Importer {
  const format = formatOf(head.slice(0, HEAD_BYTES));
  if (format !== undefined) return format.open(file, onSample);
  const known = IMPORT_FORMATS.map(({ name }) => name).join(", ");
  throw new UsageError(
    "TP-USE-281",
    {
      what: `${file} is of no format that can be imported`,
      why: head.trim() === "" ? "it is empty" : `its beginning fits none of: recording, ${known}`,
      fix: "docs/importers.md shows how each tool writes its file, and the head of a CSV",
    },
    { file },
  );
}

async function importRecording(path: string): Promise<readonly MachineRecord[]> {
  const { facts } = judgeRecording(await loadCapture(path), { recording: path });
  return runRecords(analyzeRun(facts), path, { cycles: cyclesPerFrame(facts), host: facts.host });
}

/** Errors of the analyzer as errors of use: the numbers came from what was typed. */
export async function withUsageErrors<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AnalysisError)) throw error;
    throw new UsageError(error.code, error.text, error.facts);
  }
}

/** Whether a file is a recording of this project, by its beginning, or by its name when it cannot be opened. */
export function isRecording(path: string): boolean {
  if (path.endsWith(RECORDING_SUFFIX)) return true;
  try {
    // What is read from a pipe is gone.
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(RECORDING_MAGIC.length);
      readSync(file, head, 0, head.length, 0);
      return head.toString("latin1") === RECORDING_MAGIC;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

function sizeOf(path: string): number {
  try {
    const status = statSync(path);
    if (status.isDirectory()) throw cannotOpen(path, "it is a folder");
    return status.size;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw cannotOpen(path, code === "ENOENT" ? "there is no such file" : message);
  }
}

function cannotOpen(path: string, why: string): UsageError {
  return new UsageError(
    "TP-USE-280",
    { what: `${path} cannot be read`, why, fix: "pioneer analyze FILE, each FILE a path" },
    { path },
  );
}
