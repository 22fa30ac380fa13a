/**
 * Measures what the timing plugin costs: processor time of a loop under the emulator with it, in times of that without.
 *   npx tsx test/qemu/plugin-cost.ts [--write]
 * Prints the table of docs/timing.md, and writes it there with --write. A table is measured, so that no test holds its
 * numbers; plugin-errors.test.ts holds the limit.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pluginArguments, prepareTimingPlugin } from "../../host/workflow/plugin.ts";
import { replaceBlock } from "../../scripts/replace-block.ts";
import { boardMemory } from "./plugin-board.ts";
import {
  assemble,
  createWorkplace,
  emulatorSeconds,
  region,
  type Workplace,
} from "./plugin-run.ts";

const PAGE = fileURLToPath(new URL("../../docs/timing.md", import.meta.url));
const CORES = ["cortex-m0plus", "cortex-m4", "cortex-m33", "cortex-m7", "cortex-m55"] as const;
const MARKS = { begin: 0x2000_0000, end: 0x2000_0010 };
const ROUNDS = 3;

/** Products and loads of them, and the loop: 14 instructions a lap. */
const LAPS = 3_000_000;
const BODY = ` ldr r7, =${LAPS}
 b 1f
 .ltorg
1:
 ldr r1, [r5]
 ldr r2, [r5, #4]
 smlad r0, r1, r2, r0
 smladx r3, r1, r2, r3
 ldr r1, [r5, #8]
 ldr r2, [r5, #12]
${" smlad r0, r1, r2, r0\n".repeat(6)} subs r7, #1
 bne 1b
`;

async function measure(place: Workplace): Promise<readonly (readonly string[])[]> {
  const elf = assemble(place, "cost", region(0, BODY));
  const counts = join(place.folder, "counts");
  const memory = boardMemory(place, 0);
  const variedMemory = boardMemory(place, 1);
  const rows: string[][] = [];
  for (const core of CORES) {
    const plugin = await prepareTimingPlugin({ core, directory: place.folder });
    const ways = [
      [],
      pluginArguments(plugin, MARKS, counts, { audit: false }),
      pluginArguments(plugin, MARKS, counts),
      pluginArguments(plugin, MARKS, counts, { variedRegions: 1 }),
      pluginArguments(plugin, MARKS, counts, { memory }),
      pluginArguments(plugin, MARKS, counts, { memory: variedMemory, variedRegions: 1 }),
    ];
    const least = ways.map(() => Number.POSITIVE_INFINITY);
    // One way after the other in each round, so that another program's load meets all.
    for (let round = 0; round < ROUNDS; round++) {
      for (const [way, args] of ways.entries()) {
        least[way] = Math.min(least[way] ?? 0, emulatorSeconds(elf, args));
      }
    }
    const [bare = 0, ...others] = least;
    rows.push([core, ...others.map((seconds) => (seconds / bare).toFixed(1))]);
  }
  return rows;
}

const { values: options } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const place = createWorkplace();
try {
  const head = [
    "table",
    "counted and charged",
    "accesses compared",
    "each rule varied",
    "memories",
    "memories, all varied",
  ];
  const lines = [head, head.map(() => "---"), ...(await measure(place))];
  const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  console.log(table);
  if (options.write) {
    writeFileSync(PAGE, replaceBlock(readFileSync(PAGE, "utf8"), "cost", `\n${table}\n`));
  }
} finally {
  place.remove();
}
