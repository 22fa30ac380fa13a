/**
 * Looks at this computer's serial ports: who holds them, what is on USB, what runs that may take them.
 * What follows is left to findings.ts. Nothing here fails: what the system does not say is not known.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import type { PortRow } from "../ports.ts";
import type { SerialFacts, UsbDevice } from "./findings.ts";
import { RULES_FILE } from "./udev-rules.ts";

/** Where Linux keeps what is asked for; tests give their own. */
export interface SystemFolders {
  readonly proc: string;
  readonly usbDevices: string;
  readonly rules: readonly string[];
}

const FOLDERS: SystemFolders = {
  proc: "/proc",
  usbDevices: "/sys/bus/usb/devices",
  rules: ["/etc/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"],
};

export function serialFacts(
  rows: readonly PortRow[],
  platform: NodeJS.Platform = process.platform,
  folders: SystemFolders = FOLDERS,
): SerialFacts {
  const isLinux = platform === "linux";
  const processes = isLinux ? processesIn(folders.proc) : null;
  const holders = holdersOf(rows, processes ?? [], folders.proc);
  return {
    platform,
    ports: rows.map(({ path, vendorId, productId, accessible }) => ({
      ...{ path, vendorId, productId, accessible },
      holders: holders.get(path) ?? [],
    })),
    usb: isLinux ? usbDevicesIn(folders.usbDevices) : null,
    processes: processes?.map(({ name }) => name) ?? null,
    hasRules: folders.rules.some((folder) => existsSync(join(folder, RULES_FILE))),
  };
}

interface Process {
  readonly pid: number;
  readonly name: string;
}

function processesIn(proc: string): readonly Process[] | null {
  const ids = namesIn(proc)?.filter((name) => /^\d+$/.test(name));
  return (
    ids?.flatMap((id) => {
      const name = textOf(join(proc, id, "comm"));
      return name === undefined ? [] : [{ pid: Number(id), name }];
    }) ?? null
  );
}

/** Other processes that have a port open, as far as this user may look into them. */
function holdersOf(
  rows: readonly PortRow[],
  processes: readonly Process[],
  proc: string,
): ReadonlyMap<string, readonly Process[]> {
  const pathOf = new Map(rows.map(({ path }) => [realPath(path), path]));
  const holders = new Map<string, Process[]>();
  if (rows.length === 0) return holders;
  for (const held of processes) {
    if (held.pid === process.pid) continue;
    const folder = join(proc, String(held.pid), "fd");
    const open = new Set((namesIn(folder) ?? []).map((fd) => linkOf(join(folder, fd))));
    for (const target of open) {
      const path = pathOf.get(target ?? "");
      if (path !== undefined) holders.set(path, [...(holders.get(path) ?? []), held]);
    }
  }
  return holders;
}

function usbDevicesIn(folder: string): readonly UsbDevice[] | null {
  return (
    namesIn(folder)?.flatMap((name) => {
      const of = (field: string) => textOf(join(folder, basename(name), field));
      const vendorId = of("idVendor");
      const productId = of("idProduct");
      if (vendorId === undefined || productId === undefined) return [];
      return [{ vendorId, productId, name: of("product") ?? null }];
    }) ?? null
  );
}

function namesIn(folder: string): readonly string[] | undefined {
  return attempt(() => readdirSync(folder));
}

function textOf(path: string): string | undefined {
  return attempt(() => readFileSync(path, "utf8").trim());
}

function linkOf(path: string): string | undefined {
  return attempt(() => readlinkSync(path));
}

function realPath(path: string): string {
  return attempt(() => realpathSync(path)) ?? path;
}

/** Processes end and devices go while they are looked at. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
