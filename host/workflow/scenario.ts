/**
 * The `scenario` verb: one MLPerf test run live, simulated on given or recorded times, searched for, or judged again.
 * The rules are left to analyze/loadgen, the layout to report/scenario.ts.
 */
import { setImmediate } from "node:timers/promises";
import { UsageError } from "../../codegen/index.ts";
import { AnalysisError } from "../analyze/analysis-error.ts";
import { explainField } from "../analyze/explain.ts";
import type { ScenarioDocument } from "../analyze/loadgen/document.ts";
import { foundLoad, scenarioDocument } from "../analyze/loadgen/document.ts";
import { carriedStreams, largestValidQps } from "../analyze/loadgen/search.ts";
import type { Scenario } from "../analyze/loadgen/settings.ts";
import { effectiveSettings } from "../analyze/loadgen/settings.ts";
import type { GapsOf } from "../analyze/loadgen/simulate.ts";
import { expectedLatencies, simulateInSteps } from "../analyze/loadgen/simulate.ts";
import type { Steps } from "../analyze/loadgen/steps.ts";
import { explanationText } from "../report/explanation.ts";
import { scenarioText } from "../report/scenario.ts";
import type { VerbContext } from "./context.ts";
import { DrawThreads } from "./draw-thread.ts";
import { type LiveOptions, liveOptions, runLive } from "./live-scenario.ts";
import { judgeLog } from "./scenario-log.ts";
import type { ScenarioOptions } from "./scenario-request.ts";
import { checkOptions, parseScenario, settingsFor, systemFor } from "./scenario-request.ts";

/** From so many queries on a second thread is worth its start. */
const LONG_TEST = 10e6;
/** Longest stretch of work between two looks at Ctrl-C [ms]. */
const STRETCH_MS = 100;

/** Exit 1 when the test is not valid or a live answer is wrong. @throws UsageError TP-USE-220 to -230, -410 to -415 */
export async function scenario(
  context: VerbContext,
  options: ScenarioOptions & Partial<LiveOptions>,
  name: string,
): Promise<number> {
  try {
    const document = await documentOf(context, options, parseScenario(name));
    if (options.explain !== undefined) {
      const explanation = explainField(document, options.explain);
      context.print({ schema: 1, ...explanation }, () => explanationText(explanation));
      return 0;
    }
    context.print(document, () => scenarioText(document));
    return document.valid && document.live?.verify.bitExact !== false ? 0 : 1;
  } catch (error) {
    if (!(error instanceof AnalysisError)) throw error;
    throw new UsageError(error.code, error.text, error.facts);
  }
}

async function documentOf(
  context: VerbContext,
  options: ScenarioOptions & Partial<LiveOptions>,
  name: Scenario,
): Promise<ScenarioDocument> {
  checkOptions(name, options);
  const live = liveOptions(options);
  if (live !== null) return runLive(context, live, name);
  if (options.detailLog !== undefined) {
    context.progress.step(`judging ${options.detailLog}`);
    return judgeLog(name, options.detailLog, context.signal);
  }
  const { system, origin } = await systemFor(options);
  const settings = settingsFor(name, options, system);
  if (options.findQps === true) {
    context.progress.step("searching for the largest valid rate");
    const carried = await drive(largestValidQps(settings, system), context);
    const at = { ...settings, targetQps: carried.load };
    return scenarioDocument(at, carried.result, origin, {
      found: foundLoad("qps", carried, origin),
    });
  }
  if (options.findStreams !== undefined) {
    context.progress.step("searching for the most streams");
    const intervalNs = options.findStreams * 1e6;
    const carried = await drive(carriedStreams(settings, system, intervalNs), context);
    // Frames arrive by the clock, whoever waits: judged like Server, with the interval as the bound.
    const document = scenarioDocument(settings, carried.result, origin, {
      found: foundLoad("streams", carried, origin),
    });
    return { ...document, scenario: name, targetLatencyNs: intervalNs };
  }
  context.progress.step(`simulating ${name}`);
  const total = expectedLatencies(effectiveSettings(settings), system);
  const threads = new DrawThreads();
  const gapsOf: GapsOf | undefined =
    total < LONG_TEST || name !== "server" ? undefined : (seed, qps) => threads.open(seed, qps);
  try {
    const result = await drive(simulateInSteps(settings, system, gapsOf), context, total);
    return scenarioDocument(settings, result, origin);
  } finally {
    threads.close();
  }
}

/** Drives the work to its end and lets Ctrl-C in; `total` is what it counts up to, where that is known. */
async function drive<T>(steps: Steps<T>, context: VerbContext, total?: number): Promise<T> {
  for (;;) {
    const until = performance.now() + STRETCH_MS;
    while (performance.now() < until) {
      const step = steps.next();
      if (step.done) return step.value;
      if (total !== undefined) context.progress.update(step.value, Math.round(total));
    }
    await setImmediate();
    context.signal.throwIfAborted();
  }
}
