/**
 * Decides what all plots share: size, scales, axes, colours in light and dark, and text that a screen reader finds.
 * What a plot shows is left to the modules named after it.
 */

/** Escapes text for XML content and attributes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A coordinate with one decimal, without trailing zeros and never "-0". */
export function at(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`a plot coordinate is ${value}`);
  const rounded = Math.round(value * 10) / 10;
  return String(rounded === 0 ? 0 : rounded);
}

/** Maps values of a domain to pixels. */
export interface Scale {
  (value: number): number;
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
}

export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
): Scale {
  const [low, high] = domain;
  const [from, to] = range;
  const span = high - low || 1;
  return Object.assign((value: number) => from + ((value - low) / span) * (to - from), {
    domain,
    range,
  });
}

/** @throws RangeError when the domain is not positive. */
export function logScale(
  domain: readonly [number, number],
  range: readonly [number, number],
): Scale {
  const [low, high] = domain;
  if (!(low > 0 && high > low)) throw new RangeError(`log scale from ${low} to ${high}`);
  const inner = linearScale([Math.log10(low), Math.log10(high)], range);
  return Object.assign((value: number) => inner(Math.log10(value)), { domain, range });
}

/** Ticks of a log axis: powers of ten, with their 2 and 5 times where they span fewer than three decades. */
export function logTicks(domain: readonly [number, number]): readonly number[] {
  const [low, high] = domain;
  const factors = high / low < 1000 ? [1, 2, 5] : [1];
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}

