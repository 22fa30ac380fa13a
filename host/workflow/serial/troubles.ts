/**
 * The things that keep a board's port from working, in words: one list for the doctor's findings and for the docs.
 * Noticing them is left to findings.ts. What stands in braces is filled in where it is found.
 */
import { RULES_FILE } from "./udev-rules.ts";

export interface Trouble {
  /** What the doctor calls it. */
  readonly name: string;
  /** Systems on which it is looked for. */
  readonly where: string;
  readonly what: string;
  readonly fix: string;
}

const WRITE_RULES = `pioneer doctor --udev-rules ${RULES_FILE}, then what it says`;

export const TROUBLES = {
  permission: {
    name: "serial permission",
    where: "Linux",
    what: "this user is not in the group that owns serial ports",
    fix: 'sudo usermod -aG {group} "$USER", then log in again',
  },
  taken: {
    name: "port {path}",
    where: "Linux",
    what: "busy: {holders} has it open",
    fix: "end it: kill {processes}",
  },
  brltty: {
    name: "brltty",
    where: "Linux",
    what: "takes the bridges of CH340, CP210x and FTDI for Braille displays: the port vanishes at once",
    fix: "sudo apt-get remove brltty, or: sudo systemctl mask --now brltty brltty-udev",
  },
  modemManager: {
    name: "ModemManager",
    where: "Linux",
    what: "writes modem commands to a new port for half a minute, into the board's input",
    fix: `${WRITE_RULES}; or: sudo systemctl stop ModemManager`,
  },
  closed: {
    name: "udev rules",
    where: "Linux",
    what: "this user may not open {paths}",
    fix: WRITE_RULES,
  },
  driver: {
    name: "driver of {ids}",
    where: "Linux",
    what: "{device} is plugged in and has no port: {driver} is not loaded, or another driver has it",
    fix: "sudo modprobe {driver}; sudo dmesg | tail says what took it",
  },
  carrier: {
    name: "port names",
    where: "macOS",
    what: "boards are /dev/cu.usbmodem… (own USB) or /dev/cu.usbserial…, cu.SLAB…, cu.wchusb… (bridges); their /dev/tty.… twins wait for a carrier for ever",
    fix: "--port {twin}",
  },
  windows: {
    name: "port names",
    where: "Windows",
    what: "boards are COM3, COM4, …; the device manager shows one without a driver with a yellow mark",
    fix: "install the driver that the board's maker names",
  },
} as const satisfies Readonly<Record<string, Trouble>>;

/** Boards that wait for a program to be loaded and run none (makers' documentation). */
export const BOOT_LOADERS = [
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
] as const;

/** What a board in its boot loader is called to be. */
export const IN_BOOT_LOADER = "a board is in its boot loader and runs no program";

/** The words with what stands in braces put in. @throws RangeError for a name that has no value */
export function filled(words: string, values: Readonly<Record<string, string>> = {}): string {
  return words.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`{${name}} has no value`);
    return value;
  });
}
