/**
 * Builds a real board's program, loads it and waits for its greeting: what `run --port` does before it talks.
 * Which environment builds it is left to firmware-environment.ts, the loader to upload.ts.
 */
import type { PlacementRequest, RealBoard } from "../../../codegen/index.ts";
import type { Expectation } from "../../link/greeting.ts";
import type { Ports } from "../../link/returning-port.ts";
import { type BuildRequest, buildFirmware, packagesToFetch } from "../build.ts";
import { type BuiltFirmware, buildAndRead } from "../built-firmware.ts";
import { firmwareEnvironment } from "../firmware-environment.ts";
import { systemPorts } from "../port-link.ts";
import type { Progress } from "../progress.ts";
import { flash } from "./upload.ts";

export interface FlashBoardRequest extends Omit<BuildRequest, "board"> {
  readonly board: RealBoard;
  readonly port: string;
  /** With its framework, where the board also runs without. */
  readonly framework: boolean;
  /** The memories that its C asks for. */
  readonly placement: PlacementRequest;
  readonly expect: Expectation;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface FlashedBoard {
  /** Where it greeted. */
  readonly path: string;
  /** Null where a framework's compiler made it. */
  readonly firmware: BuiltFirmware | null;
  /** Of the compiler; empty where they are the framework's. */
  readonly flags: string;
}

/** Throws as firmwareEnvironment, packagesToFetch, buildFirmware and flash do. */
export async function flashBoard(
  request: FlashBoardRequest,
  ports: Ports = systemPorts,
): Promise<FlashedBoard> {
  const { board, port, framework, placement, expect, progress, signal, ...build } = request;
  const environment = firmwareEnvironment(board, framework, placement);
  const { project } = build;
  const packages = await packagesToFetch(board, environment, { project, target: "upload", signal });
  if (packages.length > 0) {
    progress.note(`PlatformIO fetches ${packages.join(", ")} first, which takes minutes`);
  }
  progress.step(`building ${project === undefined ? build.app : "the project"} for ${board.id}`);
  const own = { ...build, board: environment.name, signal };
  const built = environment.platform === null ? await buildAndRead(own) : await linkOnly(own);
  const { path } = await flash({ board, build: own, port, expect, progress, signal }, ports);
  return { path, firmware: built.firmware, flags: built.flags };
}

async function linkOnly(request: BuildRequest) {
  await buildFirmware(request);
  return { firmware: null, flags: "" };
}
