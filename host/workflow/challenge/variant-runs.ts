/**
 * Decides how a variant is built, run and compared with the twin, once for each.
 * Which variants there are is left to analyze/challenge.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MissingToolError, ToolkitError } from "../../../codegen/index.ts";
import type { Identity, Measurement, Outcome } from "../../analyze/challenge/measurement.ts";
import { excluded, identityOf, outcomeOf } from "../../analyze/challenge/measurement.ts";
import type { Variant } from "../../analyze/challenge/variant.ts";
import { flagsOf, variantId } from "../../analyze/challenge/variant.ts";
import { loadCapture } from "../../capture/file.ts";
import { explainEnding } from "../../link/outcome.ts";
import type { VerbContext } from "../context.ts";
import type { Device } from "../device.ts";
import { prepareDevice } from "../device.ts";
import type { Prepared } from "../generate.ts";
import { standsForOf, writePrepared } from "../generate.ts";
import { judgeRecording } from "../judge.ts";
import { writeFileWhole } from "../output-file.ts";
import { silentProgress } from "../progress.ts";
import { recordRun } from "../record-run.ts";
import type { Stimulus } from "../stimulus.ts";
import { functionAt } from "../symbols.ts";

/** Frames at the start of every run that are compared, but not counted. */
export const WARM_UP_FRAMES = 2;

/** One model in one format, with what it is played. */
export interface Work {
  readonly prepared: Prepared;
  readonly stimulus: Stimulus;
  /** Taken back, it leaves the portable kernel; null when the C has no other. */
  readonly kernelMacro: string | null;
}

export interface Program {
  readonly elf: string;
  readonly toolchain: string;
}

/** What a finished run leaves for further questions. */
export interface FinishedVariant {
  readonly outcome: Outcome;
  /** The program file and the prefix of its compiler's programs; null when the build failed. */
  readonly program: Program | null;
}

/** Builds and runs variants of one work; a variant's second request gives the first one's outcome. */
export class VariantRuns {
  readonly #context: VerbContext;
  readonly #work: Work;
  /** Folder for recordings while they are read. */
  readonly #folder: string;
  readonly #finished = new Map<string, FinishedVariant>();

  constructor(context: VerbContext, work: Work, folder: string) {
    this.#context = context;
    this.#work = work;
    this.#folder = folder;
  }

  /** Every variant that was asked for, in that order. */
  get outcomes(): readonly Outcome[] {
    return [...this.#finished.values()].map(({ outcome }) => outcome);
  }

  /** Builds, runs and compares a variant; throws only for what no other variant would escape. */
  async measure(variant: Variant): Promise<FinishedVariant> {
    const id = variantId(variant);
    const known = this.#finished.get(id);
    if (known !== undefined) return known;
    const finished = await this.run(variant);
    this.#finished.set(id, finished);
    return finished;
  }

  /**
   * The same without looking whether it was done before.
   * @param keep where the recording goes; nowhere without it
   */
  async run(variant: Variant, keep?: string): Promise<FinishedVariant> {
    const { format } = this.#work.prepared.generated.stages.plan;
    const identity = identityOf(
      variant,
      format,
      flagsOf(variant, this.#work.kernelMacro).join(" "),
    );
    this.#context.progress.step(`${format}, ${identity.name}`);
    try {
      return await this.#runOn(await this.#device(variant), identity, keep);
    } catch (error) {
      this.#context.signal.throwIfAborted();
      if (!(error instanceof ToolkitError) || error instanceof MissingToolError) throw error;
      return {
        outcome: excluded(identity, `${error.text.what}: ${error.text.why}`),
        program: null,
      };
    }
  }

  /** A freshly built variant in the emulator, not yet started. */
  async #device(variant: Variant, emulatorArguments: readonly string[] = []): Promise<Device> {
    const { prepared, kernelMacro } = this.#work;
    return prepareDevice({
      board: prepared.board,
      app: "check",
      modelDir: writePrepared(prepared),
      key: `challenge-${prepared.folder}-${variantId(variant)}`,
      flags: flagsOf(variant, kernelMacro),
      emulatorArguments,
      standsFor: standsForOf(prepared),
      progress: silentProgress,
      signal: this.#context.signal,
    });
  }

  /** Runs a measured variant's program again under an emulator with further arguments; throws what stops it. */
  async runAgain(of: Measurement, emulatorArguments: readonly string[]): Promise<Outcome> {
    const device = await this.#device(of.variant, emulatorArguments);
    return (await this.#runOn(device, of, undefined)).outcome;
  }

  async #runOn(
    device: Device,
    identity: Identity,
    keep: string | undefined,
  ): Promise<FinishedVariant> {
    const { prepared, stimulus } = this.#work;
    const recording = join(this.#folder, "run.tpcap");
    try {
      const result = await recordRun({
        context: { ...this.#context, progress: silentProgress },
        request: {},
        app: "check",
        prepared,
        stimulus,
        device,
        host: null,
        recording,
      });
      const symbols = device.firmware?.symbols ?? [];
      const broken = explainEnding(result, (address) => functionAt(symbols, address));
      if (broken) throw broken;
      const { facts } = judgeRecording(await loadCapture(recording), {});
      if (keep !== undefined) writeFileWhole(keep, readFileSync(recording));
      const outcome = outcomeOf(identity.variant, facts, WARM_UP_FRAMES);
      return { outcome, program: device.firmware };
    } finally {
      await device.dispose();
    }
  }
}

/** The macro by which a generated source chooses its native kernel: `#if defined(NAME) && ...`; null without one. */
export function kernelMacro(source: string): string | null {
  return /^#if (?:defined\()?([A-Za-z_]\w*)/m.exec(source)?.[1] ?? null;
}
