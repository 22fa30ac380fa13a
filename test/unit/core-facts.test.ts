/**
 * Proves that every core with a timing table can be rated: its issue rate, its port and its number types are stated and
 * agree with the table. What the tables charge is left to plugin-arguments.test.ts.
 */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { coreFactsOf } from "../../host/analyze/core-facts.ts";
import { loadCoreTable } from "../../host/workflow/core-table.ts";

const CORES = readdirSync(new URL("../../boards/cores", import.meta.url))
  .filter((name) => name !== "core.schema.json")
  .map((name) => name.replace(".json", ""));

describe("coreFactsOf", () => {
  test.each(CORES)("%s is rated as its table says", (id) => {
    const { issueWidth, rules } = loadCoreTable(id);
    const facts = coreFactsOf(id);
    // A second instruction that must be a branch raises no roof.
    const pairs = rules.pairAny === undefined || rules.pairAny.value === 0;
    expect(facts?.issue.value).toBe(pairs ? issueWidth.value : 1);
    // A word an instruction; a vector of 16 bytes takes as many cycles as it has beats.
    const beats = rules.vectorBeats?.value;
    expect(facts?.port.value).toBe(beats ? 16 / beats : 4 * (facts?.issue.value ?? 0));
    expect(facts?.compute.map(({ name }) => name)).toEqual(
      rules.fpuMac || rules.fpu ? ["32-bit MAC", "float32 MAC"] : ["32-bit MAC"],
    );
  });

  test.each(["cortex-m99", "constructor"])("nothing is known of %s", (id) => {
    expect(coreFactsOf(id)).toBeUndefined();
  });
});
