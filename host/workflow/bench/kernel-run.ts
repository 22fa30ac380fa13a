/**
 * One row of the kernel table: a benchmark layer counted on an emulated board.
 * Counting is left to count-steps.ts, which kernels and boards to kernels.ts.
 */
import type {
  BenchmarkKernel,
  EmulatedBoard,
  Format,
  Fusion,
  PlacementRequest,
} from "../../../codegen/index.ts";
import { benchmarkModel } from "../../../codegen/index.ts";
import { modelled, type Quantity } from "../../analyze/quantity.ts";
import type { Progress } from "../progress.ts";
import { countSteps } from "./count-steps.ts";

export interface KernelShape {
  readonly inputSize: number;
  readonly hiddenSize: number;
}

/** One row of the kernel table; counts are averages a step. */
export interface KernelRow {
  readonly board: string;
  readonly kernel: BenchmarkKernel;
  readonly format: Format;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** LSTM: 4 * hiddenSize * (inputSize + hiddenSize); GRU: 3 * hiddenSize * (inputSize + hiddenSize). */
  readonly macs: number;
  /** At rest, biases, multipliers and padding included. */
  readonly weightBytes: number;
  readonly stateBytes: number;
  /** narrow: a byte a weight; wide: two. */
  readonly storage: "narrow" | "wide";
  /** What one pass over the rows does. */
  readonly fusion: Fusion;
  /** Time steps of a call; counts are averages of one. */
  readonly steps: number;
  /** Buffers between passes or steps, in the state beside what lives from step to step. */
  readonly bufferBytes: number;
  /** The memories that were asked for. */
  readonly placement: PlacementRequest;
  /** The variant that the plan chose, and why. */
  readonly variant: string;
  readonly why: string;
  readonly instructions: number;
  readonly instructionsPerMac: number;
  /** Instructions that multiply and accumulate (SMLAD, MLA, SMLAL, ...); null where nothing decodes the core's code. */
  readonly multiplyAccumulates: number | null;
  /** Null where no timing table describes the core. */
  readonly cyclesPerMac: Quantity<"modelled", "cycle/MAC"> | null;
  readonly cyclesPerMacSimpleM4: Quantity<"modelled", "cycle/MAC"> | null;
  readonly bytesLoaded: number;
  readonly bytesStored: number;
  readonly bitExact: boolean;
  readonly compiler: string;
  readonly flags: string;
}

export interface KernelRequest extends KernelShape {
  readonly board: EmulatedBoard;
  /** An LSTM where it is not given. */
  readonly kernel?: BenchmarkKernel;
  readonly format: Format;
  /** Plain C instead of the core's own instructions. */
  readonly plain?: boolean;
  /** Two bytes a weight where a kernel is faster for it. */
  readonly wide?: boolean;
  /** Full where it is not given. */
  readonly fusion?: Fusion;
  /** Time steps of a call; one where it is not given. */
  readonly steps?: number;
  /** Memories for weights, tables and code. */
  readonly placement?: PlacementRequest;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Throws what countSteps throws. */
export async function runKernel(request: KernelRequest): Promise<KernelRow> {
  const { board, kernel = "lstm", format, inputSize, hiddenSize } = request;
  const model = benchmarkModel(kernel, inputSize, hiddenSize);
  const counted = await countSteps({ ...request, model });
  const { plan } = counted;
  const { macs, weightBytes } = plan.cost;
  const instructions = counted.mean("instructions") ?? Number.NaN;
  const [low, high] = [counted.mean("cyclesLow"), counted.mean("cyclesHigh")];
  const bounds = low === null || high === null ? undefined : ([low / macs, high / macs] as const);
  const cyclesPerMac = (field: "cycles" | "cyclesSimple", source: string) => {
    const cycles = counted.mean(field);
    if (cycles === null) return null;
    return modelled(cycles / macs, "cycle/MAC", source, field === "cycles" ? bounds : undefined);
  };
  return {
    board: board.id,
    kernel,
    format,
    inputSize,
    hiddenSize,
    macs,
    weightBytes,
    stateBytes: plan.stateBytes,
    storage: plan.schedule.block.weightBytes === 2 ? "wide" : "narrow",
    fusion: plan.schedule.fusion,
    steps: plan.target.steps,
    bufferBytes: plan.scratch.bytes + (plan.steps?.bytes ?? 0),
    placement: request.placement ?? {},
    variant: plan.schedule.variant,
    why: plan.schedule.why,
    instructions,
    instructionsPerMac: instructions / macs,
    multiplyAccumulates: counted.mean("multiplyAccumulates"),
    cyclesPerMac: cyclesPerMac("cycles", counted.cycleModel),
    cyclesPerMacSimpleM4: cyclesPerMac("cyclesSimple", "simple-m4: zero wait states"),
    bytesLoaded: counted.mean("bytesLoaded") ?? Number.NaN,
    bytesStored: counted.mean("bytesStored") ?? Number.NaN,
    bitExact: counted.bitExact,
    compiler: counted.compiler,
    flags: counted.flags,
  };
}
