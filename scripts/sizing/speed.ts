/**
 * Times the answer of `size` to its largest question: 4,900 sizes of a stack, in all formats, with document and picture.
 *   npx tsx scripts/sizing/speed.ts [RUNS]
 * Processor time, which other programs on the machine lengthen least; the first run compiles what it runs.
 */
import { loadBoard } from "../../codegen/board.ts";
import { sizesFor } from "../../host/workflow/size/size.ts";
import { network } from "./reference-networks.ts";

const DEFAULT_RUNS = 5;
const SHAPE = network("lstm", 32, [64, 64], { outputSize: 32, activation: "sigmoid" });
const SUBJECT = { name: "stack", shape: SHAPE, own: [64, 64], trained: [], periodMs: 10 };

const board = loadBoard("nrf52840-dk");
const asked = Math.trunc(Number(process.argv[2] ?? DEFAULT_RUNS));
for (let run = 1; run <= Math.max(1, asked || DEFAULT_RUNS); run++) {
  const before = process.cpuUsage();
  const { sizes } = sizesFor(SUBJECT, board, "int8", { budgetMw: 1, maxHidden: 280 });
  const { user, system } = process.cpuUsage(before);
  const ms = ((user + system) / 1000).toFixed(0);
  process.stdout.write(`run ${run}: ${sizes.length} sizes, ${ms} ms of processor time\n`);
}
