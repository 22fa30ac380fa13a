/** What objdump lists of a file: instructions, as words and text. Which text is right is left to the tests. */
import { execFileSync } from "node:child_process";

export interface Listed {
  /** Where it lies. */
  readonly address: number;
  /** In hexadecimal, halfwords or words apart. */
  readonly words: string;
  readonly text: string;
}

/** Every instruction that objdump, with `options`, finds in a file, data left out. */
export function instructionsOf(
  objdump: string,
  options: readonly string[],
  file: string,
): readonly Listed[] {
  const listing = execFileSync(objdump, ["-d", "-w", ...options, file], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return listing.split("\n").flatMap((line) => {
    const [, address = "", words = "", text = ""] =
      /^ *([0-9a-f]+):\t([0-9a-f ]+?) *\t(.*)$/.exec(line) ?? [];
    if (words === "" || text.startsWith(".")) return [];
    return [{ address: Number.parseInt(address, 16), words, text: text.replace(/\t/g, " ") }];
  });
}
