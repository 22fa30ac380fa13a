/**
 * Decides what each address of a firmware is called in a profile: its functions by the debugger's line table, inlined
 * ones apart, and its layer and part by what the generator says of them.
 * The ELF is read by binutils; counting is left to the plugin.
 */
import type { SourceParts } from "../../../codegen/index.ts";
import type { ProfileLayer, ProfilePlace } from "../../analyze/profile/facts.ts";
import { runProcess } from "../process.ts";
import type { FirmwareSymbol } from "../symbols.ts";

const INSTALL = "see which compiler the board needs: pioneer doctor";

/** A range of code of one place. */
export interface PlaceRange {
  readonly begin: number;
  readonly end: number;
  /** Index of the place. */
  readonly place: number;
  /** Calls of a function arrive at `begin`. */
  readonly isEntry: boolean;
}

export interface PlaceMap {
  readonly places: readonly ProfilePlace[];
  /** Ascending, without overlaps. */
  readonly ranges: readonly PlaceRange[];
}

/** Places numbered in order of their first address, below 65535. */
const MOST_PLACES = 65_534;
/** Far below what is kept of a program's output. */
const ADDRESSES_AT_ONCE = 10_000;

/** A function and the line in it that is at an address, or that inlines the next one. */
export interface SourceFrame {
  readonly function: string;
  readonly file: string;
  /** From 1; 0 when it is not known. */
  readonly line: number;
}

/** @param alignment of instructions [byte] */
export async function readPlaces(
  elf: string,
  toolchain: string,
  symbols: readonly FirmwareSymbol[],
  parts: SourceParts,
  alignment: 1 | 2,
): Promise<PlaceMap> {
  const functions = symbols.filter(({ isFunction, bytes }) => isFunction && bytes > 0);
  const addresses = functions.flatMap(({ address, bytes }) => {
    const begin = alignedTo(alignment, address);
    return Array.from({ length: Math.ceil(bytes / alignment) }, (_, i) => begin + i * alignment);
  });
  let text = "";
  for (let at = 0; at < addresses.length; at += ADDRESSES_AT_ONCE) {
    const some = addresses.slice(at, at + ADDRESSES_AT_ONCE);
    const { stdout } = await runProcess(`${toolchain}addr2line`, ["-a", "-i", "-f", "-e", elf], {
      install: INSTALL,
      input: some.map((address) => `0x${address.toString(16)}\n`).join(""),
    });
    text += stdout;
  }
  const entries = new Set(functions.map(({ address }) => alignedTo(alignment, address)));
  return placeMap(parseFrames(text), entries, parts, alignment);
}

/** Without the bit that says Thumb; addresses have 32 bits and no sign. */
export function alignedTo(alignment: number, address: number): number {
  return address - (address % alignment);
}

/** What `addr2line -a -i -f` says, frames outermost first, by address. */
export function parseFrames(text: string): ReadonlyMap<number, readonly SourceFrame[]> {
  const found = new Map<number, SourceFrame[]>();
  let frames: SourceFrame[] = [];
  let name: string | null = null;
  for (const line of text.split("\n")) {
    if (/^0x[0-9a-f]+$/.test(line)) {
      frames = [];
      name = null;
      found.set(Number.parseInt(line, 16), frames);
    } else if (name === null) {
      name = line;
    } else {
      const [, file = "", number = "0"] = /^(.*):(\d+|\?)(?: |$)/.exec(line) ?? [];
      frames.unshift({
        function: withoutClone(name),
        file,
        line: Number.parseInt(number, 10) || 0,
      });
      name = null;
    }
  }
  return found;
}

/** Compilers name what they specialise: hearable_rows.constprop.0. */
function withoutClone(name: string): string {
  return name.replace(/\.(?:constprop|isra|part|cold|lto_priv)\b.*$/, "");
}

function placeMap(
  frames: ReadonlyMap<number, readonly SourceFrame[]>,
  entries: ReadonlySet<number>,
  parts: SourceParts,
  alignment: number,
): PlaceMap {
  const numbers = new Map<string, number>();
  const places: ProfilePlace[] = [];
  const ranges: PlaceRange[] = [];
  const numberOf = (place: ProfilePlace): number => {
    const key = JSON.stringify(place);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, places.length);
    return places.push(place) - 1;
  };
  for (const [address, stack] of [...frames].sort(([a], [b]) => a - b)) {
    const place = Math.min(numberOf(placeOf(stack, parts)), MOST_PLACES);
    const last = ranges.at(-1);
    const isEntry = entries.has(address);
    if (last?.place === place && last.end === address && !isEntry) {
      ranges[ranges.length - 1] = { ...last, end: address + alignment };
    } else {
      ranges.push({ begin: address, end: address + alignment, place, isEntry });
    }
  }
  return { places, ranges };
}

/** The innermost frame that the generator knows decides; a line of it before the whole function. */
export function placeOf(stack: readonly SourceFrame[], parts: SourceParts): ProfilePlace {
  const inner = [...stack].reverse();
  const part = inner.map((frame) => partAt(frame, parts)).find((one) => one !== null) ?? null;
  const layer = inner
    .map((frame) => parts.layers.find((one) => one.function === frame.function)?.layer)
    .find((one) => one !== undefined);
  return {
    functions: stack.map((frame) => frame.function),
    part,
    layer: layer ?? null,
  };
}

function partAt({ function: name, file, line }: SourceFrame, parts: SourceParts) {
  const isOwn = file.split("/").at(-1) === parts.file;
  const marked = isOwn ? parts.lines.find(({ from, to }) => line >= from && line <= to) : undefined;
  return (
    marked?.part ?? (Object.hasOwn(parts.functions, name) ? parts.functions[name] : null) ?? null
  );
}

/** The layers of a model for a profile's names. */
export function profileLayers({ layers }: SourceParts): readonly ProfileLayer[] {
  return layers.map(({ layer, columns }) => ({ name: layer, ...(columns && { columns }) }));
}

/** The plugin's file places=: a line a range. */
export function placeLines(ranges: readonly PlaceRange[]): string {
  return ranges
    .map(({ begin, end, place, isEntry }) => {
      return `${begin.toString(16)} ${end.toString(16)} ${place} ${isEntry ? 1 : 0}\n`;
    })
    .join("");
}
