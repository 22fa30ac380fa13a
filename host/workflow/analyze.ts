/**
 * The verb `analyze`: the report of one recording again, or several files of any format side by side, or one number.
 * Reading files is left to import.ts, every number to analyze/, its look to report/.
 */
import { UsageError } from "../../codegen/index.ts";
import type { ChoiceRequest } from "../analyze/choices.ts";
import { choicesOf } from "../analyze/choices.ts";
import { explainField } from "../analyze/explain.ts";
import type { MachineRecord } from "../analyze/machine-record.ts";
import type { MachinesDocument } from "../analyze/machines-document.ts";
import { analyzeMachines } from "../analyze/machines-document.ts";
import type { Platform } from "../analyze/platforms.ts";
import { PLATFORMS } from "../analyze/platforms.ts";
import { recordedWaterfall } from "../analyze/recorded-waterfall.ts";
import { explanationText } from "../report/explanation.ts";
import { machinesCsv } from "../report/machines-csv.ts";
import { machinesHtml } from "../report/machines-html.ts";
import { machinesRoofline } from "../report/machines-roofline-svg.ts";
import { machinesMarkdown, machinesText } from "../report/machines-text.ts";
import type { ChoiceOptions } from "./choice-options.ts";
import { asksForChoice, choiceRequest } from "./choice-options.ts";
import type { VerbContext } from "./context.ts";
import { importFile, isRecording, withUsageErrors } from "./import.ts";
import { writeFileWhole } from "./output-file.ts";
import { writePicture } from "./reports.ts";
import { analyzeRecording, analyzeVerb } from "./run.ts";

export interface AnalyzeOptions extends ChoiceOptions {
  readonly html?: string;
  readonly markdown?: string;
  readonly csv?: string;
  readonly svg?: string;
  /** Of one profiled run. */
  readonly folded?: string;
  readonly trace?: string;
  /** Ids of stated platforms, joined by commas. */
  readonly platform?: string;
  /** The files are steps of one optimisation, in this order. */
  readonly waterfall?: boolean;
  /** Path of one field of the document. */
  readonly explain?: string;
}

/**
 * One recording and nothing else asked: its own report, as `run` gave it. Otherwise one document of all files.
 * @throws UsageError TP-USE-260 to -269, -280 to -290, -370 to -373
 */
export async function analyze(
  context: VerbContext,
  options: AnalyzeOptions,
  path: string,
  paths: readonly string[],
): Promise<number> {
  const platforms = platformsOf(options.platform);
  refuseExplainedReport(options);
  const request = choiceRequest(options);
  const alone =
    paths.length === 1 &&
    platforms.length === 0 &&
    options.waterfall !== true &&
    !asksForChoice(request);
  if (alone && isRecording(path)) {
    if (options.explain === undefined) return analyzeVerb(context, options, path);
    const { document } = await analyzeRecording(path);
    return explain(context, document, options.explain);
  }
  const document = await machinesOf(context, paths, platforms, request, options);
  if (options.html !== undefined) writeFileWhole(options.html, machinesHtml(document));
  if (options.markdown !== undefined) writeFileWhole(options.markdown, machinesMarkdown(document));
  if (options.csv !== undefined) writeFileWhole(options.csv, machinesCsv(document));
  if (options.svg !== undefined) {
    const why = "no file tells both the operations and the bytes of its work";
    writePicture(options.svg, machinesRoofline(document.rows), why);
  }
  if (options.explain !== undefined) return explain(context, document, options.explain);
  context.print(document, () => machinesText(document, context.colour));
  return 0;
}

async function machinesOf(
  context: VerbContext,
  paths: readonly string[],
  platforms: readonly Platform[],
  request: ChoiceRequest,
  { waterfall }: AnalyzeOptions,
): Promise<MachinesDocument> {
  const records: MachineRecord[] = [];
  for (const path of paths) {
    context.progress.step(`reading ${path}`);
    const progress = (done: number, total: number) => context.progress.update(done, total);
    records.push(...(await importFile(path, { progress, signal: context.signal })));
  }
  return withUsageErrors(() => {
    const document = analyzeMachines(records, platforms);
    return {
      ...document,
      ...(waterfall === true ? { waterfall: recordedWaterfall(records) } : {}),
      ...choicesOf(document, platforms, request),
    };
  });
}

async function explain(context: VerbContext, document: object, field: string): Promise<number> {
  const explanation = await withUsageErrors(() => explainField(document, field));
  context.print({ schema: 1, ...explanation }, () => explanationText(explanation));
  return 0;
}

function refuseExplainedReport({ explain, html, markdown, csv, svg }: AnalyzeOptions): void {
  const report = Object.entries({ html, markdown, csv, svg }).find(
    ([, file]) => file !== undefined,
  );
  if (explain === undefined || report === undefined) return;
  throw new UsageError("TP-USE-289", {
    what: `--explain and --${report[0]} were given together`,
    why: "--explain prints one number and writes no report",
    fix: "run pioneer analyze twice, once with each",
  });
}

function platformsOf(list: string | undefined): readonly Platform[] {
  const ids = [...new Set((list ?? "").split(",").map((id) => id.trim()))];
  return ids.filter((id) => id !== "").map(platformOf);
}

function platformOf(id: string): Platform {
  const found = PLATFORMS.find((platform) => platform.id === id.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(
    "TP-USE-286",
    {
      what: `there is no platform "${id}"`,
      why: `--platform takes ids of stated platforms: ${PLATFORMS.map((known) => known.id).join(", ")}`,
      fix: "pioneer analyze FILE --platform h100,t4",
    },
    { id },
  );
}
