/**
 * Reads the text that an X-NUCLEO-LPM01A sends: samples, events, time stamps, answers to commands.
 * The conversation is left to lpm01a.ts.
 */

/** Longest line that is read [byte]; the board's own are below 80. */
export const MAX_LINE_BYTES = 256;

export type Lpm01aLine =
  /** A value of the chosen output: ascii_dec `6409-07` is 6409e-7. */
  | { readonly kind: "sample"; readonly value: number }
  /** The event input changed. */
  | { readonly kind: "event"; readonly isRising: boolean }
  /** The board's clock, and how full its buffer is. */
  | { readonly kind: "timeStamp"; readonly milliseconds: number; readonly bufferPercent: number }
  | { readonly kind: "acknowledged"; readonly text: string }
  | { readonly kind: "refused"; readonly text: string }
  /** The last line after stop. */
  | { readonly kind: "completed" }
  /** The board says that it lost samples or met an overcurrent, in its own words. */
  | { readonly kind: "failure"; readonly text: string }
  /** A prompt, an echo or a summary. */
  | { readonly kind: "chatter"; readonly text: string }
  /** No line that the board sends, and how long it was. */
  | { readonly kind: "undecodable"; readonly bytes: number };

const SAMPLE = /^(\d{1,5})([+-]\d{1,2})$/;
const EVENT = /^event \d{1,6} (ris|fal)$/;
const TIME_STAMP = /^TimeStamp: (\d{1,9})s (\d{1,3})ms, buff (\d{1,3})%$/;
const PROMPT = "PowerShield > ";

/** One line without its end; never throws. */
export function readLine(raw: string): Lpm01aLine {
  let text = raw.trim();
  while (text.startsWith(PROMPT.trim())) text = text.slice(PROMPT.trim().length).trim();
  const sample = SAMPLE.exec(text);
  if (sample) return { kind: "sample", value: Number(`${sample[1]}e${sample[2]}`) };
  const event = EVENT.exec(text);
  if (event) return { kind: "event", isRising: event[1] === "ris" };
  const stamp = TIME_STAMP.exec(text);
  if (stamp) {
    const milliseconds = Number(stamp[1]) * 1000 + Number(stamp[2]);
    return { kind: "timeStamp", milliseconds, bufferPercent: Number(stamp[3]) };
  }
  if (text.startsWith("ack ") || text === "ack") return { kind: "acknowledged", text };
  if (/overcurrent|buffer full|lost/i.test(text)) return { kind: "failure", text };
  if (text.startsWith("error")) return { kind: "refused", text };
  if (/acquisition completed/i.test(text)) return { kind: "completed" };
  if (/^[\x20-\x7e]*$/.test(text)) return { kind: "chatter", text };
  return { kind: "undecodable", bytes: raw.length };
}

/** Cuts bytes into lines in bounded memory; a line that is too long counts as undecodable. */
export class LineCutter {
  #text = "";
  /** Of the line so far, kept or not [byte]. */
  #length = 0;

  cut(bytes: Uint8Array): Lpm01aLine[] {
    const lines: Lpm01aLine[] = [];
    for (const byte of bytes) {
      if (byte === 0x0a || byte === 0x0d) {
        if (this.#length > MAX_LINE_BYTES) {
          lines.push({ kind: "undecodable", bytes: this.#length });
        } else if (this.#text.trim() !== "") {
          lines.push(readLine(this.#text));
        }
        this.#text = "";
        this.#length = 0;
      } else if (++this.#length <= MAX_LINE_BYTES) {
        // Latin-1: a byte a character, whatever came.
        this.#text += String.fromCharCode(byte);
      }
    }
    return lines;
  }
}
