/**
 * Decides where labels of a plot stand so that none covers another: beside a point, or in a column right of the plot.
 * What they say is left to the plots.
 */

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where a label's text begins or ends, and on which side of its point. */
export interface LabelPlace {
  readonly x: number;
  /** Base line. */
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
}

export interface PlaceOptions {
  /** Lines of text, the first at the point. */
  readonly lines?: number;
  readonly above?: boolean;
}

/** Widths of the plots' 11 and 12 pixel fonts, a little too wide [pixel a character]. */
const CHARACTER = 6.3;
const LINE = 13;
/** From a point to its label: right, left, above, below, then the corners, then further away. */
const SIDES: readonly (readonly [number, number, LabelPlace["anchor"]])[] = [
  [11, 4, "start"],
  [-11, 4, "end"],
  [0, -11, "middle"],
  [0, 21, "middle"],
  [9, -8, "start"],
  [9, 17, "start"],
  [-9, -8, "end"],
  [-9, 17, "end"],
  [11, -20, "start"],
  [11, 29, "start"],
  [-11, -20, "end"],
  [-11, 29, "end"],
  [24, 4, "start"],
  [-24, 4, "end"],
  [11, -34, "start"],
  [11, 43, "start"],
];

/** Upwards first, and further up. */
const ABOVE: typeof SIDES = [
  [0, -11, "middle"],
  [0, -24, "middle"],
  [0, -37, "middle"],
];

/** The room inside a plot; what was placed stays. */
export class LabelSpace {
  readonly #frame: Box;
  readonly #taken: Box[] = [];

  constructor(left: number, right: number, top: number, bottom: number) {
    this.#frame = { left, right, top, bottom };
  }

  /** Keeps labels off a mark. */
  mark(x: number, y: number, radius: number): void {
    this.#taken.push({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
  }

  /** The first free place beside or, for a mark that lies on a line, above a point; the first of all when none is. */
  place(x: number, y: number, text: string, options: PlaceOptions = {}): LabelPlace {
    const boxes = this.#boxes(x, y, text, options);
    const inside = boxes.filter(({ box }) => this.#fits(box));
    const chosen = this.#free(inside) ?? inside[0] ?? boxes[0];
    if (chosen === undefined) throw new RangeError("a label needs a side");
    this.#taken.push(chosen.box);
    return chosen.place;
  }

  /** The first free place; null when none is: a label that may be left out. */
  placeIfFree(x: number, y: number, text: string, options: PlaceOptions = {}): LabelPlace | null {
    const inside = this.#boxes(x, y, text, options).filter(({ box }) => this.#fits(box));
    const chosen = this.#free(inside);
    if (chosen === undefined) return null;
    this.#taken.push(chosen.box);
    return chosen.place;
  }

  #boxes(x: number, y: number, text: string, { lines = 1, above = false }: PlaceOptions) {
    const width = text.length * CHARACTER;
    return (above ? [...ABOVE, ...SIDES] : SIDES).map(([dx, dy, anchor]) => {
      const place: LabelPlace = { x: x + dx, y: y + dy, anchor };
      const left = place.x - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0);
      const top = place.y - LINE + 3;
      return { place, box: { left, right: left + width, top, bottom: top + lines * LINE } };
    });
  }

  #free<T extends { readonly box: Box }>(boxes: readonly T[]): T | undefined {
    return boxes.find(({ box }) => !this.#taken.some((other) => overlap(box, other)));
  }

  #fits({ left, right, top, bottom }: Box): boolean {
    const frame = this.#frame;
    return left >= frame.left && right <= frame.right && top >= frame.top && bottom <= frame.bottom;
  }
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Positions of a column of labels near those wanted, `height` apart and inside [top, bottom]; in the input's order. */
export function spread(
  wanted: readonly number[],
  height: number,
  top: number,
  bottom: number,
): readonly number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  let free = top;
  for (const label of order) {
    label.y = Math.max(label.y, free);
    free = label.y + height;
  }
  // What was pushed below the bottom moves up again.
  let lowest = bottom;
  for (const label of order.toReversed()) {
    label.y = Math.min(label.y, lowest);
    lowest = label.y - height;
  }
  const placed = new Map(order.map(({ y, index }) => [index, y]));
  return wanted.map((y, index) => placed.get(index) ?? y);
}
