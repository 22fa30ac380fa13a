/** The analyzer as another project takes it: by name, without Node's types, checked strictly and run. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT } from "./cli.ts";

const CONSUMER = join("test", "fixtures", "analyze-consumer");

function node(args: readonly string[]) {
  return spawnSync(process.execPath, args, { cwd: PROJECT, encoding: "utf8" });
}

test("type-checks in a project without Node's types", () => {
  const checked = node(["node_modules/typescript/bin/tsc", "-p", CONSUMER]);
  expect(checked.stdout + checked.stderr).toBe("");
  expect(checked.status).toBe(0);
});

test("computes there what it computes here", () => {
  // 1e9 op in 1 ms are 1e12 op/s: half of a peak of 2e12.
  const program = `
    import { compareWith, shareOfPeak } from "./${CONSUMER.replaceAll("\\", "/")}/compare-machines.ts";
    const text = "machine,workload,time [ms],ops,bytes,peak compute [op/s],peak memory [byte/s],kind\\n" +
      "box,matmul,1,1e9,1e6,2e12,1e11,measured\\n";
    const document = compareWith(text, "h100");
    console.log(document.rows.length, shareOfPeak(document, "box-matmul"));
  `;
  const ran = node(["--import", "tsx", "--input-type=module", "--eval", program]);
  expect(ran.stderr).toBe("");
  expect(ran.stdout).toBe("2 0.5 1, modelled\n");
});
