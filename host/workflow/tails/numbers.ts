/**
 * Reads bare numbers from a stream in bounded memory: binary as a program dumps them, or text, one a line.
 * What they mean is left to the caller.
 */
import { UsageError } from "../../../codegen/index.ts";

/** float64, int64: little-endian, as every machine that runs this, nothing between them. text: one number a line. */
export const NUMBER_FORMATS = ["float64", "int64", "text"] as const;
export type NumberFormat = (typeof NUMBER_FORMATS)[number];

const WORD_BYTES = 8;
const TWO_32 = 2 ** 32;
/** A longer line is no number. */
const LONGEST_LINE = 1000;

/**
 * The numbers of a stream, in blocks.
 * @param file its name, for messages
 * @throws UsageError TP-USE-303 for a word that is cut off or a line that is no number
 */
export async function* numbersOf(
  chunks: AsyncIterable<Uint8Array>,
  format: NumberFormat,
  file: string,
): AsyncGenerator<Float64Array> {
  if (format === "text") yield* textNumbers(chunks, file);
  else yield* words(chunks, format, file);
}

async function* words(
  chunks: AsyncIterable<Uint8Array>,
  format: "float64" | "int64",
  file: string,
): AsyncGenerator<Float64Array> {
  let rest = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    const count = Math.floor(bytes.length / WORD_BYTES);
    yield format === "float64"
      ? new Float64Array(bytes.buffer, 0, count)
      : wholeNumbers(new DataView(bytes.buffer), count);
    rest = bytes.slice(count * WORD_BYTES);
  }
  if (rest.length === 0) return;
  throw malformed(
    file,
    `it ends ${rest.length} bytes into a number`,
    `${format} takes ${WORD_BYTES} bytes each; the file was cut off or is of another type`,
  );
}

function wholeNumbers(view: DataView, count: number): Float64Array {
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * WORD_BYTES;
    numbers[i] = view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true);
  }
  return numbers;
}

async function* textNumbers(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<Float64Array> {
  const decoder = new TextDecoder();
  let rest = "";
  let line = 0;
  const numbers = (lines: readonly string[]) =>
    Float64Array.from(
      lines.flatMap((text) => {
        line++;
        const trimmed = text.trim();
        if (trimmed === "") return [];
        const number = Number(trimmed);
        if (Number.isFinite(number)) return [number];
        throw malformed(
          file,
          `line ${line} is "${trimmed.slice(0, 60)}"`,
          "one number is expected on each line",
        );
      }),
    );
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() as string;
    if (rest.length > LONGEST_LINE) {
      throw malformed(file, `line ${line + lines.length + 1} is long`, "it holds no number");
    }
    yield numbers(lines);
  }
  yield numbers([rest + decoder.decode()]);
}

function malformed(file: string, what: string, why: string): UsageError {
  return new UsageError(
    "TP-USE-303",
    {
      what: `${file}: ${what}`,
      why,
      fix: `--numbers ${NUMBER_FORMATS.join("|")} names what the file holds; docs/tails.md shows each`,
    },
    { file },
  );
}
