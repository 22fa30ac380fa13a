/**
 * The data behind `pioneer doctor`: what set-up looks at, and whether serial ports can be used.
 * Installing anything is left to scripts/setup.mjs, laying the findings out to the command line.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inventory, type NeedLevel } from "../../scripts/setup/inventory.mjs";
import { type PortRows, portRows } from "./ports.ts";
import { serialFacts } from "./serial/facts.ts";
import { serialFindings } from "./serial/findings.ts";
import { filled, TROUBLES } from "./serial/troubles.ts";
import { boardsOnUsb } from "./watch/port.ts";

/** One thing that the project needs. */
export interface Finding {
  readonly name: string;
  /** outdated: there, but older than what is tried. warning: works in part. */
  readonly status: "ok" | "missing" | "outdated" | "warning";
  readonly version: string | null;
  readonly neededFor: string;
  /** Which work stops without it: all, emulated Cortex-M boards, other ones, the page's tests, or serial boards. */
  readonly level: NeedLevel | "serial";
  /** The command that helps; null where nothing is wrong. */
  readonly fix: string | null;
}

export interface Diagnosis {
  readonly schema: 1;
  /** Nothing is missing that the demo needs. */
  readonly ready: boolean;
  readonly rows: readonly Finding[];
  readonly ports: PortRows;
}

/** Levels that the demo stands on. */
const FOR_DEMO: ReadonlySet<Finding["level"]> = new Set(["always", "emulated"]);

/** Looks at everything; throws nothing: what cannot be looked at is a finding. */
export async function diagnose(): Promise<Diagnosis> {
  const ports = await findPorts();
  const rows: Finding[] = inventory().map((found) => ({
    ...found,
    fix: found.status === "ok" ? null : found.fix,
  }));
  rows.push(
    ...ports.findings,
    serialPermission(userOf()),
    ...serialFindings(serialFacts(ports.list.rows), boardsOnUsb()),
  );
  const ready = rows.every(({ level, status }) => status !== "missing" || !FOR_DEMO.has(level));
  return { schema: 1, ready, rows, ports: ports.list };
}

/** Linux answers through udevadm, which containers leave out. */
const LISTING_FIX =
  process.platform === "linux"
    ? "install udev, such as: sudo apt-get install -y udev; or name the port: --port /dev/ttyACM0"
    : "name the port: --port PORT";

async function findPorts(): Promise<{ list: PortRows; findings: readonly Finding[] }> {
  try {
    const list = await portRows();
    const usb = list.rows.filter((row) => row.vendorId !== null).length;
    const counted = `boards on a serial port; ${usb} on USB now`;
    const finding: Finding = {
      name: "serial ports",
      status: list.warning === null ? "ok" : "warning",
      version: null,
      neededFor:
        list.warning === null ? counted : `${counted}, not all could be listed: ${list.warning}`,
      level: "serial",
      fix: list.warning === null ? null : LISTING_FIX,
    };
    return { list, findings: [finding] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const list: PortRows = { schema: 1, rows: [], warning: why };
    return {
      list,
      findings: [
        {
          name: "serial ports",
          status: "missing",
          version: null,
          neededFor: "boards on a serial port",
          level: "serial",
          fix: "install the packages again for this system: npm ci",
        },
      ],
    };
  }
}

/** Who asks, and where Linux keeps its devices and groups; tests give their own. */
export interface SerialUser {
  readonly platform: NodeJS.Platform;
  readonly uid: number;
  readonly groupIds: readonly number[];
  readonly deviceFolder: string;
  readonly groupFile: string;
}

function userOf(): SerialUser {
  return {
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    groupIds: [...(process.getgroups?.() ?? []), process.getgid?.() ?? -1],
    deviceFolder: "/dev",
    groupFile: "/etc/group",
  };
}

/** Linux lets only one group open serial devices: dialout on Debian and Fedora, uucp on Arch. */
export function serialPermission(user: SerialUser): Finding {
  const base = {
    name: TROUBLES.permission.name,
    version: null,
    neededFor: "boards on a serial port, without root",
    level: "serial",
  } as const;
  const group = user.platform === "linux" && user.uid !== 0 ? serialGroup(user) : null;
  if (group === null || user.groupIds.includes(group.id)) {
    return { ...base, status: "ok", fix: null };
  }
  const fix = filled(TROUBLES.permission.fix, { group: group.name });
  return { ...base, status: "warning", fix };
}

/** The group that owns the serial devices, or would own them once one is plugged in; null when there is none. */
function serialGroup(user: SerialUser): { readonly name: string; readonly id: number } | null {
  const groups = existsSync(user.groupFile)
    ? readFileSync(user.groupFile, "utf8")
        .split("\n")
        .map((line) => line.split(":"))
        .map(([name = "", , id = ""]) => ({ name, id: Number(id) }))
    : [];
  const device = existsSync(user.deviceFolder)
    ? readdirSync(user.deviceFolder).find((file) => /^tty(ACM|USB)\d+$/.test(file))
    : undefined;
  if (device !== undefined) {
    const owner = statSync(join(user.deviceFolder, device)).gid;
    return groups.find(({ id }) => id === owner) ?? { name: String(owner), id: owner };
  }
  const called = (wanted: string) => groups.find(({ name }) => name === wanted);
  return called("dialout") ?? called("uucp") ?? null;
}
