/**
 * Builds the shipped model's programs for every emulated board and number format, and holds the plugin's decoders against
 * objdump's text for every instruction of them:
 *   npx tsx test/decoders/firmware.ts [BOARD...]
 * Minutes of building, so it is no test; test/qemu/boards.test.ts holds two programs of every board.
 */
import { listBoards, loadBoard } from "../../codegen/index.ts";
import { APPS, buildFirmware } from "../../host/workflow/build.ts";
import { prepare, writePrepared } from "../../host/workflow/generate.ts";
import { compareFirmware } from "./compare.ts";
import { toolchainOf } from "./toolchain.ts";

const FORMATS = ["int8", "int16x8", "float32"] as const;

const asked = process.argv.slice(2);
const boards = listBoards().filter(
  ({ id, kind }) => kind === "emulated" && (asked.length === 0 || asked.includes(id)),
);
let files = 0;
let compared = 0;
let failures = 0;
for (const { id } of boards) {
  for (const format of FORMATS) {
    const prepared = prepare("hearable", { board: loadBoard(id).id, format });
    const modelDir = writePrepared(prepared);
    for (const app of APPS) {
      const { elf } = await buildFirmware({ board: id, app, modelDir, key: prepared.folder });
      const result = compareFirmware(elf, toolchainOf(id));
      files++;
      compared += result.compared;
      for (const text of result.unlisted)
        console.error(`${id} ${format} ${app}: no rule for ${text}`);
      for (const text of result.wrong) console.error(`${id} ${format} ${app}: ${text}`);
      failures += result.unlisted.length + result.wrong.length;
    }
  }
}
console.log(
  `${compared} instructions in ${files} programs of ${boards.length} boards: ${failures} differ`,
);
process.exitCode = failures === 0 ? 0 : 1;
