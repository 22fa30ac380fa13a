/**
 * Reads the open runner's data sets: y_labels.csv and the inputs that it names.
 * What an answer to them is worth is left to analyze/mlperf.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../codegen/index.ts";

const LABELS = "y_labels.csv";
/** The largest data set of the benchmark has 1,000 files; its largest file 27,648 bytes, a second of sound more. */
const MAX_LABELS_BYTES = 16 << 20;
const MAX_FILE_BYTES = 16 << 20;

/** A line of y_labels.csv. */
export interface LabelledFile {
  readonly file: string;
  readonly classes: number;
  readonly class: number;
  /** Length of a window and the way to the next [byte]; null where a file is one input. */
  readonly bytesToSend: number | null;
  readonly stride: number | null;
  /** The inputs that the file holds, in order. */
  readonly windows: readonly Uint8Array[];
}

/**
 * The files of DIR/MODEL/y_labels.csv, or of DIR/y_labels.csv.
 * @throws UsageError TP-USE-160 when there are none or a line cannot be read; the errors of node:fs for a file
 */
export function readDataset(folder: string, model: string): readonly LabelledFile[] {
  const nested = join(folder, model);
  const home = existsSync(join(nested, LABELS)) ? nested : folder;
  const labels = join(home, LABELS);
  if (!existsSync(labels)) throw unusable(labels, "there is no such file, nor one in its folder");
  if (statSync(labels).size > MAX_LABELS_BYTES) throw unusable(labels, "it is above 16 MiB");
  const lines = readFileSync(labels, "utf8").split(/\r?\n/);
  const files = lines.flatMap((line, index) =>
    line.trim() === "" ? [] : [labelledFile(home, line, () => `${labels}, line ${index + 1}`)],
  );
  if (files.length === 0) throw unusable(labels, "it names no file");
  return files;
}

function labelledFile(home: string, line: string, where: () => string): LabelledFile {
  const [file = "", classes, label, bytesToSend, stride] = line
    .split(",")
    .map((cell) => cell.trim());
  // A name, so that no line reaches out of the folder.
  if (!/^[\w.-]+$/.test(file) || file.startsWith("."))
    throw unusable(where(), `"${file}" is no file name`);
  const numbers = [classes, label].map(wholeNumber);
  const [classCount, classNumber] = numbers;
  if (classCount === undefined || classNumber === undefined || classNumber >= classCount) {
    throw unusable(where(), "behind the name stand the number of classes and one of them, from 0");
  }
  const path = join(home, file);
  if (statSync(path).size > MAX_FILE_BYTES) throw unusable(path, "it is above 16 MiB");
  const bytes = new Uint8Array(readFileSync(path));
  const length = bytesToSend ? wholeNumber(bytesToSend) : bytes.length;
  const step = stride ? wholeNumber(stride) : length;
  if (!length || !step || length > bytes.length) {
    throw unusable(
      where(),
      `a window of ${bytesToSend} bytes every ${stride} is not in its ${bytes.length}`,
    );
  }
  return {
    file,
    classes: classCount,
    class: classNumber,
    bytesToSend: bytesToSend ? length : null,
    stride: stride ? step : null,
    windows: Array.from({ length: 1 + Math.floor((bytes.length - length) / step) }, (_, index) =>
      bytes.subarray(index * step, index * step + length),
    ),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function unusable(what: string, why: string): UsageError {
  return new UsageError("TP-USE-160", {
    what: `${what} is no data set of the open runner`,
    why,
    fix: "a folder with y_labels.csv (file,classes,class[,bytes_to_send,stride]) and its files",
  });
}
