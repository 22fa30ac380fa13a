/**
 * Turns the options of the `tails` verb into what is asked: injected sources, limits, base times.
 * Reading files is left to sources.ts, running it to tails.ts.
 */
import { UsageError } from "../../../codegen/index.ts";
import type { Injected } from "../../analyze/tails/jitter.ts";
import { injection } from "../../analyze/tails/jitter.ts";
import type { NumberFormat } from "./numbers.ts";

export interface TailsOptions {
  readonly numbers?: NumberFormat;
  readonly unit?: string;
  readonly row?: string;
  /** Frames to make; of a file's times over and over, or of --service-us. */
  readonly generate?: number;
  readonly serviceUs?: number;
  /** Standard deviation of the noise [%]. */
  readonly noise?: number;
  readonly inject?: readonly string[];
  readonly seed?: number;
  readonly intervalMs?: number;
  readonly limitMs?: number;
  readonly devices?: number;
  readonly confidence?: number;
  readonly svg?: string;
  readonly html?: string;
  readonly markdown?: string;
  /** Path of one number of the document. */
  readonly explain?: string;
}

/** Whether frames are made, not only looked at. */
export function makesFrames({ generate, inject, noise }: TailsOptions): boolean {
  return generate !== undefined || inject !== undefined || noise !== undefined;
}

/** @throws UsageError TP-USE-307 for options that contradict each other */
export function checkOptions(path: string, options: TailsOptions): void {
  const file = path !== "";
  const { generate, serviceUs, numbers, unit, row } = options;
  if (!file && serviceUs === undefined) {
    throw refusal(
      "there is nothing to look at",
      "a FILE gives latencies, --generate N --service-us T makes them",
    );
  }
  if (file && serviceUs !== undefined) {
    throw refusal("FILE and --service-us were given together", "both give the time of a frame");
  }
  if (!file && generate === undefined) {
    throw refusal("--service-us was given without --generate", "it needs a number of frames");
  }
  if (!makesFrames(options) && options.seed !== undefined) {
    throw refusal("--seed was given", "nothing is drawn without --generate, --inject or --noise");
  }
  if (unit !== undefined && numbers === undefined) {
    throw refusal("--unit was given without --numbers", "other files say what they hold");
  }
  if (row !== undefined && (numbers !== undefined || !file)) {
    throw refusal("--row was given", "it chooses a record of a FILE that holds several");
  }
}

/**
 * Sources as typed: "radio", "radio:rate=2,length=50".
 * @throws UsageError TP-USE-308 for text that is none; AnalysisError TP-USE-301, -242 for what it names
 */
export function parseInjected(texts: readonly string[]): readonly Injected[] {
  const injected = texts.map((text) => {
    const [name = "", sliders] = text.split(/:(.*)/s);
    const moved: Record<string, number> = {};
    for (const part of sliders === undefined ? [] : sliders.split(",")) {
      const [, slider, number] = /^\s*([a-z]+)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
      if (slider === undefined || number === undefined || !Number.isFinite(Number(number))) {
        throw new UsageError("TP-USE-308", {
          what: `--inject was given "${text.slice(0, 80)}"`,
          why: "after the source come its sliders, NAME=NUMBER, with commas between them",
          fix: "--inject radio:rate=2,length=50",
        });
      }
      moved[slider] = Number(number);
    }
    return injection(name, moved);
  });
  const twice = injected.find(
    ({ source }, i) => injected.findIndex((other) => other.source === source) < i,
  );
  if (twice === undefined) return injected;
  throw refusal(`${twice.source} was injected twice`, "a source has one set of sliders");
}

function refusal(what: string, why: string): UsageError {
  return new UsageError("TP-USE-307", { what, why, fix: "pioneer tails --help" });
}
