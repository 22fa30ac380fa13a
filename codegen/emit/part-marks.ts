/**
 * Decides how a template says which part of a kernel its next lines are, without a trace of it in the C.
 * What the parts are for is left to source-parts.ts.
 */

/** What the code of a step is for; `other` is what loops and calls between the rest cost. */
export const PARTS = ["macs", "requantize", "elementwise", "state", "other"] as const;
export type Part = (typeof PARTS)[number];

/** Lines of a generated file, from 1, both ends included. */
export interface PartLines {
  readonly from: number;
  readonly to: number;
  readonly part: Part;
}

const MARK = "\u0001";
const MARK_LINE = new RegExp(`^${MARK}(\\w+)$`);

/** The helper behind `{{part "requantize"}}` on a line of its own: from here to the function's end, or to the next. */
export function partMark(part: unknown): string {
  if (!PARTS.some((one) => one === part)) throw new RangeError(`${String(part)} is no part`);
  return `${MARK}${String(part)}`;
}

/** The C without its marks, and the lines that they were about. */
export function withoutMarks(text: string): {
  readonly text: string;
  readonly lines: readonly PartLines[];
} {
  const kept: string[] = [];
  const lines: PartLines[] = [];
  let open: { readonly from: number; readonly part: Part } | null = null;
  const close = (): void => {
    if (open !== null) lines.push({ ...open, to: kept.length });
    open = null;
  };
  for (const line of text.split("\n")) {
    const mark = MARK_LINE.exec(line);
    if (mark) {
      close();
      open = { from: kept.length + 1, part: mark[1] as Part };
      continue;
    }
    kept.push(line);
    if (line === "}") close();
  }
  return { text: kept.join("\n"), lines };
}
