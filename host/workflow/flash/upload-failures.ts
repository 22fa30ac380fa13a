/**
 * What the loaders that PlatformIO calls say when they fail, and what helps: one list for the error and for the docs.
 * Running them is left to upload.ts.
 */

export interface UploadFailure {
  /** In the loader's output. */
  readonly says: RegExp;
  /** Those words as the docs show them. */
  readonly shown: string;
  /** What it means. */
  readonly why: string;
  /** What to do, on one line. */
  readonly fix: string;
}

/** Most telling first. Sources: esptool's troubleshooting page, OpenOCD's and bossac's messages, PlatformIO's builders. */
export const UPLOAD_FAILURES: readonly UploadFailure[] = [
  {
    says: /Permission denied|LIBUSB_ERROR_ACCESS|Access is denied/,
    shown: "Permission denied, LIBUSB_ERROR_ACCESS, Access is denied",
    why: "this user may not open the port, or another program has it",
    fix: "pioneer doctor names the program, the group and the udev rules",
  },
  {
    says: /port is busy|Resource busy|Device or resource busy|Could not exclusively lock port/,
    shown: "port is busy, Could not exclusively lock port",
    why: "another program has the port open",
    fix: "close serial monitors; pioneer doctor names the process",
  },
  {
    says: /Failed to connect to ESP|No serial data received|Wrong boot mode detected/,
    shown: "Failed to connect to ESP32, No serial data received, Wrong boot mode detected",
    why: "the chip did not enter its boot loader",
    fix: "hold BOOT until the loader is connected, and take a cable that carries data",
  },
  {
    says: /no drive \S+ is mounted/,
    shown: "no drive RPI-RP2 is mounted",
    why: "the board shows no drive to copy the program to",
    fix: "plug it in (a Pico: with BOOTSEL held); PIONEER_DRIVE=FOLDER names a drive that lies elsewhere",
  },
  {
    says: /SAM-BA operation failed|No device found on/,
    shown: "SAM-BA operation failed, No device found on",
    why: "the boot loader did not answer",
    fix: "press reset twice, quickly: the light fades in and out; then upload again to the port it has then",
  },
  {
    says: /init mode failed|Error: open failed|unable to open CMSIS-DAP|No J-Link device found/,
    shown: "init mode failed, Error: open failed, unable to open CMSIS-DAP",
    why: "the debug probe, or the chip behind it, was not found",
    fix: "take the USB socket of the probe, check its jumpers, and hold reset while it connects",
  },
  {
    says: /Please specify `?upload_port`?/,
    shown: "Please specify `upload_port`",
    why: "PlatformIO found no port",
    fix: "name it: --port PORT (pioneer ports lists them)",
  },
];

/** The failure that a loader's output tells of; undefined for words that are not known. */
export function uploadFailure(log: string): UploadFailure | undefined {
  return UPLOAD_FAILURES.find(({ says }) => says.test(log));
}
