/**
 * `pioneer gate` on an emulated board: the run is exact; a budget in milliseconds that nobody can judge there fails, and so
 * does a baseline without a recording of the board.
 * A gate that passes is run by .ci/run.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createContext } from "../../host/workflow/context.ts";
import { gate } from "../../host/workflow/gate/gate.ts";
import { freshFolder, missingFor } from "./device.ts";

const missing = missingFor("qemu-m0");

test.skipIf(missing.length > 0)(
  "a budget that is not judged, and a baseline that is not there, fail",
  async () => {
    const out = freshFolder();
    const summary = join(out, "job.md");
    const context = createContext({ quiet: true, signal: new AbortController().signal });
    let printed: unknown;
    const own = {
      ...context,
      print(document: unknown) {
        printed = document;
      },
    };
    const options = { boards: "qemu-m0", frames: 1, budgetMs: 10, out, summary };
    expect(await gate(own, { ...options, baseline: join(out, "none") }, "hearable")).toBe(1);
    expect(printed).toMatchObject({
      schema: 1,
      passed: false,
      rows: [
        {
          ...{ board: "qemu-m0", as: null, status: 1, comparison: null },
          document: { verify: { bitExact: true }, instructions: { kind: "counted" } },
          error: expect.stringMatching(
            /^no baseline: .*qemu-m0\.tpcap is not there; a budget is not judged: qemu-m0 is emulated/,
          ),
        },
      ],
    });
    const text = readFileSync(summary, "utf8");
    expect(text).toContain("## hearable: 1 of 1 boards fail");
    expect(text).toMatch(/\| qemu-m0 \| bit-exact \| [\d.]+ # \| [\d.]+ ≈ \|/);
    expect(text).toContain("```text");
  },
);
