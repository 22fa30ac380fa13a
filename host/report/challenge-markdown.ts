/**
 * Decides how the optimisation challenge reads as Markdown.
 * What it says is left to challenge-sections.ts.
 */
import type { ChallengeDocument } from "../analyze/challenge/document.ts";
import { challengeSections, verdictText } from "./challenge-sections.ts";
import { cellText } from "./challenge-text.ts";
import { KIND_MARK } from "./format.ts";

/** The document as GitHub's Markdown, ending in a newline. */
export function challengeMarkdown(document: ChallengeDocument): string {
  const sections = challengeSections(document).map(({ title, lines, table, listing }) =>
    [
      `## ${harmless(title)}`,
      ...lines.map((line) => `\n${harmless(line)}`),
      ...(table === null
        ? []
        : [
            "",
            row(table.head),
            `|${table.head.map(() => "---").join("|")}|`,
            ...table.rows.map((cells) => row(cells.map(cellText))),
          ]),
      ...(listing.length === 0 ? [] : ["", "```text", ...listing, "```"]),
    ].join("\n"),
  );
  const kinds = Object.entries(KIND_MARK).map(([kind, mark]) => `${mark} ${kind}`);
  return `# The optimisation challenge

${harmless(verdictText(document))}.

${sections.join("\n\n")}

${kinds.join(", ")}.
`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => harmless(cell).replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Text that starts no tag where Markdown may hold HTML. */
function harmless(text: string): string {
  return text.replaceAll("<", "&lt;");
}
