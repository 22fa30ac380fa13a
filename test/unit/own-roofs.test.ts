/** A board's own roofs in the analyzer's place of stated ones, by hand. */
import { describe, expect, test } from "vitest";
import { loadBoard, type MeasuredBoard } from "../../codegen/index.ts";
import { quantityOf } from "../../host/analyze/facts.ts";
import { knownBoard } from "../../host/workflow/known-board.ts";

const roof = (name: string, value: number, kind: "measured" | "modelled") => ({
  ...{ name, value, kind, source: "a loop", interval: [value / 2, value] as const },
  unit: name.startsWith("macs") ? "MAC/cycle" : "byte/cycle",
});

function report(board: string, kind: "measured" | "modelled"): MeasuredBoard {
  return {
    schema: 1,
    board,
    firmware: { compiler: "GCC", flags: "", clockHz: null, counter: "one" },
    microbenchmarks: [],
    roofs: [
      roof("macs.int16", 1.9, kind),
      roof("read.data.stride4", 3.5, kind),
      roof("read.data.multiple", 3.75, kind),
      roof("read.weights.stride4", 1.25, kind),
    ],
    parameters: [],
  };
}

describe("a board's own roofs", () => {
  const own = knownBoard(loadBoard("nucleo-l476rg"), report("nucleo-l476rg", "measured"));
  const stated = knownBoard(loadBoard("nucleo-l476rg"), null);
  const memory = (name: string) => own.memories.find((one) => one.name === name)?.bytesPerCycle;

  test("replace stated ones, and say what", () => {
    const peak = quantityOf((own.computeRoofs[0] as (typeof own.computeRoofs)[0]).macsPerCycle);
    expect(peak).toMatchObject({ value: 1.9, kind: "measured", interval: [0.95, 1.9] });
    expect(peak.source).toContain("in place of 2 by ");
    expect(memory("flash")).toMatchObject({ value: 1.25, confidence: "measured" });
  });

  test("take the fastest way of reading for the core's port", () => {
    expect(memory("load/store port")?.value).toBe(3.75);
  });

  test("leave alone what no loop stands for", () => {
    expect(own.computeRoofs[1]).toEqual(stated.computeRoofs[1]);
    expect(own.weightWaits).toEqual(stated.weightWaits);
  });

  test("of an emulated board are modelled, and say so", () => {
    const facts = knownBoard(loadBoard("qemu-m7"), report("qemu-m7", "modelled"));
    const peak = quantityOf((facts.computeRoofs[0] as (typeof facts.computeRoofs)[0]).macsPerCycle);
    expect(peak.kind).toBe("modelled");
  });

  test("without a report are none", () => {
    expect(stated.computeRoofs[0]?.macsPerCycle.value).toBe(2);
  });
});
