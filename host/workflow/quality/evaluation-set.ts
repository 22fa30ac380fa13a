/**
 * Reads what a model is to be judged on: a list of recordings, or of input and target sequences, in one JSON file.
 * Judging is left to evaluate.ts.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../../../codegen/index.ts";
import type { Clip } from "./clip-set.ts";
import { fileSize, type Rows, rowsReader, type SequenceLimits } from "./sequence-files.ts";

/** What a sequence's answers are worth. */
export const SEQUENCE_METRICS = ["signal-to-error", "accuracy"] as const;
export type SequenceMetric = (typeof SEQUENCE_METRICS)[number];

/** Inputs and what a perfect model would answer; frames of their own sizes. */
export interface Sequence {
  readonly name: string;
  readonly inputs: Rows;
  /** signal-to-error: [frames][outputSize]. accuracy: [frames][1], the class. */
  readonly targets: Rows;
}

export type EvaluationSet =
  | { readonly kind: "recordings"; readonly name: string; readonly clips: readonly Clip[] }
  | {
      readonly kind: "sequences";
      readonly name: string;
      readonly metric: SequenceMetric;
      readonly sequences: readonly Sequence[];
    };

const MAX_JSON_BYTES = 4 << 20;
const MAX_ENTRIES = 10_000;

/**
 * {"clips": [{"noisy": WAV, "clean": WAV}]} or {"metric": NAME, "sequences": [{"inputs": NPY, "targets": NPY}]}; paths are
 * relative to the file.
 * @param limits of the arrays; those of sequence-files.ts where nobody says
 * @throws UsageError TP-USE-470 for a file that is no such list, TP-USE-120 for an array that cannot be read
 */
export function readEvaluationSet(path: string, limits?: SequenceLimits): EvaluationSet {
  const refuse = refusalOf(path);
  const bytes = fileSize(path, refuse);
  if (bytes === null) throw refuse("there is no such file");
  if (bytes > MAX_JSON_BYTES) throw refuse(`it is larger than ${MAX_JSON_BYTES} bytes`);
  let document: Readonly<Record<string, unknown>> | null;
  try {
    document = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  const { clips, sequences, metric = SEQUENCE_METRICS[0] } = document ?? {};
  const name = basename(path);
  if (Array.isArray(clips) && sequences === undefined) {
    return { kind: "recordings", name, clips: entriesOf(clips, refuse).map(clipIn(path, refuse)) };
  }
  if (!Array.isArray(sequences) || clips !== undefined) {
    throw refuse('it has neither "clips" nor "sequences", or both');
  }
  const known = SEQUENCE_METRICS.find((one) => one === metric);
  if (known === undefined) throw refuse(`its metric is none of ${SEQUENCE_METRICS.join(", ")}`);
  const read = sequenceIn(path, refuse, rowsReader(refuse, limits));
  return {
    kind: "sequences",
    name,
    metric: known,
    sequences: entriesOf(sequences, refuse).map(read),
  };
}

type Refusal = (why: string) => UsageError;
type Entry = Readonly<Record<string, unknown>>;

function refusalOf(path: string): Refusal {
  return (why) =>
    new UsageError(
      "TP-USE-470",
      {
        what: `${path} is nothing to evaluate on`,
        why,
        fix: '{"clips": [{"noisy": "a.wav", "clean": "b.wav"}]} or {"sequences": [{"inputs": "x.npy", "targets": "y.npy"}]}',
      },
      { path },
    );
}

function entriesOf(list: readonly unknown[], refuse: Refusal): readonly Entry[] {
  if (list.length === 0) throw refuse("its list is empty");
  if (list.length > MAX_ENTRIES) throw refuse(`it lists more than ${MAX_ENTRIES}`);
  return list.map((entry, index) => {
    if (entry === null || typeof entry !== "object") throw refuse(`entry ${index} is no object`);
    return entry as Entry;
  });
}

function clipIn(path: string, refuse: Refusal): (entry: Entry, index: number) => Clip {
  return ({ noisy, clean, snrDb, noise }, index) => {
    if (typeof noisy !== "string" || typeof clean !== "string") {
      throw refuse(`clip ${index} lacks noisy or clean`);
    }
    // What is not there, openClip says of the recording.
    for (const file of [noisy, clean]) fileSize(join(dirname(path), file), refuse);
    return {
      noisy: join(dirname(path), noisy),
      clean: join(dirname(path), clean),
      snrDb: typeof snrDb === "number" ? snrDb : Number.NaN,
      ...(typeof noise === "string" ? { noise } : {}),
    };
  };
}

function sequenceIn(
  path: string,
  refuse: Refusal,
  rowsOf: (file: string) => Rows,
): (entry: Entry, index: number) => Sequence {
  return ({ inputs, targets }, index) => {
    if (typeof inputs !== "string" || typeof targets !== "string") {
      throw refuse(`sequence ${index} lacks inputs or targets`);
    }
    const x = rowsOf(join(dirname(path), inputs));
    const y = rowsOf(join(dirname(path), targets));
    if (x.length !== y.length) {
      throw refuse(`sequence ${index} has ${x.length} frames of inputs and ${y.length} of targets`);
    }
    return { name: basename(inputs), inputs: x, targets: y };
  };
}