/** About `count` round values inside a domain, 1, 2 or 5 times a power of ten apart. */
export function roundTicks(domain: readonly [number, number], count = 5): readonly number[] {
  const [low, high] = domain;
  const rough = (high - low) / count;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

export interface Axis {
  readonly scale: Scale;
  readonly ticks: readonly number[];
  readonly label: string;
  readonly format: (value: number) => string;
}

/** The frame of a plot: grid, ticks and axis labels with their units. */
export function axes(x: Axis, y: Axis): string {
  const [left, right] = x.scale.range;
  const [bottom, top] = y.scale.range;
  const parts: string[] = [];
  for (const tick of x.ticks) {
    const px = at(x.scale(tick));
    parts.push(
      `<line class="tp-grid" x1="${px}" y1="${at(top)}" x2="${px}" y2="${at(bottom)}"/>`,
      `<text class="tp-tick" x="${px}" y="${at(bottom + 17)}" text-anchor="middle">${escapeXml(x.format(tick))}</text>`,
    );
  }
  for (const tick of y.ticks) {
    const py = y.scale(tick);
    parts.push(
      `<line class="tp-grid" x1="${at(left)}" y1="${at(py)}" x2="${at(right)}" y2="${at(py)}"/>`,
      `<text class="tp-tick" x="${at(left - 8)}" y="${at(py + 4)}" text-anchor="end">${escapeXml(y.format(tick))}</text>`,
    );
  }
  parts.push(
    `<path class="tp-axis" d="M${at(left)} ${at(top)}V${at(bottom)}H${at(right)}"/>`,
    `<text class="tp-label" x="${at((left + right) / 2)}" y="${at(bottom + 38)}" text-anchor="middle">${escapeXml(x.label)}</text>`,
  );
  if (y.label !== "") {
    const middle = at((top + bottom) / 2);
    parts.push(
      `<text class="tp-label" x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${escapeXml(y.label)}</text>`,
    );
  }
  return parts.join("\n");
}

export interface Picture {
  /** Unique in a page; part of element ids. */
  readonly id: string;
  readonly title: string;
  /** What the plot shows, in words, for those who do not see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly body: string;
  /** Rules for what PLOT_CSS does not know; a page that shows the plot carries them too. */
  readonly css?: string;
}

/** A plot for use inside a page that carries PLOT_CSS. */
export function inlineSvg(picture: Picture): string {
  return element(picture, "");
}

/** A plot as a file of its own: carries its colours, follows light and dark. */
export function standaloneSvg(picture: Picture): string {
  const style = `<style>\n${PLOT_COLOURS(":root")}\n${PLOT_CSS}\n${picture.css === undefined ? "" : `${picture.css}\n`}</style>`;
  return `${element(picture, `${style}\n<rect class="tp-paper" width="${picture.width}" height="${picture.height}" rx="6"/>\n`)}\n`;
}

function element(picture: Picture, prefix: string): string {
  const { id, width, height } = picture;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" class="tp-plot" id="${id}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escapeXml(picture.title)}</title>
<desc id="${id}-desc">${escapeXml(picture.description)}</desc>
${prefix}${picture.body}
</svg>`;
}

/** Custom properties of the plots under a selector, light first, dark where the reader prefers it. */
export function PLOT_COLOURS(selector: string): string {
  return `${selector} { --tp-paper: #ffffff; --tp-ink: #1d2530; --tp-muted: #586374; --tp-grid: #e7eaee; --tp-axis: #9aa4b2; --tp-main: #0b6e7f; --tp-main-soft: #0b6e7f14; --tp-warm: #b25323; --tp-warm-soft: #b2532314; --tp-good: #24744a; --tp-bad: #b3261e; }
@media (prefers-color-scheme: dark) { ${selector} { --tp-paper: #171c23; --tp-ink: #e7ebf0; --tp-muted: #9eabba; --tp-grid: #29313b; --tp-axis: #566273; --tp-main: #5fc6d6; --tp-main-soft: #5fc6d61c; --tp-warm: #f0a377; --tp-warm-soft: #f0a3771c; --tp-good: #74d19a; --tp-bad: #ff8f85; } }`;
}

/** The look of every plot, in terms of PLOT_COLOURS. */
export const PLOT_CSS = `.tp-plot { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--tp-ink); }
.tp-paper { fill: var(--tp-paper); }
.tp-grid { stroke: var(--tp-grid); stroke-width: 1; }
.tp-axis { stroke: var(--tp-axis); stroke-width: 1; fill: none; }
.tp-tick { fill: var(--tp-muted); font-size: 11px; font-variant-numeric: tabular-nums; }
.tp-label { fill: var(--tp-muted); font-size: 12px; }
.tp-note { fill: var(--tp-muted); font-size: 11px; }
.tp-strong { font-weight: 600; }
.tp-halo { paint-order: stroke; stroke: var(--tp-paper); stroke-width: 4px; stroke-linejoin: round; }
.tp-roof { stroke: var(--tp-main); stroke-width: 2.5; fill: none; stroke-linejoin: round; }
.tp-lead { stroke: var(--tp-axis); stroke-width: 1; fill: none; }
.tp-small { font-size: 11.5px; }
.tp-part { fill: var(--tp-paper); stroke: var(--tp-warm); stroke-width: 2; }
.tp-arrow { stroke: var(--tp-ink); stroke-width: 1.5; fill: none; stroke-linecap: round; }
.tp-thin { stroke: var(--tp-main); stroke-width: 1.2; fill: none; opacity: .65; }
.tp-ceiling { stroke: var(--tp-warm); stroke-width: 1.4; stroke-dasharray: 6 4; fill: none; }
.tp-drop { stroke: var(--tp-muted); stroke-width: 1; stroke-dasharray: 2 3; fill: none; }
.tp-under { fill: var(--tp-main-soft); }
.tp-main { fill: var(--tp-main); } .tp-warm { fill: var(--tp-warm); } .tp-good { fill: var(--tp-good); } .tp-bad { fill: var(--tp-bad); }
.tp-track { fill: var(--tp-grid); }
.tp-quiet { fill: var(--tp-axis); }
.tp-over { stroke: #ffffff; stroke-opacity: .14; }
.tp-soft { fill: var(--tp-warm-soft); }
.tp-line { stroke: var(--tp-main); stroke-width: 1.2; fill: none; }
.tp-limit { stroke: var(--tp-ink); stroke-width: 1.6; fill: none; }
.tp-bar { stroke-width: 1.6; }
.tp-total { fill: var(--tp-main); stroke: var(--tp-main); } .tp-more { fill: var(--tp-warm); stroke: var(--tp-warm); } .tp-less { fill: var(--tp-good); stroke: var(--tp-good); } .tp-rest { fill: var(--tp-axis); stroke: var(--tp-muted); stroke-dasharray: 4 3; }
.tp-unsure { fill-opacity: .16; }
.tp-range { stroke: var(--tp-muted); stroke-width: 2; fill: none; stroke-linecap: round; }`;
