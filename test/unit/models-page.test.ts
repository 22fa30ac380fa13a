/** docs/models.md: its tables are the importers' own, and its programs write what is read. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inspectModel } from "../../host/workflow/inspect.ts";
import { PROJECT_DIR } from "../../host/workflow/paths.ts";
import { PAGE, pageWithOperators } from "../../scripts/write-models.ts";

const page = readFileSync(PAGE, "utf8");
/** Another interpreter may be named, one with other frameworks. */
const PYTHON = process.env.PIONEER_MODELS_PYTHON ?? join(PROJECT_DIR, ".pioneer/models/bin/python");
const hasPython = existsSync(PYTHON);
if (!hasPython) {
  console.warn("programs of docs/models.md are not run: scripts/run-model-snippets.py --install");
}

test("the table of operators is what the importers know (npm run models)", () => {
  expect(pageWithOperators(page)).toBe(page);
});

test.skipIf(!hasPython)("its programs write models without a gap", { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-snippets-"));
  try {
    const script = join(PROJECT_DIR, "scripts/run-model-snippets.py");
    const run = spawnSync(PYTHON, [script, folder], { encoding: "utf8" });
    console.log(run.stdout);
    expect(run.status, run.stderr).toBe(0);
    // Weights may lie in files beside a model, and TensorFlow's export is a folder.
    const files = readdirSync(folder).filter((file) => /\.(onnx|keras|tflite)$/.test(file));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { unsupported, model } = inspectModel(join(folder, file));
      expect([file, unsupported]).toEqual([file, []]);
      expect([model.inputSize, model.outputSize]).toEqual([32, 32]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
