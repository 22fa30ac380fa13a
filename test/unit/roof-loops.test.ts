import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  EMPTY_LAPS,
  FAR_BYTES,
  LAPS,
  LOOP_SETS,
  loopSetOf,
  microbenchmarks,
  roofsOf,
} from "../../host/workflow/bench/roof-loops.ts";

const firmware = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../firmware/roofs/${name}`, import.meta.url)), "utf8");

const LOOPS = loopSetOf("cortex-m4")?.loops ?? [];

/** The empty loop takes 4 cycles a lap, every other `lap` more, and all 9 around it. */
const pass = (lap: number): number[] => [
  ...EMPTY_LAPS.map((laps) => laps * 4 + 9),
  ...LOOPS.map(({ laps }) => laps * (4 + lap) + 9),
];

describe("roofs", () => {
  it.each(LOOP_SETS)("name the loops of $file in their order", ({ file, digest, loops }) => {
    const text = firmware(file);
    const [, table = ""] = /loops\[\]\)\(void\) = \{([^}]*)\}/.exec(text) ?? [];
    const names = table.split(",").map((name) => name.trim().replaceAll("_", "-"));
    expect(names.filter((name) => name !== "")).toEqual([
      ...["empty", "empty-long"],
      ...loops.map(({ name }) => name),
    ]);
    expect(firmware("pioneer_model.h")).toContain(`MODEL_DIGEST "${digest}"`);
    expect(text).toContain(`LAPS_LOOP(name, buffer, "${LAPS}", body)`);
    if (loops.some(({ name }) => name === "interrupt")) {
      const laps = loops.find(({ name }) => name === "barriers")?.laps;
      expect(text).toContain(`LAPS_LOOP(quiet_laps, "0xE000ED04", "${laps}", PEND("0"))`);
      expect(text).toContain(`LAPS_LOOP(pending_laps, "0xE000ED04", "${laps}", PEND(`);
    }
    expect(text).toContain(`LAPS_LOOP(empty_long, "roofs_data", "${EMPTY_LAPS[1]}", "")`);
    for (const stride of [4, 8, 16, 32]) {
      expect(text).toContain(
        `FAR_LOOP(load_weights_${stride}, "roofs_far", "${FAR_BYTES / stride}", "${stride}")`,
      );
    }
    expect(firmware("roofs.c")).toContain(`FAR_WORDS = ${FAR_BYTES / 4} `);
  });

  it("are what a lap costs beyond the empty one", () => {
    const found = microbenchmarks(LOOPS, [pass(16), pass(18), pass(17)], "modelled", "a table");
    expect(found[0]).toMatchObject({
      name: "mac-int16",
      cyclesPerLap: { minimum: 16, median: 17, maximum: 18 },
      laps: 64,
      repeats: 3,
      kind: "modelled",
    });
    const roofs = roofsOf(LOOPS, microbenchmarks(LOOPS, [pass(16)], "measured", "a counter"), null);
    const roof = (name: string) => roofs.find((one) => one.name === name);
    // 16 SMLAD are 32 products; 16 words are 64 bytes; 16 branches and 8 calls a lap.
    expect(roof("macs.int16")).toMatchObject({ value: 2, unit: "MAC/cycle", kind: "measured" });
    expect(roof("read.data.stride4")).toMatchObject({ value: 4, unit: "byte/cycle" });
    expect(roof("branch.taken")).toMatchObject({ value: 1, unit: "cycle" });
    expect(roof("call")).toMatchObject({ value: 2, unit: "cycle" });
    expect(roof("call")).not.toHaveProperty("interval");
  });

  it("of an interrupt leave out what the same laps cost without one", () => {
    const costs = (interrupt: number) =>
      microbenchmarks(LOOPS, [pass(8)], "measured", "a counter").map((one) =>
        one.name === "interrupt"
          ? { ...one, cyclesPerLap: { ...one.cyclesPerLap, median: interrupt } }
          : one,
      );
    const roof = (interrupt: number) =>
      roofsOf(LOOPS, costs(interrupt), null).find(({ name }) => name === "interrupt");
    expect(roof(31)).toMatchObject({ value: 23, unit: "cycle" });
    // A core that cannot move its vectors took none.
    expect(roof(8)).toBeUndefined();
  });

  it("carry the interval of the rules, turned round for rates", () => {
    const at = (lap: number) => microbenchmarks(LOOPS, [pass(lap)], "modelled", "a table");
    const roofs = roofsOf(LOOPS, at(32), [at(16), at(64)]);
    expect(roofs[0]).toMatchObject({ name: "macs.int16", value: 1, interval: [0.5, 2] });
    expect(roofs.find(({ name }) => name === "call")).toMatchObject({ value: 4, interval: [2, 8] });
  });

  it("leave out a rate of a loop that took no time", () => {
    const roofs = roofsOf(LOOPS, microbenchmarks(LOOPS, [pass(0)], "modelled", "a table"), null);
    expect(roofs.map(({ name }) => name)).toEqual(["branch.taken", "branch.untaken", "call"]);
  });
});
