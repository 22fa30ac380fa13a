/**
 * Decides where the names of a plot's lines stand: to the right of their ends, pushed apart where lines are close.
 * Drawing the lines is left to the plots.
 */
import { at, escapeXml } from "./svg.ts";

export interface LineLabel {
  readonly name: string;
  readonly note: string;
  /** Class of the text's colour. */
  readonly colour: string;
  /** Where the line ends [px]. */
  readonly lineY: number;
}

const HEIGHT = 28;

/** @param right where the lines end [px]; names stand between top and bottom */
export function lineLabels(
  labels: readonly LineLabel[],
  right: number,
  [top, bottom]: readonly [number, number],
): readonly string[] {
  const wanted = labels
    .map((label) => ({ label, y: Math.min(Math.max(label.lineY, top), bottom) }))
    .sort((a, b) => a.y - b.y);
  let free = top + 4;
  for (const place of wanted) {
    place.y = Math.max(place.y, free);
    free = place.y + HEIGHT;
  }
  // What was pushed below the plot moves up again.
  let lowest = bottom - 14;
  for (const place of wanted.toReversed()) {
    place.y = Math.min(place.y, lowest);
    lowest = place.y - HEIGHT;
  }
  return wanted.map(({ label, y }) => {
    const { name, note, colour, lineY } = label;
    const from = Math.min(Math.max(lineY, top), bottom);
    return `<path class="tp-lead" d="M${right} ${at(from)}L${right + 10} ${at(y)}"/>
<text class="tp-machine-name ${colour}" x="${right + 14}" y="${at(y + 3)}">${escapeXml(name)}</text>
<text class="tp-note" x="${right + 14}" y="${at(y + 15)}">${escapeXml(note)}</text>`;
  });
}
