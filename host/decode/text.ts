/**
 * Decides whether unframed bytes read as a message for people.
 * A frame of this version never does: its version byte, 0x01, is no character that people are sent.
 */

/** Tab, line feed, carriage return, escape: what terminals are sent besides printable ASCII. */
const CONTROLS = [0x09, 0x0a, 0x0d, 0x1b];

/** True when bytes[start..end) is printable ASCII. */
export function isPlainText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if ((byte < 0x20 || byte > 0x7e) && !CONTROLS.includes(byte)) return false;
  }
  return true;
}
