/**
 * Decides what keeps a board's serial port from working, and the command that helps.
 * Looking at this computer is left to facts.ts.
 */
import type { BoardOnUsb } from "../../link/find-board.ts";
import type { Finding } from "../doctor.ts";
import { RULES_FILE } from "./udev-rules.ts";

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

/** Boards that wait for a program to be loaded and run none (makers' documentation). */
const BOOT_LOADERS: readonly (UsbDevice & { readonly leave: string })[] = [
  {
    ...{ vendorId: "2e8a", productId: "0003", name: "RP2040 boot ROM" },
    leave: "copy a .uf2 to its drive, or plug it in without holding BOOTSEL",
  },
  {
    ...{ vendorId: "0483", productId: "df11", name: "STM32 DFU boot loader" },
    leave: "set BOOT0 low and press reset",
  },
  {
    ...{ vendorId: "16c0", productId: "0478", name: "Teensy HalfKay boot loader" },
    leave: "load a program: pio run -t upload",
  },
  {
    ...{ vendorId: "2886", productId: "0045", name: "XIAO nRF52840 boot loader" },
    leave: "press reset once; twice starts the boot loader",
  },
  {
    ...{ vendorId: "2341", productId: "005a", name: "Nano 33 BLE boot loader" },
    leave: "press reset once; twice starts the boot loader",
  },
];

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

function finding(name: string, neededFor: string, fix: string): Finding {
  return { name, status: "warning", version: null, neededFor, level: "serial", fix };
}

function takenPorts({ ports }: SerialFacts): readonly Finding[] {
  return ports.flatMap(({ path, holders }) =>
    holders.length === 0
      ? []
      : [
          finding(
            `port ${path}`,
            `busy: ${holders.map(({ pid, name }) => `${name} (process ${pid})`).join(", ")} has it open`,
            `end it: kill ${holders.map(({ pid }) => pid).join(" ")}`,
          ),
        ],
  );
}

function brltty({ processes, usb, ports }: SerialFacts): readonly Finding[] {
  const runs = processes?.some((name) => name.startsWith("brltty")) ?? false;
  const vendors = [...(usb ?? []), ...ports].map(({ vendorId }) => vendorId ?? "");
  if (!runs || !vendors.some((vendor) => TAKEN_BY_BRLTTY.has(vendor))) return [];
  return [
    finding(
      "brltty",
      "takes the bridges of CH340, CP210x and FTDI for Braille displays: the port vanishes at once",
      "sudo apt-get remove brltty, or: sudo systemctl mask --now brltty brltty-udev",
    ),
  ];
}

function modemManager({ processes, hasRules, ports }: SerialFacts, boards: readonly BoardOnUsb[]) {
  const runs = processes?.includes("ModemManager") ?? false;
  const known = ports.some((port) => isBoard(port, boards));
  if (!runs || hasRules || !known) return [];
  return [
    finding(
      "ModemManager",
      "writes modem commands to a new port for half a minute, into the board's input",
      `${WRITE_RULES}; or: sudo systemctl stop ModemManager`,
    ),
  ];
}

const WRITE_RULES = `pioneer doctor --udev-rules ${RULES_FILE}, then what it says`;

function permissions({ platform, ports, hasRules }: SerialFacts): readonly Finding[] {
  const closed = ports.filter(({ accessible }) => !accessible).map(({ path }) => path);
  if (platform !== "linux" || closed.length === 0 || hasRules) return [];
  return [finding("udev rules", `this user may not open ${closed.join(", ")}`, WRITE_RULES)];
}

function bootLoaders({ usb, ports }: SerialFacts): readonly Finding[] {
  const there = [...(usb ?? []), ...ports];
  return BOOT_LOADERS.filter((loader) => there.some((device) => sameIds(device, loader))).map(
    ({ name, leave }) =>
      finding(name as string, "a board is in its boot loader and runs no program", leave),
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
      return finding(
        `driver of ${vendorId}:${productId}`,
        `${name ?? "a board"} is plugged in and has no port: ${driver} is not loaded, or another driver has it`,
        `sudo modprobe ${driver}; sudo dmesg | tail says what took it`,
      );
    });
}

/** What a port is called where it is not /dev/ttyACM0. */
function names({ platform, ports }: SerialFacts): readonly Finding[] {
  const text: Partial<Record<NodeJS.Platform, string>> = {
    darwin:
      "boards are /dev/cu.usbmodem… (own USB) or /dev/cu.usbserial…, cu.SLAB…, cu.wchusb… (bridges); their /dev/tty.… twins wait for a carrier for ever",
    win32:
      "boards are COM3, COM4, …; the device manager shows one without a driver with a yellow mark",
  };
  const told = text[platform];
  if (told === undefined) return [];
  const base = { name: "port names", version: null, neededFor: told, level: "serial" } as const;
  const twin = ports.find(({ path }) => path.startsWith("/dev/tty."));
  return twin === undefined
    ? [{ ...base, status: "ok", fix: null }]
    : [
        {
          ...base,
          status: "warning",
          fix: `--port ${twin.path.replace("/dev/tty.", "/dev/cu.")}`,
        },
      ];
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
