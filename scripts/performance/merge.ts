/**
 * Puts what was measured on some boards in some formats into a page that was measured on all.
 * What the lines say is left to the page's writers.
 */

/** What was measured anew. */
export interface Measured {
  readonly boards: ReadonlySet<string>;
  /** Formats that were not. */
  readonly otherFormats: ReadonlySet<string>;
}

/** What a table's row, a list's item or a sentence on a board begins with; null for any other line. */
function subjectOf(line: string): string | null {
  return /^(?:\| |- |By the rule simple-m4 .*?)`([a-z0-9-]+)`/.exec(line)?.[1] ?? null;
}

/** Lines by heading: what stands from it up to the next. */
function sections(page: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let current: string[] = [];
  found.set("", current);
  for (const line of page.split("\n")) {
    if (line.startsWith("## ")) {
      current = [];
      found.set(line, current);
    }
    current.push(line);
  }
  return found;
}

/** Lists grow by what they did not have. */
function withNewItems(lines: readonly string[], fresh: readonly string[]): readonly string[] {
  const known = new Set(lines.map(subjectOf));
  const last = lines.findLastIndex((line) => line.startsWith("- "));
  const added = fresh.filter((line) => line.startsWith("- ") && !known.has(subjectOf(line)));
  return lines.toSpliced(last + 1, 0, ...added);
}

/**
 * The old page with the new one's rows of what was measured, section by section, in their order there.
 * @throws RangeError when a section of both does not hold as many of them as before
 */
export function mergePage(old: string, fresh: string, { boards, otherFormats }: Measured): string {
  const news = sections(fresh);
  const isMeasured = (line: string): boolean =>
    boards.has(subjectOf(line) ?? "") &&
    !line.split(" | ").some((cell) => otherFormats.has(cell.trim()));
  return [...sections(old)]
    .map(([heading, lines]) => {
      const own = news.get(heading);
      if (own === undefined) return lines.join("\n");
      const rows = own.filter(isMeasured);
      if (lines.filter(isMeasured).length !== rows.length) {
        throw new RangeError(`other rows in "${heading}": measure all boards and formats`);
      }
      const next = lines.map((line) => (isMeasured(line) ? (rows.shift() as string) : line));
      return withNewItems(next, own).join("\n");
    })
    .join("\n");
}
