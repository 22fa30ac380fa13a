/**
 * Decides how numbers, names and text are spelled in C.
 * Where they stand in a file is left to templates/.
 */

const WORDS_PER_ROW = 8;
const SHORTS_PER_ROW = 12;
const FLOATS_PER_ROW = 4;
const COMMENT_WIDTH = 96;

/** 32-bit words as rows of hexadecimal literals, 8 a row. */
export function wordRows(words: Uint32Array): readonly string[] {
  return rowsOf(words, WORDS_PER_ROW, (word) => `0x${word.toString(16).padStart(8, "0")}`);
}

/** int32 values as rows of decimal literals, 8 a row. */
export function signedRows(values: Int32Array): readonly string[] {
  return rowsOf(values, WORDS_PER_ROW, String);
}

/** int16 values as rows of decimal literals, 12 a row. */
export function shortRows(values: Int16Array): readonly string[] {
  return rowsOf(values, SHORTS_PER_ROW, String);
}

/** float32 values as rows of hexadecimal literals, which are exact, 4 a row. */
export function floatRows(values: Float32Array): readonly string[] {
  return rowsOf(values, FLOATS_PER_ROW, hexadecimalFloat);
}

/**
 * A float32 by its bits: 0x1.8p+1f is 3.
 * @throws RangeError when the value is not finite
 */
export function hexadecimalFloat(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} has no C literal`);
  const [bits] = new Uint32Array(Float32Array.of(value).buffer) as unknown as [number];
  const sign = bits >>> 31 === 1 ? "-" : "";
  const exponent = (bits >>> 23) & 0xff;
  // 23 bits of fraction and a 0 are six digits; the last ones may go.
  const digits = ((bits & 0x7fffff) * 2).toString(16).padStart(6, "0").replace(/0+$/, "");
  if (exponent === 0) return digits === "" ? `${sign}0.0f` : `${sign}0x0.${digits}p-126f`;
  const power = exponent - 127;
  return `${sign}0x1${digits === "" ? "" : `.${digits}`}p${power < 0 ? "" : "+"}${power}f`;
}

/** uint16 values as rows of decimal literals, 12 a row. */
export function unsignedRows(values: Uint16Array): readonly string[] {
  return rowsOf(values, SHORTS_PER_ROW, String);
}

function rowsOf(
  values: Uint32Array | Int32Array | Uint16Array | Int16Array | Float32Array,
  perRow: number,
  spell: (value: number) => string,
): readonly string[] {
  const rows: string[] = [];
  for (let start = 0; start < values.length; start += perRow) {
    rows.push(Array.from(values.subarray(start, start + perRow), spell).join(", "));
  }
  return rows;
}

/**
 * The shortest float literal that reads back as the nearest float.
 * @throws RangeError when the value is not finite
 */
export function floatLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} has no C literal`);
  const nearest = Math.fround(value);
  // Nine significant digits always tell two floats apart.
  let text = "";
  for (let digits = 1; digits <= 9; digits++) {
    text = String(Number(nearest.toPrecision(digits)));
    if (Math.fround(Number(text)) === nearest) break;
  }
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

/** A string literal; bytes outside printable ASCII as octal escapes. */
export function stringLiteral(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCharCode(byte);
    if (byte < 32 || byte > 126) return `\\${byte.toString(8).padStart(3, "0")}`;
    return /["\\?]/.test(character) ? `\\${character}` : character;
  });
  return `"${bytes.join("")}"`;
}

/** Text that is safe inside a C comment: one line, nothing that opens or closes a comment. */
export function commentText(text: string): string {
  return text.replace(/\s+/g, " ").replace(/\*\//g, "* /").replace(/\/\*/g, "/ *").trim();
}

/** Comment lines of at most 96 characters, broken at spaces; a longer word stays whole. */
export function commentLines(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of commentText(text).split(" ")) {
    if (line !== "" && line.length + 1 + word.length > COMMENT_WIDTH) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}

/** A C identifier: other characters become _, and a leading digit gets one in front. */
export function identifier(name: string): string {
  const text = name.replace(/[^A-Za-z0-9_]/g, "_");
  return /^[A-Za-z]/.test(text) ? text : `m${text.startsWith("_") ? "" : "_"}${text}`;
}
