/**
 * Decides what keeps a board's serial port from working, and the command that helps.
 * Looking at this computer is left to facts.ts.
 */
import type { BoardOnUsb } from "../../link/find-board.ts";
import type { Finding } from "../doctor.ts";
import { BOOT_LOADERS, filled, IN_BOOT_LOADER, TROUBLES, type Trouble } from "./troubles.ts";

export interface UsbDevice {
  /** Four hexadecimal digits, lower case. */
  readonly vendorId: string;
  readonly productId: string;
  readonly name: string | null;
}

export interface SerialFacts {
  readonly platform: NodeJS.Platform;
  /** Serial devices, and who else has them open. */
  readonly ports: readonly {
    readonly path: string;
    readonly vendorId: string | null;
    readonly productId: string | null;
    readonly accessible: boolean;
    readonly holders: readonly { readonly pid: number; readonly name: string }[];
  }[];
  /** Everything on USB; null where the system does not say (macOS, Windows, containers). */
  readonly usb: readonly UsbDevice[] | null;
  /** Names of the processes that run; null where the system does not say. */
  readonly processes: readonly string[] | null;
  /** Whether udev knows the rules that this program writes. */
  readonly hasRules: boolean;
}

/** Linux's drivers of serial chips, by USB vendor. */
const DRIVERS: Readonly<Record<string, string>> = {
  "1a86": "ch341",
  "10c4": "cp210x",
  "0403": "ftdi_sio",
};
/** What brltty takes for Braille displays. */
const TAKEN_BY_BRLTTY = new Set(["1a86", "10c4", "0403"]);

/** Everything that is wrong; a computer without boards has nothing wrong with them. */
export function serialFindings(
  facts: SerialFacts,
  boards: readonly BoardOnUsb[],
): readonly Finding[] {
  return [
    ...takenPorts(facts),
    ...brltty(facts),
    ...modemManager(facts, boards),
    ...permissions(facts),
    ...bootLoaders(facts),
    ...withoutDriver(facts, boards),
    ...names(facts),
  ];
}

function finding(
  { name, what, fix }: Trouble,
  values: Readonly<Record<string, string>> = {},
): Finding {
  const words = { name: filled(name, values), neededFor: filled(what, values) };
  return { ...words, status: "warning", version: null, level: "serial", fix: filled(fix, values) };
}

function takenPorts({ ports }: SerialFacts): readonly Finding[] {
  return ports.flatMap(({ path, holders }) =>
    holders.length === 0
      ? []
      : [
          finding(TROUBLES.taken, {
            path,
            holders: holders.map(({ pid, name }) => `${name} (process ${pid})`).join(", "),
            processes: holders.map(({ pid }) => pid).join(" "),
          }),
        ],
  );
}

function brltty({ processes, usb, ports }: SerialFacts): readonly Finding[] {
  const runs = processes?.some((name) => name.startsWith("brltty")) ?? false;
  const vendors = [...(usb ?? []), ...ports].map(({ vendorId }) => vendorId ?? "");
  if (!runs || !vendors.some((vendor) => TAKEN_BY_BRLTTY.has(vendor))) return [];
  return [finding(TROUBLES.brltty)];
}

function modemManager({ processes, hasRules, ports }: SerialFacts, boards: readonly BoardOnUsb[]) {
  const runs = processes?.includes("ModemManager") ?? false;
  const known = ports.some((port) => isBoard(port, boards));
  return runs && !hasRules && known ? [finding(TROUBLES.modemManager)] : [];
}

function permissions({ platform, ports, hasRules }: SerialFacts): readonly Finding[] {
  const closed = ports.filter(({ accessible }) => !accessible).map(({ path }) => path);
  if (platform !== "linux" || closed.length === 0 || hasRules) return [];
  return [finding(TROUBLES.closed, { paths: closed.join(", ") })];
}

function bootLoaders({ usb, ports }: SerialFacts): readonly Finding[] {
  const there = [...(usb ?? []), ...ports];
  return BOOT_LOADERS.filter((loader) => there.some((device) => sameIds(device, loader))).map(
    ({ name, leave }) => finding({ name, where: "", what: IN_BOOT_LOADER, fix: leave }),
  );
}

/** A device that a board shows itself by, and no port of it: nobody drives it. */
function withoutDriver(
  { platform, usb, ports }: SerialFacts,
  boards: readonly BoardOnUsb[],
): readonly Finding[] {
  if (platform !== "linux") return [];
  return (usb ?? [])
    .filter((device) => isBoard(device, boards))
    .filter((device) => !ports.some((port) => sameIds(port, device)))
    .filter((device) => !BOOT_LOADERS.some((loader) => sameIds(device, loader)))
    .map(({ vendorId, productId, name }) => {
      const driver = DRIVERS[vendorId] ?? "cdc_acm";
      const ids = `${vendorId}:${productId}`;
      return finding(TROUBLES.driver, { ids, driver, device: name ?? "a board" });
    });
}

/** What a port is called where it is not /dev/ttyACM0. */
function names({ platform, ports }: SerialFacts): readonly Finding[] {
  const trouble: Trouble | undefined =
    platform === "darwin" ? TROUBLES.carrier : platform === "win32" ? TROUBLES.windows : undefined;
  if (trouble === undefined) return [];
  const twin = ports.find(({ path }) => path.startsWith("/dev/tty."));
  if (twin !== undefined) {
    return [finding(trouble, { twin: twin.path.replace("/dev/tty.", "/dev/cu.") })];
  }
  const { name, what } = trouble;
  return [{ name, neededFor: what, status: "ok", version: null, level: "serial", fix: null }];
}

interface Ids {
  readonly vendorId: string | null;
  readonly productId: string | null;
}

function sameIds(a: Ids, b: Ids): boolean {
  return (
    a.vendorId?.toLowerCase() === b.vendorId?.toLowerCase() &&
    a.productId?.toLowerCase() === b.productId?.toLowerCase()
  );
}

function isBoard(device: Ids, boards: readonly BoardOnUsb[]): boolean {
  return boards.some(({ usb = [] }) =>
    usb.some(({ vendor, product }) => sameIds(device, { vendorId: vendor, productId: product })),
  );
}
