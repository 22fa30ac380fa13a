/**
 * The `bench kernels` verb: the kernel table of one emulated board or of all.
 * Running one kernel is left to kernel-run.ts, the layout of the table to report/kernels.ts.
 */
import type { BenchmarkKernel, EmulatedBoard, Format, Fusion } from "../../../codegen/index.ts";
import {
  BENCHMARK_SIZE_LIMIT,
  emulatedBoardOfEachCore,
  FUSIONS,
  loadBoard,
  UsageError,
} from "../../../codegen/index.ts";
import { kernelTable } from "../../report/kernels.ts";
import type { VerbContext } from "../context.ts";
import { requireEmulated } from "../device.ts";
import { placementOf } from "../generate.ts";
import { type KernelRow, type KernelShape, runKernel } from "./kernel-run.ts";

export interface KernelBenchOptions {
  readonly board?: string;
  readonly allBoards?: boolean;
  readonly shapes: string;
  readonly kernel: BenchmarkKernel;
  readonly format: Format;
  /** Count the same kernel in plain C, too. */
  readonly plain?: boolean;
  /** Allow two bytes a weight. */
  readonly wide?: boolean;
  /** One level, or each of them. */
  readonly fusion: Fusion | "all";
  /** Time steps of a call. */
  readonly steps?: number;
  /** Memories for them. */
  readonly weights?: string;
  readonly tables?: string;
  readonly code?: string;
}

const MOST_SHAPES = 64;

/**
 * Exit 1 when a kernel's answers differ from the twin's.
 * @throws UsageError TP-USE-430 to -432; what runKernel throws
 */
export async function benchKernels(
  context: VerbContext,
  options: KernelBenchOptions,
): Promise<number> {
  const shapes = parseShapes(options.shapes);
  const fusions = options.fusion === "all" ? FUSIONS : [options.fusion];
  const boards = boardsOf(options);
  const rows: KernelRow[] = [];
  for (const board of boards) {
    for (const shape of shapes) {
      const { progress, signal } = context;
      const wide = options.wide === true;
      const { kernel, format } = options;
      const placement = placementOf(options);
      const ahead = options.steps === undefined ? {} : { steps: options.steps };
      const common = { kernel, format, wide, placement, progress, signal };
      const request = { board, ...shape, ...common, ...ahead };
      for (const plain of options.plain === true ? [false, true] : [false]) {
        for (const fusion of fusions) {
          signal.throwIfAborted();
          rows.push(await runKernel({ ...request, plain, fusion }));
        }
      }
    }
  }
  context.print({ schema: 1, rows }, () => kernelTable(rows));
  return rows.every(({ bitExact }) => bitExact) ? 0 : 1;
}

/** @throws UsageError TP-USE-430 */
export function parseShapes(text: string): readonly KernelShape[] {
  const shapes = text.split(",").map((word) => {
    const [, inputSize, hiddenSize] = /^(\d{1,4})x(\d{1,4})$/.exec(word.trim()) ?? [];
    return { inputSize: Number(inputSize), hiddenSize: Number(hiddenSize) };
  });
  const sound = (size: number): boolean => size >= 1 && size <= BENCHMARK_SIZE_LIMIT;
  if (
    shapes.length <= MOST_SHAPES &&
    shapes.every(({ inputSize, hiddenSize }) => sound(inputSize) && sound(hiddenSize))
  ) {
    return shapes;
  }
  throw new UsageError("TP-USE-430", {
    what: `"${text}" is no list of shapes`,
    why: `a shape is INPUTxHIDDEN, each 1 to ${BENCHMARK_SIZE_LIMIT}; at most ${MOST_SHAPES} of them`,
    fix: "--shapes 64x64,128x128,128x256",
  });
}

/** @throws UsageError TP-USE-431 without a board, TP-USE-432 with both options, TP-USE-126 for a real board */
function boardsOf({ board, allBoards }: KernelBenchOptions): readonly EmulatedBoard[] {
  if (board !== undefined && allBoards === true) {
    throw new UsageError("TP-USE-432", {
      what: "one board and all boards were asked for",
      why: "--board and --all-boards exclude each other",
      fix: "leave one of them out",
    });
  }
  if (allBoards === true) {
    return emulatedBoardOfEachCore();
  }
  if (board !== undefined) return [requireEmulated(loadBoard(board))];
  throw new UsageError("TP-USE-431", {
    what: "no board was named",
    why: "kernels are counted on an emulated board",
    fix: "--board qemu-m4, or --all-boards",
  });
}
