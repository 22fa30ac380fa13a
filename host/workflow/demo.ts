/**
 * The verb `demo`: one run of the shipped model with everything a newcomer wants to see and hear written beside it.
 * The run itself is left to run.ts.
 */
import { join, relative } from "node:path";
import { renderHtml } from "../report/html.ts";
import { renderMarkdown } from "../report/markdown.ts";
import type { ReportInput } from "../report/report-input.ts";
import { renderTerminal } from "../report/terminal.ts";
import type { VerbContext } from "./context.ts";
import { writeFileWhole } from "./output-file.ts";
import { MODELS_DIR, OUT_DIR } from "./paths.ts";
import { executeRun } from "./run.ts";

const MODEL = "hearable";
const BOARD = "qemu-m4";
/** Real speech in street noise; neither the speaker nor the kind of noise was trained on. */
const CLIP = join(MODELS_DIR, "clips", "ru-traffic-0db.noisy.wav");
/** What a hearable must keep: a 10 ms frame in 10 ms, at 1 mW on average. */
const BUDGET_MS = 10;
const BUDGET_MW = 1;

export interface DemoOptions {
  readonly as: string;
  readonly out?: string;
}

/** Exit 0 whatever the budgets say, 1 when the device's bits differ from the twin's. */
export async function demo(context: VerbContext, options: DemoOptions): Promise<number> {
  const out = options.out ?? OUT_DIR;
  const request = {
    board: BOARD,
    as: options.as,
    app: "stream",
    format: "int8",
    input: CLIP,
    budgetMs: BUDGET_MS,
    budgetMw: BUDGET_MW,
    record: join(out, "run.tpcap"),
  } as const;
  const { report } = await executeRun(context, request, MODEL);
  const files = writeDemoFiles(out, report);
  const document = { ...report.document, files };
  context.print(document, () =>
    [
      renderTerminal(report.document, {
        color: context.colour,
        ...(context.plots && { cycles: report.cycles }),
      }),
      "Files",
      ...Object.entries(files).map(
        ([name, path]) => `  ${name.padEnd(9)} ${relative(process.cwd(), path)}`,
      ),
      "",
      files.report,
    ].join("\n"),
  );
  return report.document.verify?.bitExact === false ? 1 : 0;
}

function writeDemoFiles(
  out: string,
  report: ReportInput,
): Record<string, string> & { report: string } {
  const files: Record<string, string> = { recording: join(out, "run.tpcap") };
  for (const clip of report.clips) {
    files[clip.id] = join(out, `${clip.id}.wav`);
    writeFileWhole(files[clip.id] as string, clip.wav);
  }
  files.markdown = join(out, "report.md");
  writeFileWhole(files.markdown, renderMarkdown(report.document));
  files.json = join(out, "report.json");
  writeFileWhole(files.json, `${JSON.stringify(report.document, null, 2)}\n`);
  const html = join(out, "report.html");
  writeFileWhole(html, renderHtml(report));
  return { ...files, report: html };
}
