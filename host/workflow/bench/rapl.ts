/**
 * Reads the energy counters that Linux shows of processor packages (RAPL), or says why it cannot.
 * What ran between two readings is left to the caller.
 *
 * Source: Documentation/power/powercap/powercap.rst of the Linux kernel.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const POWERCAP = "/sys/class/powercap";
/** Whole packages; "intel-rapl:0:1" is a part of one, "intel-rapl-mmio:0" the same package another way. AMD's are named so too. */
const PACKAGE_ZONE = /^intel-rapl:\d+$/;

/** One package's counter. */
export interface EnergyZone {
  /** As the kernel calls it: "package-0". */
  readonly name: string;
  /** The counter starts again from 0 above this [uJ]. */
  readonly rangeMicrojoules: number;
  readonly file: string;
}

export interface EnergyMeter {
  readonly zones: readonly EnergyZone[];
  /** What the readings cover, in words. */
  readonly source: string;
  /** Every zone's counter [uJ]. */
  read(): readonly number[];
}

/**
 * @param root where the kernel shows its power zones
 * @param read gives a file's text, or throws as Node does
 */
export function openRapl(
  root = POWERCAP,
  read: (file: string) => string = (file) => readFileSync(file, "utf8"),
): EnergyMeter | { readonly why: string } {
  let names: string[];
  try {
    names = readdirSync(root)
      .filter((name) => PACKAGE_ZONE.test(name))
      .sort();
  } catch {
    return { why: `there is no ${root}: not Linux, or a virtual machine without energy counters` };
  }
  try {
    const zones = names.flatMap((name) => zoneOf(join(root, name), read) ?? []);
    if (zones.length === 0) {
      return { why: `${root} shows no processor package: its energy counters are not there` };
    }
    const meter = {
      zones,
      source: sourceOf(zones),
      read: () => zones.map(({ file }) => numberIn(file, read)),
    };
    meter.read();
    return meter;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") return { why: message };
    return {
      why: `only root may read the energy counters (CVE-2020-8694): sudo chmod a+r ${root}/intel-rapl:*/energy_uj until the next start`,
    };
  }
}

/**
 * Energy between two readings of a counter that wraps at most once between them [uJ].
 * @param rangeMicrojoules the largest value before it starts again from 0
 */
export function energyBetween(before: number, after: number, rangeMicrojoules: number): number {
  return after >= before ? after - before : rangeMicrojoules - before + after;
}

/** Energy of all zones between two readings [J]. */
export function joulesBetween(
  { zones }: Pick<EnergyMeter, "zones">,
  before: readonly number[],
  after: readonly number[],
): number {
  const microjoules = zones.reduce(
    (sum, { rangeMicrojoules }, zone) =>
      sum + energyBetween(before[zone] ?? 0, after[zone] ?? 0, rangeMicrojoules),
    0,
  );
  return microjoules * 1e-6;
}

/** Null for a zone of something other than a package, such as the whole platform, which would count packages twice. */
function zoneOf(folder: string, read: (file: string) => string): EnergyZone | null {
  const name = read(join(folder, "name")).trim();
  if (!name.startsWith("package-")) return null;
  return {
    name,
    rangeMicrojoules: numberIn(join(folder, "max_energy_range_uj"), read),
    file: join(folder, "energy_uj"),
  };
}

function numberIn(file: string, read: (file: string) => string): number {
  const text = read(file).trim();
  if (!/^\d+$/.test(text)) throw new Error(`${file} holds "${text.slice(0, 40)}", no counter`);
  return Number(text);
}

function sourceOf(zones: readonly EnergyZone[]): string {
  return `RAPL of ${zones.map(({ name }) => name).join(" and ")}: whole packages, whatever else ran on them; memory, disks and supply are not in it`;
}
