/**
 * The verb `tails`: the distribution of given, recorded or generated latencies, and why the late ones were late.
 * The numbers are left to analyze/tails, their look to report/tails-*.ts.
 */
import { UsageError } from "../../../codegen/index.ts";
import { explainField } from "../../analyze/explain.ts";
import type { JitterFacts, TailsDocument, TakenSamples } from "../../analyze/tails/document.ts";
import { tailsDocument } from "../../analyze/tails/document.ts";
import { explanationText } from "../../report/explanation.ts";
import { tailsHtml } from "../../report/tails-html.ts";
import { tailsMarkdown } from "../../report/tails-markdown.ts";
import { tailsSvg } from "../../report/tails-svg.ts";
import { tailsText } from "../../report/tails-text.ts";
import type { VerbContext } from "../context.ts";
import { withUsageErrors } from "../import.ts";
import { writeFileWhole } from "../output-file.ts";
import { baseTimes, generate } from "./generate.ts";
import { LatencyRecorder } from "./recorder.ts";
import type { TailsOptions } from "./request.ts";
import { checkOptions, makesFrames, parseInjected } from "./request.ts";
import type { LatencySource } from "./sources.ts";
import { openSource, TICKS } from "./sources.ts";

const NS_PER_MS = 1e6;
/** Noise of frames that are made without a file [%]. */
const DEFAULT_NOISE = 2;

/** Exit 1 when P99 is over --limit-ms. @throws UsageError TP-USE-240 to -242, -280 to -288, -300 to -309 */
export async function tails(
  context: VerbContext,
  options: TailsOptions,
  path: string,
): Promise<number> {
  const document = await withUsageErrors(() => documentOf(context, options, path));
  const { svg, html, markdown, explain } = options;
  if (svg !== undefined) writeFileWhole(svg, tailsSvg(document));
  if (html !== undefined) writeFileWhole(html, tailsHtml(document));
  if (markdown !== undefined) writeFileWhole(markdown, tailsMarkdown(document));
  if (explain !== undefined) {
    const explanation = await withUsageErrors(() => explainField(document, explain));
    context.print({ schema: 1, ...explanation }, () => explanationText(explanation));
    return 0;
  }
  context.print(document, () => tailsText(document));
  return document.limit === null || document.limit.met ? 0 : 1;
}

async function documentOf(
  context: VerbContext,
  options: TailsOptions,
  path: string,
): Promise<TailsDocument> {
  checkOptions(path, options);
  const injected = parseInjected(options.inject ?? []);
  const source =
    path === "" ? serviceTime(options) : await openSource(path, { ...options, ...context });
  const intervalMs = options.intervalMs ?? source.intervalMs;
  const interval = Math.round((intervalMs ?? 0) * NS_PER_MS);
  const makes = makesFrames(options);
  const timed = makes || interval > 0 || options.limitMs !== undefined;
  if (timed && source.unit === "cycle") throw needsClock(source);
  const noise = (options.noise ?? (path === "" ? DEFAULT_NOISE : 0)) / 100;
  const jitter: JitterFacts | null = makes
    ? { base: source.source, noise, injected, seed: options.seed ?? 1 }
    : null;
  const recorder = new LatencyRecorder(interval);
  try {
    if (jitter === null) {
      context.progress.step(`reading ${path}`);
      await source.feed((block) => recorder.recordAll(block, source.ticks));
    } else {
      const baseNs = await baseTimes(source);
      const frames = options.generate ?? baseNs.length;
      await generate(context, frames, { ...jitter, baseNs, intervalNs: interval }, recorder);
    }
    const taken: TakenSamples = {
      recorded: recorder.recorded(),
      corrected: recorder.corrected(),
      hidden: recorder.hidden,
      trace: recorder.trace,
      interval,
      intervalSource: options.intervalMs === undefined ? "frame period of the file" : "given",
      unit: source.unit,
      ticksPerUnit: source.unit === "cycle" ? 1 : NS_PER_MS,
      kind: makes ? "modelled" : source.kind,
      source: jitter === null ? source.source : madeOf(jitter),
    };
    return tailsDocument(taken, {
      limit: (options.limitMs ?? 0) * NS_PER_MS,
      limitSource: "given",
      devices: options.devices ?? 1000,
      confidence: (options.confidence ?? 95) / 100,
      jitter,
      notes: source.notes,
    });
  } finally {
    recorder.close();
  }
}

/** One time, over and over. */
function serviceTime({ serviceUs = 0 }: TailsOptions): LatencySource {
  return {
    kind: "stated",
    source: `${serviceUs} us a frame, as given`,
    unit: "ms",
    ticks: TICKS.us as number,
    intervalMs: null,
    notes: [],
    feed: async (take) => take(Float64Array.of(serviceUs)),
  };
}

function madeOf({ base, noise, injected, seed }: JitterFacts): string {
  const sources = injected.map(({ source, values }) => {
    const sliders = Object.entries(values).map(([name, value]) => `${name} ${value}`);
    return `${source} (${sliders.join(", ")})`;
  });
  const added = [
    ...(noise > 0 ? [`noise of ${Number((noise * 100).toPrecision(4))} %`] : []),
    ...sources,
  ];
  return `${base}; with ${added.join(", ") || "nothing added"}, seed ${seed}`;
}

function needsClock({ source }: LatencySource): UsageError {
  return new UsageError("TP-USE-309", {
    what: "intervals, limits and jitter are times, and these latencies are cycles",
    why: `no clock is known for ${source}`,
    fix: "record it with a real board's clock: pioneer run MODEL --board qemu-m4 --as ID --record FILE",
  });
}
