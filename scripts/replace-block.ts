/**
 * Replaces the part of a page that a script writes, between its two markers.
 * What is written there is left to the scripts.
 */

/** `text` with the part between the markers of `name` replaced. @throws RangeError where there are none */
export function replaceBlock(text: string, name: string, block: string): string {
  const pattern = new RegExp(`(<!-- ${name}:begin -->\\n)[^]*?(<!-- ${name}:end -->)`);
  if (!pattern.test(text)) throw new RangeError(`the page has no block ${name}`);
  return text.replace(pattern, (_, begin: string, end: string) => `${begin}${block}\n${end}`);
}
