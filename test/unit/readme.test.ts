/** The README's tables are written from the files they describe (npm run readme). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_DIR } from "../../host/workflow/paths.ts";
import { replaceBlock } from "../../scripts/replace-block.ts";
import { boardsBlock } from "../../scripts/write-readme.ts";

const readme = readFileSync(join(PROJECT_DIR, "README.md"), "utf8");

test("the board table is the board files'", () => {
  expect(replaceBlock(readme, "boards", boardsBlock())).toBe(readme);
});

test("a block is replaced between its markers, and nowhere else", () => {
  const text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
  expect(replaceBlock(text, "x", "new")).toBe("a\n<!-- x:begin -->\nnew\n<!-- x:end -->\nb\n");
  expect(() => replaceBlock(text, "y", "new")).toThrow(/no block y/);
});
