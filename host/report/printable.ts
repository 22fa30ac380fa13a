/**
 * Decides which characters of foreign text reach a terminal: none that move the cursor or change its colours.
 * Escaping for HTML is left to svg.ts.
 */

/** Control characters, line ends among them, as a visible mark. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\u00b7");
}
