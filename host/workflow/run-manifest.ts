/**
 * Decides what a recording says of the model, the build, the board and the wishes behind it.
 * Writing it is left to record-run.ts.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Board, Plan, Quantization } from "../../codegen/index.ts";
import { VALUE_BYTES, valueBytes } from "../../codegen/index.ts";
import type { HostFacts } from "../analyze/facts.ts";
import type { RecordedApp } from "./build.ts";
import type { Device } from "./device.ts";
import type { Prepared } from "./generate.ts";
import { isHearable } from "./hearable/stimulus.ts";
import { summarize } from "./inspect.ts";
import { knownBoard } from "./known-board.ts";
import { boardsLike } from "./other-boards.ts";
import { planWork, sparedWork } from "./plan-work.ts";
import type { RunManifest } from "./recording.ts";
import type { Stimulus } from "./stimulus.ts";
import { virtualTime } from "./virtual-time.ts";

/** Time between frames of a model that has no front end to say so [ms]. */
const DEFAULT_FRAME_MS = 10;

/** What a run was asked to hold to. */
export interface RunWishes {
  readonly budgetMs?: number;
  readonly budgetMw?: number;
  /** A run at the pace of real time [min]. */
  readonly minutes?: number;
}

/** What is known of a run before it begins. */
export interface RunFacts {
  readonly request: RunWishes;
  readonly app: RecordedApp;
  readonly prepared: Prepared;
  readonly stimulus: Stimulus;
  readonly device: Device;
  readonly host: HostFacts | null;
}

export function manifestOf({
  request,
  app,
  prepared,
  stimulus,
  device,
  host,
}: RunFacts): RunManifest {
  const { stages, stamped } = prepared.generated;
  const { plan, quantize } = stages;
  const rated = prepared.as ?? prepared.board;
  const { parameters } = summarize(stages.model).model;
  const { state } = valueBytes(plan, plan.schedule);
  const { layers } = quantize.model;
  const stateParts = layers.flatMap((layer) =>
    layer.kind === "lstm"
      ? [
          { values: layer.hiddenSize, bytes: VALUE_BYTES[layer.output.type] },
          { values: layer.hiddenSize, bytes: state },
        ]
      : layer.kind === "gru"
        ? [{ values: layer.hiddenSize, bytes: state }]
        : [],
  );
  return {
    board: knownBoard(prepared.board),
    as: prepared.as ? knownBoard(prepared.as) : null,
    otherBoards: boardsLike(rated, prepared.placement).map((other) => knownBoard(other)),
    model: {
      name: plan.name,
      digest: plan.digest.slice(0, 16),
      macs: plan.cost.macs,
      paddedMacs: plan.cost.paddedMacs,
      ...(plan.cost.networkMacs > plan.cost.macs && { networkMacs: plan.cost.networkMacs }),
      weightBytes: plan.cost.weightBytes,
      stateBytes: plan.stateBytes,
      parameters,
      layers: layers.length,
      ...(leavesWorkOut(plan) && { leavesWorkOut: true }),
    },
    build: {
      compiler: "",
      flags: device.flags,
      placement: placementText(prepared, rated),
      ...(device.firmware && { firmwareSha256: sha256Of(device.firmware.elf) }),
    },
    flashBytes: device.firmware?.sizes.flashBytes ?? null,
    ramBytes: device.firmware?.sizes.ramBytes ?? null,
    ...(device.firmware && { sections: device.firmware.sizes.sections }),
    counter: device.counter,
    cycleModel: device.cycleModel,
    frameIntervalMs: frameIntervalOf(prepared),
    ...(request.minutes === undefined ? {} : { minutes: request.minutes }),
    budgets: { latencyMs: request.budgetMs ?? null, powerMw: request.budgetMw ?? null },
    host,
    output: isHearable(stimulus) ? SAMPLES : plan.output,
    frames: stimulus.frames ?? stimulus.inputs.length,
    lastOnly: app === "speed",
    outputBytes: stimulus.expected[0]?.length ?? 0,
    stateBytes: app === "check" ? plan.stateBytes : 0,
    stateParts,
    clip: stimulus.audio?.name ?? null,
    work: planWork(plan),
    ...(stimulus.work && { spared: sparedWork(plan) }),
    ...(isHearable(stimulus)
      ? {
          hearable: {
            sampleRateHz: stimulus.sampleRateHz,
            hopSamples: stimulus.hopSamples,
            delaySamples: stimulus.delaySamples,
            virtualTime: device.link.kind === "qemu" ? virtualTime(prepared).source : null,
          },
        }
      : {}),
    ...(stamped.length === 0 ? {} : { stamped }),
  };
}

/** What the program hearable gives: 16-bit samples, full scale 1. */
const SAMPLES: Quantization = { type: "int16", scale: 2 ** -15, zeroPoint: 0 };

/** Time between two frames [ms]. */
export function frameIntervalOf({ loaded }: Prepared): number {
  const frontEnd = loaded.sidecar?.frontEnd;
  return frontEnd ? (1000 * frontEnd.hopLength) / frontEnd.sampleRateHz : DEFAULT_FRAME_MS;
}

/** In hexadecimal. */
function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Where what lies, and what is not fused: what a waterfall of recordings says that a step changed. */
function placementText({ board, placement, generated }: Prepared, rated: Board): string {
  const { fusion } = generated.stages.plan.schedule;
  const passes = fusion === "full" ? "" : `; fusion ${fusion}`;
  const others = (["tables", "code"] as const).flatMap((part) =>
    placement[part] === undefined ? [] : [`, ${part} in ${placement[part]}`],
  );
  const spared = sparedText(generated.stages.plan);
  const sound = generated.frontEnd?.arithmetic === "float32" ? "; front end in float32" : "";
  return `generated for ${rated.id} with weights in its ${rated.weights.memory}${others.join("")}; linked for ${board.id}${passes}${sound}${sparseText(generated.stages.plan)}${spared}`;
}

/** Tiles of weights that are neither stored nor multiplied. */
function sparseText({ streams, target }: Plan): string {
  if (!target.sparse) return "";
  const total = (field: "all" | "stored"): number =>
    streams.reduce((sum, { tiles }) => sum + (tiles?.[field] ?? 0), 0);
  return `; ${total("stored")} of ${total("all")} tiles of weights stored (sparse)`;
}

/** What a step may leave out of the work that the plan counts. */
function sparedText(plan: Plan): string {
  const { skip } = plan;
  const delta = keepsSums(plan)
    ? "; MACs and bytes are of a step in which every value moved (delta)"
    : "";
  return skip === undefined ? delta : `${delta}; silence repeats the last result (skip)`;
}

function keepsSums({ kernels }: Plan): boolean {
  return kernels.some((kernel) => kernel.kind === "lstm" && "delta" in kernel.layer);
}

function leavesWorkOut(plan: Plan): boolean {
  return keepsSums(plan) || plan.skip !== undefined;
}
