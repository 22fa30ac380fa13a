/**
 * The `generate` verb, and the first half of build and run: names become a model, a board, calibration and C on disk.
 * Every decision about the C is left to codegen.
 */
import { join, relative } from "node:path";
import type {
  Board,
  FormatText,
  FrontEnd,
  FrontEndArithmetic,
  Fusion,
  Generated,
  LoadedModel,
  PlacementRequest,
  RealBoard,
  SparedWork,
  Stage,
} from "../../codegen/index.ts";
import {
  boardStoodFor,
  canonicalJson,
  chosenFormat,
  findMeasured,
  generate,
  loadBoard,
  loadModel,
  PLACED_PARTS,
  STAGES,
  tfliteFormatOf,
  UsageError,
  withCalibration,
  withWeightsIn,
  writeFiles,
} from "../../codegen/index.ts";
import { formatBytes } from "../report/format.ts";
import { calibrationData } from "./calibration.ts";
import type { VerbContext } from "./context.ts";
import type { StandsFor } from "./device.ts";
import { writeFileWhole } from "./output-file.ts";
import { GENERATED_DIR, MODELS_DIR } from "./paths.ts";

export interface GenerateRequest extends SparedWork {
  readonly board: string;
  readonly as?: string;
  /** By default the arithmetic of a quantized TFLite file, else int8; layer by layer as chosenFormat reads it. */
  readonly format?: FormatText;
  readonly prefix?: string;
  /** Full where it is not given. */
  readonly fusion?: Fusion;
  /** Also makes NAME_steps, for so many time steps in a call. */
  readonly steps?: number;
  /** Part of the tiles of weights that are left out [%]. */
  readonly sparse?: number;
  /** Also makes the front end, for a program that takes sound. */
  readonly withFrontEnd?: boolean;
  /** In which it computes; fixed point where it is not given. */
  readonly frontEnd?: FrontEndArithmetic;
  /** The device stamps the end of each kernel. */
  readonly stamps?: boolean;
  /** Memories for them, by name or role; the board's own choice where it is not given. */
  readonly weights?: string;
  readonly tables?: string;
  readonly code?: string;
  readonly calibrate?: string;
}

/** C for one model and board, not written yet. */
export interface Prepared {
  readonly loaded: LoadedModel;
  /** Where it runs. */
  readonly board: Board;
  /** The real board it is generated for when an emulated one runs it. */
  readonly as: RealBoard | null;
  /** The memories that were asked for, beside the board's own choices. */
  readonly placement: PlacementRequest;
  readonly generated: Generated;
  /** The folder under firmware/gen that is this combination's own. */
  readonly folder: string;
}

/** Throws what loadModel, loadBoard, boardStoodFor and generate throw. */
export function prepare(modelName: string, request: GenerateRequest): Prepared {
  const board = loadBoard(request.board);
  const stated = request.as === undefined ? null : boardStoodFor(board, loadBoard(request.as));
  const as = stated && withCalibration(stated, findMeasured(stated));
  checkPrefix(request.prefix);
  checkFrontEnd(request);
  const placement = placementOf(request);
  const placed = as ? withWeightsIn(as, placement.weights) : null;
  const ran = as ? board : withWeightsIn(board, placement.weights);
  const loaded = loadModel(modelName, { modelsDir: MODELS_DIR });
  const asked = request.format ?? tfliteFormatOf(loaded.model) ?? "int8";
  const { format, fourBits } = chosenFormat(asked, loaded.model);
  const isMixed = fourBits.length > 0;
  const generated = generate({
    model: loaded.model,
    board: placed ?? ran,
    placement,
    format,
    ...(isMixed ? { fourBits } : {}),
    calibration: calibrationData(request.calibrate, loaded),
    ...(request.prefix === undefined ? {} : { prefix: request.prefix }),
    ...(request.fusion === undefined ? {} : { fusion: request.fusion }),
    ...(request.steps === undefined ? {} : { steps: request.steps }),
    ...(request.delta === undefined ? {} : { delta: request.delta }),
    ...(request.skip === undefined ? {} : { skip: request.skip }),
    ...(request.sparse === undefined ? {} : { sparse: request.sparse }),
    ...(request.stamps === undefined ? {} : { stamps: request.stamps }),
    ...(loaded.sidecar ? { licence: loaded.sidecar.license } : {}),
    ...(request.withFrontEnd ? { frontEnd: frontEndOf(loaded) } : {}),
    ...(request.frontEnd === undefined ? {} : { frontEndArithmetic: request.frontEnd }),
  });
  const target = as ? `${board.id}-as-${as.id}` : board.id;
  const { name, digest, schedule } = generated.stages.plan;
  // The digest names what crosses the wire, which is the same whatever is fused.
  const passes = schedule.fusion === "full" ? "" : `-fusion-${schedule.fusion}`;
  const ahead = request.steps === undefined ? "" : `-steps-${request.steps}`;
  const thinned = request.sparse === undefined ? "" : `-sparse-${request.sparse}`;
  const places = PLACED_PARTS.flatMap((part) =>
    placement[part] === undefined ? [] : [`-${part}-${placement[part]}`],
  ).join("");
  const sound = request.withFrontEnd
    ? `-audio${request.frontEnd === "float32" ? "-float32" : ""}`
    : "";
  const stamps = request.stamps === true ? "-stamps" : "";
  const folder = `${name.replaceAll(/[^\w-]+/g, "_")}-${isMixed ? "mixed" : format}-${target}${passes}${ahead}${thinned}${stamps}${places}${sound}-${digest.slice(0, 8)}`;
  return { loaded, board: ran, as: placed, placement, generated, folder };
}

