import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  LAPS,
  LOOPS,
  LOOPS_DIGEST,
  microbenchmarks,
  roofsOf,
} from "../../host/workflow/bench/roof-loops.ts";

const firmware = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../firmware/roofs/${name}`, import.meta.url)), "utf8");

/** The empty loop takes 4 cycles a lap, every other `lap` more, and all 9 around it. */
const pass = (lap: number): number[] => [0, ...LOOPS.map(() => lap)].map((n) => LAPS * (4 + n) + 9);

describe("roofs", () => {
  it("name the loops of the firmware in their order", () => {
    const [, table = ""] = /loops\[\]\)\(void\) = \{([^}]*)\}/.exec(firmware("roofs.c")) ?? [];
    const names = table.split(",").map((name) => name.trim().replaceAll("_", "-"));
    expect(names.filter((name) => name !== "")).toEqual([
      "empty",
      ...LOOPS.map(({ name }) => name),
    ]);
    expect(firmware("pioneer_model.h")).toContain(`MODEL_DIGEST "${LOOPS_DIGEST}"`);
    expect(firmware("roofs.c")).toContain(`mov.w r4, #${LAPS} `);
  });

  it("are what a lap costs beyond the empty one", () => {
    const found = microbenchmarks([pass(16), pass(18), pass(17)], "modelled", "a table");
    expect(found[0]).toMatchObject({
      name: "mac-int16",
      cyclesPerLap: { minimum: 16, median: 17, maximum: 18 },
      laps: 64,
      repeats: 3,
      kind: "modelled",
    });
    const roofs = roofsOf(microbenchmarks([pass(16)], "measured", "a counter"), null);
    const roof = (name: string) => roofs.find((one) => one.name === name);
    // 16 SMLAD are 32 products; 16 words are 64 bytes; 16 branches and 8 calls a lap.
    expect(roof("macs.int16")).toMatchObject({ value: 2, unit: "MAC/cycle", kind: "measured" });
    expect(roof("read.data.stride4")).toMatchObject({ value: 4, unit: "byte/cycle" });
    expect(roof("branch.taken")).toMatchObject({ value: 1, unit: "cycle" });
    expect(roof("call")).toMatchObject({ value: 2, unit: "cycle" });
    expect(roof("call")).not.toHaveProperty("interval");
  });

  it("carry the interval of the rules, turned round for rates", () => {
    const at = (lap: number) => microbenchmarks([pass(lap)], "modelled", "a table");
    const roofs = roofsOf(at(32), [at(16), at(64)]);
    expect(roofs[0]).toMatchObject({ name: "macs.int16", value: 1, interval: [0.5, 2] });
    expect(roofs.find(({ name }) => name === "call")).toMatchObject({ value: 4, interval: [2, 8] });
  });

  it("leave out a rate of a loop that took no time", () => {
    const roofs = roofsOf(microbenchmarks([pass(0)], "modelled", "a table"), null);
    expect(roofs.map(({ name }) => name)).toEqual(["branch.taken", "branch.untaken", "call"]);
  });
});
