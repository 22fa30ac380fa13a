/**
 * The part of `inspect` with --board: the C that each format would become for one board, or why it would not.
 * Nothing is written and nothing compiled; what a model holds is left to inspect.ts.
 */
import type {
  AnyFormat,
  Board,
  Footprint,
  RecurrentModel,
  Unsupported,
} from "../../codegen/index.ts";
import {
  availableBytes,
  FORMATS,
  generate,
  loadBoard,
  PlanError,
  tfliteFormatOf,
  weightsMemory,
} from "../../codegen/index.ts";

export interface PlannedLayer {
  readonly kernel: string;
  readonly macs: number;
  /** What executes, padding included. */
  readonly paddedMacs: number;
  /** As stored, with biases, multipliers and padding. */
  readonly weightBytes: number;
  /** Loads and stores of a step, every level of memory together. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

interface MemoryUse {
  readonly usedBytes: number;
  readonly availableBytes: number;
}

/** The C of one format. Code and stack come on top; a build counts them. */
export interface GeneratedFormat extends Footprint {
  readonly format: AnyFormat;
  readonly generated: true;
  /** How rows are multiplied, and why so. */
  readonly variant: string;
  readonly why: string;
  readonly kernels: readonly PlannedLayer[];
  /** The line rule of each recurrent layer, as the header tells it. */
  readonly line: readonly (readonly string[])[];
  /** Constants, in the memory of the weights. */
  readonly weights: MemoryUse & { readonly memory: string };
  /** The state of one stream. */
  readonly ram: MemoryUse;
  readonly fits: boolean;
  readonly warnings: readonly string[];
}

export interface RefusedFormat {
  readonly format: AnyFormat;
  readonly generated: false;
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly unsupported: readonly Unsupported[];
}

export type FormatInspection = GeneratedFormat | RefusedFormat;

export interface BoardInspection {
  readonly id: string;
  readonly core: string;
  /** The format asked for, or the one that `generate` takes by itself. */
  readonly chosen: FormatInspection;
  readonly formats: readonly FormatInspection[];
}

/** The formats that a model can take: the project's own, and that of a quantized file. */
export function formatsOf(model: RecurrentModel): readonly AnyFormat[] {
  const own = tfliteFormatOf(model);
  return own ? [...FORMATS, own] : FORMATS;
}

/** @throws ToolkitError as loadBoard does for a board that is not there */
export function inspectBoard(
  model: RecurrentModel,
  boardId: string,
  asked: AnyFormat | undefined,
): BoardInspection {
  const board = loadBoard(boardId);
  const formats = asked === undefined ? formatsOf(model) : [asked];
  const inspected = formats.map((format) => inspectFormat(model, board, format));
  const byItself = asked ?? tfliteFormatOf(model) ?? "int8";
  const chosen = inspected.find(({ format }) => format === byItself) as FormatInspection;
  return { id: board.id, core: board.core, chosen, formats: inspected };
}

function inspectFormat(model: RecurrentModel, board: Board, format: AnyFormat): FormatInspection {
  try {
    return generatedFormat(model, board, format);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    const { what, why, fix } = error.text;
    const unsupported = (error.facts.unsupported ?? []) as readonly Unsupported[];
    return { format, generated: false, code: error.code, what, why, fix, unsupported };
  }
}

function generatedFormat(model: RecurrentModel, board: Board, format: AnyFormat): GeneratedFormat {
  // Sizes do not follow from the ranges of values: noise serves.
  const { stages, footprint, warnings } = generate({ model, board, format, calibration: null });
  const { schedule, cost } = stages.plan;
  const memory = weightsMemory(board);
  const weights = {
    memory: memory.name,
    usedBytes: footprint.constantBytes,
    availableBytes: memory.bytes.value - (memory.reservedBytes?.value ?? 0),
  };
  const ram = { usedBytes: footprint.stateBytes, availableBytes: availableBytes(board, "ram") };
  return {
    format,
    generated: true,
    variant: schedule.variant,
    why: schedule.why,
    kernels: cost.kernels.map(
      ({ kernel, macs, paddedMacs, weightBytes, bytesRead, bytesWritten }) => ({
        ...{ kernel, macs, paddedMacs, weightBytes, bytesRead, bytesWritten },
      }),
    ),
    line: stages.size.map(({ explanation }) => explanation),
    ...footprint,
    weights,
    ram,
    fits: weights.usedBytes <= weights.availableBytes && ram.usedBytes <= ram.availableBytes,
    warnings,
  };
}
