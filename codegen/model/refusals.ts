/**
 * The errors for model files that are damaged, too large or contradict themselves: the same codes whatever the format.
 * How much each format may ask for is left to the importers, what no layer computes to unsupported.ts.
 */
import { ModelFileError } from "../errors.ts";

/** Largest file [byte]; also bounds every tensor in it. */
export const FILE_BYTES = 64 * 1024 * 1024;

/** TP-MODEL-001: the file is empty or larger than {@link FILE_BYTES}. */
export function fileSizeError(file: string, bytes: number): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-001",
    {
      what: `${file} holds ${bytes} B; a model file holds 1 to ${FILE_BYTES} B`,
      why:
        bytes === 0 ? "the file is empty" : "no network that fits a microcontroller is this large",
      fix: "check that the path names the model, and export only the recurrent network",
    },
    { file, bytes, limitBytes: FILE_BYTES },
  );
}

/** TP-MODEL-008: a tensor that lies in another file, which a format has no safe way to name. */
export function externalFileError(file: string, tensor: string, why: string): ModelFileError {
  return new ModelFileError(
    "TP-MODEL-008",
    {
      what: `${file}: tensor "${tensor}" lies in another file`,
      why,
      fix: "save the model again as one file",
    },
    { file, tensor },
  );
}

/** What a format calls things, for messages. */
export interface FormatWords {
  /** As in "cannot be read as ONNX". */
  readonly format: string;
  /** What its graph is made of. */
  readonly node: string;
  /** What to do about a file that cannot be right. */
  readonly again: string;
  /** The verb for making such a file, as in "convert a checkpoint from before". */
  readonly write: string;
}

/** Makers of a format's errors; `file` is the name shown. */
export interface Refusals {
  /** TP-MODEL-002: the bytes are not of the format; `why` says where they stop making sense. */
  damaged(file: string, why: string): ModelFileError;
  /** TP-MODEL-003: something in the file is beyond a bound. */
  limit(file: string, what: string, limit: number): ModelFileError;
  /** TP-MODEL-004: a tensor's bytes are not what its shape and type ask for. */
  tensor(file: string, tensor: string, why: string): ModelFileError;
  /** TP-MODEL-006: the network contradicts itself: a value from nowhere, a weight of the wrong shape. */
  graph(file: string, node: string, why: string): ModelFileError;
  /** TP-MODEL-007: a weight that is NaN or infinite. */
  nonFinite(file: string, tensor: string, index: number): ModelFileError;
}

export function refusalsOf({ format, node: word, again, write }: FormatWords): Refusals {
  return {
    damaged: (file, why) =>
      new ModelFileError(
        "TP-MODEL-002",
        {
          what: `${file} cannot be read as ${format}`,
          why: `the file is damaged, cut short, or of another format: ${why}`,
          fix: again,
        },
        { file },
      ),
    limit: (file, what, limit) =>
      new ModelFileError(
        "TP-MODEL-003",
        {
          what: `${file}: ${what}; the limit is ${limit}`,
          why: "sizes in a file are not trusted: each is bounded before memory is taken for it",
          fix: again,
        },
        { file, limit },
      ),
    tensor: (file, tensor, why) =>
      new ModelFileError(
        "TP-MODEL-004",
        { what: `${file}: tensor "${tensor}" cannot be read`, why, fix: again },
        { file, tensor },
      ),
    graph: (file, node, why) =>
      new ModelFileError(
        "TP-MODEL-006",
        { what: `${file}: ${word} "${node}" contradicts the graph`, why, fix: again },
        { file, node },
      ),
    nonFinite: (file, tensor, index) =>
      new ModelFileError(
        "TP-MODEL-007",
        {
          what: `${file}: tensor "${tensor}" holds NaN or infinity at element ${index}`,
          why: "the training diverged or the file is damaged; no scale can hold such a weight",
          fix: `${write} a checkpoint from before the loss became NaN`,
        },
        { file, tensor, index },
      ),
  };
}
