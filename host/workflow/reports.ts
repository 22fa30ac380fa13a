/**
 * Writes the reports that a run's options ask for, each whole or not at all.
 * What they look like is left to report/.
 */
import { UsageError } from "../../codegen/index.ts";
import { analyzeMachines } from "../analyze/machines-document.ts";
import { renderHtml } from "../report/html.ts";
import { machinesCsv } from "../report/machines-csv.ts";
import { renderMarkdown } from "../report/markdown.ts";
import type { ReportInput } from "../report/report-input.ts";
import { subjectOf } from "../report/report-input.ts";
import { rooflinePicture } from "../report/roofline-svg.ts";
import type { Picture } from "../report/svg.ts";
import { standaloneSvg } from "../report/svg.ts";
import { importFile } from "./import.ts";
import { writeFileWhole } from "./output-file.ts";
import { writeProfileFiles } from "./profile/recorded-profile.ts";

/** Paths of what is to be written. */
export interface ReportFiles {
  readonly html?: string;
  readonly markdown?: string;
  readonly csv?: string;
  /** The roofline alone. */
  readonly svg?: string;
  /** A profiled run's stacks for flame graphs, and its timeline as Chrome's trace-event JSON. */
  readonly folded?: string;
  readonly trace?: string;
}

/**
 * @param recording where the run was recorded
 * @throws UsageError TP-USE-420 for a picture that cannot be drawn, TP-USE-152 for a profile that was not made
 */
export async function writeReports(
  { html, markdown, csv, svg, ...profile }: ReportFiles,
  report: ReportInput,
  recording: string,
): Promise<void> {
  const { document } = report;
  if (html !== undefined) writeFileWhole(html, renderHtml(report));
  if (markdown !== undefined) writeFileWhole(markdown, renderMarkdown(document));
  if (csv !== undefined) {
    writeFileWhole(csv, machinesCsv(analyzeMachines(await importFile(recording), [])));
  }
  writeProfileFiles(profile, report);
  if (svg !== undefined) {
    const { roofline } = document;
    const picture = roofline === null ? null : rooflinePicture(roofline, subjectOf(document));
    writePicture(svg, picture, document.why.roofline ?? "the run has none");
  }
}

/** @throws UsageError TP-USE-420 when there is no picture, with the reason */
export function writePicture(path: string, picture: Picture | null, why: string): void {
  if (picture === null) {
    throw new UsageError(
      "TP-USE-420",
      {
        what: `${path} is not written: there is no roofline to draw`,
        why,
        fix: "leave --svg out, or rate the run on a real board: --as ID",
      },
      { path },
    );
  }
  writeFileWhole(path, standaloneSvg(picture));
}