/** @throws UsageError TP-USE-474 for an arithmetic of no front end */
function checkFrontEnd({ frontEnd, withFrontEnd }: GenerateRequest): void {
  if (frontEnd === undefined || withFrontEnd === true) return;
  throw new UsageError("TP-USE-474", {
    what: `--front-end ${frontEnd} says how a front end computes, and this program has none`,
    why: "only the program hearable hears sound; the others are given the model's input",
    fix: `--app hearable --front-end ${frontEnd}, or no --front-end`,
  });
}

/** @throws UsageError TP-USE-123 for a model without one */
export function frontEndOf({ model, sidecar }: LoadedModel): FrontEnd {
  if (sidecar) return sidecar.frontEnd;
  throw new UsageError("TP-USE-123", {
    what: `${model.name} has no front end, so it cannot be played a recording`,
    why: "there is no JSON beside the model that says how audio becomes its input",
    fix: "give feature frames as .npy of shape [time, features], or put NAME.json beside NAME.onnx",
  });
}

/** What every name of the generated C begins with. */
export function prefixOf({ generated }: Prepared): string {
  const source = generated.files.find(({ name }) => name.endsWith(".c"));
  return source?.name.slice(0, -".c".length) ?? "";
}

/** The real board behind an emulated run, for its memories; undefined without one. */
export function standsForOf(prepared: Prepared): StandsFor | undefined {
  const { as, placement } = prepared;
  return as === null ? undefined : { real: as, placement, prefix: prefixOf(prepared) };
}

/** The places that a request names. */
export function placementOf(request: PlacementRequest): PlacementRequest {
  const named = PLACED_PARTS.filter((part) => request[part] !== undefined);
  return Object.fromEntries(named.map((part) => [part, request[part]]));
}

/** Names that pioneer_model.h gives to every model, and of files that the C includes or that stand beside it. */
const TAKEN_PREFIXES = ["model", "pioneer_model", "stdint", "string"];

/** @throws UsageError TP-USE-130 for a prefix that no C name and no file can begin with */
function checkPrefix(prefix: string | undefined): void {
  const legal = prefix === undefined || /^[A-Za-z][A-Za-z0-9_]{0,47}$/.test(prefix);
  if (legal && !TAKEN_PREFIXES.includes((prefix ?? "").toLowerCase())) return;
  throw new UsageError("TP-USE-130", {
    what: `"${prefix}" cannot be a prefix`,
    why: legal
      ? "pioneer_model.h or another header has names that begin so"
      : "C names begin with it, and two files are called so",
    fix: "a letter, then letters, digits and underscores, 48 at most: --prefix denoiser",
  });
}

/** Writes the C into the combination's own folder and gives its path. */
export function writePrepared(prepared: Prepared): string {
  const directory = join(GENERATED_DIR, prepared.folder);
  writeFiles(directory, prepared.generated.files);
  return directory;
}

export interface GenerateOptions extends GenerateRequest {
  readonly out?: string;
  readonly dump?: string;
  readonly library?: boolean;
}

export async function generateVerb(
  context: VerbContext,
  options: GenerateOptions,
  modelName: string,
): Promise<number> {
  const stage = stageOf(options.dump);
  const prepared = prepare(modelName, options);
  const { generated } = prepared;
  for (const warning of generated.warnings) context.progress.note(`warning: ${warning}`);
  if (stage) {
    const stages: object = JSON.parse(canonicalJson(generated.stages[stage]));
    const value = { schema: 1, ...stages };
    context.print(value, () => JSON.stringify(value, null, 2));
    return 0;
  }
  if (options.library) return printLibrary(context, options, prepared);
  const directory = options.out ?? join(GENERATED_DIR, prepared.folder);
  const files = writeFiles(directory, generated.files);
  const { cost, digest, format, target } = generated.stages.plan;
  const document = {
    schema: 1,
    model: generated.stages.model.name,
    board: target.id,
    format,
    digest,
    macs: cost.macs,
    networkMacs: cost.networkMacs,
    paddedMacs: cost.paddedMacs,
    weightBytes: cost.weightBytes,
    files,
    warnings: generated.warnings,
  };
  context.print(document, () =>
    [
      ...files.map(({ path, state }) => `${state.padEnd(9)}  ${relative(process.cwd(), path)}`),
      `${cost.macs} MACs a step${ofNetwork(cost)}, ${formatBytes(cost.weightBytes)} of weights as stored, plan ${digest.slice(0, 16)}`,
    ].join("\n"),
  );
  return 0;
}

/** What is left of the network's own, where some is left out. */
function ofNetwork({ macs, networkMacs }: Prepared["generated"]["stages"]["plan"]["cost"]): string {
  return macs === networkMacs ? "" : ` of the network's ${networkMacs}`;
}

/** Into `--out` or the folder one is in. */
async function printLibrary(
  context: VerbContext,
  options: GenerateOptions,
  prepared: Prepared,
): Promise<number> {
  const { zipLibrary } = await import("./project/library.ts");
  const prefix = prefixOf(prepared);
  const path = join(options.out ?? ".", `${prefix}.zip`);
  const bytes = zipLibrary(prepared, prefix);
  writeFileWhole(path, bytes);
  const { name, format, digest, target } = prepared.generated.stages.plan;
  const document = { schema: 1, model: name, board: target.id, format, digest, library: path };
  context.print(
    document,
    () => `${path}\n${formatBytes(bytes.length)}, plan ${digest.slice(0, 16)}`,
  );
  return 0;
}

function stageOf(name: string | undefined): Stage | undefined {
  if (name === undefined) return undefined;
  const stage = STAGES.find((candidate) => candidate === name);
  if (stage) return stage;
  throw new UsageError("TP-USE-122", {
    what: `there is no stage "${name}"`,
    why: `the stages are ${STAGES.join(", ")}`,
    fix: `--dump ${STAGES.at(-1)}`,
  });
}
