/**
 * Writes docs/boards/ID.md, a page a real board, and docs/troubleshooting.md.
 *   npx tsx scripts/write-boards.ts
 * What stands in them is left to boards/page.ts and boards/troubleshooting.ts; the numbers are `pioneer size`'s.
 */
import { join } from "node:path";
import { listBoards, type RealBoard } from "../codegen/index.ts";
import { createContext } from "../host/workflow/context.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { PROJECT_DIR } from "../host/workflow/paths.ts";
import { size } from "../host/workflow/size/size.ts";
import { boardPage, type Expected } from "./boards/page.ts";
import { troubleshootingPage } from "./boards/troubleshooting.ts";

const DOCS = join(PROJECT_DIR, "docs");
const MODEL = "hearable";
/** The shipped model's own size. */
const HIDDEN = 64;

/** The model at its own size, as `pioneer size` foretells it on the board. */
async function expected(board: RealBoard): Promise<Expected> {
  const context = createContext({ json: true, quiet: true, signal: new AbortController().signal });
  let document: { readonly candidates: readonly Expected[]; readonly source: string } | undefined;
  const own = {
    ...context,
    print(printed: unknown) {
      document = printed as typeof document;
    },
  };
  await size(own, { board: board.id, minHidden: HIDDEN, maxHidden: HIDDEN }, MODEL);
  const [candidate] = document?.candidates ?? [];
  if (document === undefined || candidate === undefined) {
    throw new Error(`pioneer size says nothing of ${board.id}`);
  }
  return { ...candidate, source: document.source };
}

const real = listBoards().filter((board): board is RealBoard => board.kind === "real");
for (const board of real) {
  writeFileWhole(join(DOCS, "boards", `${board.id}.md`), boardPage(board, await expected(board)));
}
writeFileWhole(join(DOCS, "troubleshooting.md"), troubleshootingPage());
process.stderr.write(`${real.length} pages of boards and docs/troubleshooting.md written\n`);
