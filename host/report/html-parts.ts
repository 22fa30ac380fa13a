/**
 * Decides how one number, one table and one plot are written in the HTML report.
 * Which of them appear, and where, is left to html.ts.
 */
import type { Kind, Quantity } from "../analyze/quantity.ts";
import { formatParts, KIND_MARK } from "./format.ts";
import type { Line } from "./rows.ts";
import { isGap } from "./rows.ts";
import type { Sources } from "./sources.ts";
import type { Picture } from "./svg.ts";
import { escapeXml, inlineSvg } from "./svg.ts";

/** Text that was escaped already. */
export type Html = string;

interface Origin {
  readonly kind: Kind;
  readonly source: string;
}

/** The kind as mark and word. */
export function kindChip(kind: Kind): Html {
  return `<span class="kind ${kind}">${KIND_MARK[kind]} ${kind}</span>`;
}

/** The kind as a mark alone, where the word would crowd a table; its word stands in the title and the notes. */
export function kindMark(kind: Kind): Html {
  return `<abbr class="mark ${kind}" title="${kind}">${KIND_MARK[kind]}</abbr>`;
}

/** A link to the note that names the source. */
export function reference(origin: Origin, sources: Sources): Html {
  const number = sources.cite(origin);
  return `<a class="ref" href="#source-${number}" aria-label="source ${number}">${number}</a>`;
}

/** A number with its unit, its kind (a chip, or a mark alone), its source on hover and in the notes. */
export function quantity(value: Quantity, sources: Sources, chip = true): Html {
  const { number, unit } = formatParts(value.value, value.unit);
  const [low, high] = value.interval ?? [];
  // An end may take another prefix than the number: 879 µs (860 µs to 1.02 ms).
  const end = (at: number) => {
    const parts = formatParts(at, value.unit);
    return escapeXml(parts.unit === unit ? parts.number : `${parts.number} ${parts.unit}`);
  };
  const range =
    low === undefined || high === undefined
      ? ""
      : ` <span class="quiet">(${end(low)} to ${end(high)})</span>`;
  const text = `<span class="num" title="${escapeXml(`${value.kind}: ${value.source}`)}">${escapeXml(`${number} ${unit}`)}${range}</span>${reference(value, sources)}`;
  return chip ? `${text} ${kindChip(value.kind)}` : `${kindMark(value.kind)}${text}`;
}

/** Rows of name, value and kind. */
export function linesTable(lines: readonly Line[], sources: Sources): Html {
  const rows = lines.map((line) =>
    isGap(line)
      ? `<tr><td>${escapeXml(line.name)}</td><td colspan="2" class="quiet">none: ${escapeXml(line.why)}</td></tr>`
      : `<tr><td>${escapeXml(line.name)}</td><td class="wrap"><span title="${escapeXml(`${line.kind}: ${line.source}`)}">${escapeXml(line.text)}</span></td><td class="tight">${kindChip(line.kind)}${reference(line, sources)}</td></tr>`,
  );
  return `<div class="scroll"><table><tbody>${rows.join("\n")}</tbody></table></div>`;
}

/** A plot with the words that explain it. */
export function figure(picture: Picture, caption: Html): Html {
  return `<figure><div class="scroll">${inlineSvg(picture)}</div><figcaption>${caption}</figcaption></figure>`;
}

/** A headline number. `big` and `small` are plain text. */
export function tile(
  name: string,
  big: string,
  small: string,
  sub: Html,
  mood: "good" | "bad" | "" = "",
): Html {
  const unit = small === "" ? "" : ` <small>${escapeXml(small)}</small>`;
  return `<div class="tile"><div class="name">${escapeXml(name)}</div><div class="big ${mood}">${escapeXml(big)}${unit}</div><div class="sub">${sub}</div></div>`;
}
