/**
 * Decides which columns of a power monitor's CSV are time, current, voltage and digital inputs, and in which units.
 * Reading rows is left to csv.ts.
 *
 * Joulescope's programs write `#time,current,voltage,power,charge,energy`, without the `#`, or behind `#= header=`, in SI
 * units (pyjoulescope_ui, and the vendor's example downsample_logging.py). Other programs put the unit in brackets behind the
 * name; without one it is the SI unit.
 */

export interface Column {
  readonly index: number;
  /** SI units for one of the column's. */
  readonly scale: number;
}

export interface Columns {
  readonly time: Column;
  readonly current: Column;
  readonly voltage: Column | null;
  /** By input, 0 to 7. */
  readonly digital: readonly { readonly input: number; readonly index: number }[];
}

const PREFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  µ: 1e-6,
  μ: 1e-6,
  m: 1e-3,
  "": 1,
};

/** undefined for a line that is no header with a time and a current. */
export function columnsOf(line: string): Columns | undefined {
  const names = line
    .replace(/^\uFEFF?\s*(?:#=\s*header=|#)?/, "")
    .split(",")
    .map(cellText);
  const time = find(names, /^time(?:stamp)?$|^t$/i, "s");
  const current = find(names, /^(?:main |avg |average )?current$|^i$|^mc$/i, "A");
  if (!time || !current) return undefined;
  return {
    time,
    current,
    voltage: find(names, /^(?:main |avg |average )?voltage$|^v$|^mv$/i, "V") ?? null,
    digital: names.flatMap((name, index) => {
      const match = /^(?:d|in|gpi|gpi_)([0-7])$/i.exec(name);
      return match ? [{ input: Number(match[1]), index }] : [];
    }),
  };
}

/** A cell without blanks and quotes around it. */
export function cellText(cell: string): string {
  return cell
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .trim();
}

function find(names: readonly string[], pattern: RegExp, unit: string): Column | undefined {
  for (const [index, name] of names.entries()) {
    const [, text = "", given] = /^(.*?)\s*(?:[([]([^)\]]*)[)\]])?$/.exec(name) ?? [];
    if (!pattern.test(text)) continue;
    if (given === undefined) return { index, scale: 1 };
    const scale = given.endsWith(unit) ? PREFIXES[given.slice(0, -unit.length)] : undefined;
    return scale === undefined ? undefined : { index, scale };
  }
  return undefined;
}
