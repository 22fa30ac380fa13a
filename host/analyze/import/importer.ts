/**
 * The interface between a file that arrives in pieces and the records made from it.
 * Opening files and choosing a format is left to workflow/import.ts, each format to the module named after it.
 */
import type { MachineRecord } from "../machine-record.ts";

/** Reads one file. Its memory does not grow with the file, but with the records it gives. */
export interface Importer {
  /** The next piece of the text, cut anywhere between two characters. @throws AnalysisError where it is malformed. */
  push(chunk: string): void;
  /** Everything was pushed. @throws AnalysisError when the text is cut off or holds nothing to import. */
  finish(): readonly MachineRecord[];
}

/** Told of every time of a repetition, in their order [s]; a record keeps only so many. */
export type SampleListener = (machine: string, workload: string, seconds: number) => void;

/** A format that can be imported. */
export interface ImportFormat {
  /** As `--from` and messages call it. */
  readonly name: string;
  /** Whether a text that begins so is of this format; `head` is the first 64 KiB, or all of it if it is shorter. */
  detect(head: string): boolean;
  /**
   * A reader of one file; `file` is its name, for sources and messages.
   * @param onSample for formats that can hold more times than a record keeps
   */
  open(file: string, onSample?: SampleListener): Importer;
}
