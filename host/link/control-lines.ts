/**
 * Decides the levels of a port's control lines that leave the board running and talking.
 * Setting them is left to serial.ts.
 */

export interface ControlLines {
  readonly dtr: boolean;
  readonly rts: boolean;
}

/**
 * Bridges whose DTR and RTS are wired to reset and boot of ESP32 boards, and the ESP32's own USB, which imitates that
 * circuit: with both lines low the chip runs (Espressif, "Automatic bootloader", esptool documentation).
 */
const RESETTING = new Set(["10c4", "1a86", "0403", "303a"]);

/**
 * By USB vendor, four hexadecimal digits. A chip's own USB port sends nothing until DTR says that somebody listens (USB CDC
 * 1.2, SetControlLineState); RTS means nothing to it.
 */
export function controlLinesOf(vendorId: string | undefined): ControlLines {
  if (vendorId === undefined) return { dtr: false, rts: false };
  return { dtr: !RESETTING.has(vendorId.toLowerCase()), rts: false };
}
