/** Which compiler's programs read a board's files. */
import { readFileSync } from "node:fs";

/** Prefix of their names, from the board's PlatformIO file. */
export function toolchainOf(board: string): string {
  const file = new URL(`../../firmware/boards/${board}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { build: { toolchain: string } }).build
    .toolchain;
}
