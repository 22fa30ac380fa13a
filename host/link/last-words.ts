/**
 * Decides what part of an emulator's output goes into an error message.
 * The whole output stays in the error's facts.
 */

/** The last two lines that are more than information, on one line; undefined when there are none. */
export function lastWords(output: string): string | undefined {
  const lines = output.split("\n").map((line) => line.trim());
  const words = lines.filter((line) => line !== "" && !/: info: /.test(line)).slice(-2);
  return words.length > 0 ? words.join("; ") : undefined;
}
