/**
 * Writes docs/formulas.md from the formulas' own definitions.
 *   npx tsx scripts/write-formulas.ts
 * What the page says is left to host/report/formulas.ts.
 */
import { join } from "node:path";
import { THEMES } from "../host/analyze/formulas/index.ts";
import { formulaPage } from "../host/report/formulas.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { PROJECT_DIR } from "../host/workflow/paths.ts";

writeFileWhole(join(PROJECT_DIR, "docs", "formulas.md"), formulaPage(THEMES));
