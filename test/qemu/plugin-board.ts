/**
 * Lays a program of plugin-run.ts out in the memories of a board whose flash has an accelerator of few lines.
 * What they make of it is left to the tests.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadBoard } from "../../codegen/index.ts";
import { memoryText } from "../../host/workflow/memory-text.ts";
import type { Workplace } from "./plugin-run.ts";

const BOARD = "nucleo-l476rg";

/**
 * Writes the file that the plugin reads: the program and its constants in flash, its data in the first RAM.
 * @param variedRegions regions in which what is unsure of the board is varied
 */
export function boardMemory(place: Workplace, variedRegions: number): string {
  const file = join(place.folder, `memory-${variedRegions}`);
  const range = (begin: number, memory: string) => ({ begin, bytes: 0x40_0000, memory, offset: 0 });
  const board = loadBoard(BOARD);
  const [flash, ram] = ["flash", "ram"].map(
    (wanted) => board.memories.find(({ role }) => role === wanted)?.name ?? "",
  ) as [string, string];
  const code = [range(0, flash)];
  const data = [range(0, flash), range(0x2000_0000, ram)];
  writeFileSync(file, memoryText(board, { code, data }, variedRegions));
  return file;
}
