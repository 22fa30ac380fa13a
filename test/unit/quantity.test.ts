import { expect, test } from "vitest";
import { boardFactsOf } from "../../host/analyze/board-facts.ts";
import { quantityOf } from "../../host/analyze/facts.ts";
import {
  counted,
  derive,
  measured,
  modelled,
  stated,
  weakest,
} from "../../host/analyze/quantity.ts";

test("a computed value is as weak as its weakest part", () => {
  expect(weakest("counted", "counted")).toBe("counted");
  expect(weakest("counted", "measured")).toBe("measured");
  expect(weakest("measured", "modelled")).toBe("modelled");
  expect(weakest("stated", "stated")).toBe("stated");
  expect(weakest("counted", "stated")).toBe("modelled");
  expect(weakest("modelled", "stated")).toBe("modelled");
});

test("a value that is not finite is refused with its unit and source", () => {
  for (const make of [measured, counted, modelled, stated]) {
    expect(() => make(Number.NaN, "ms", "a clock")).toThrow(
      /\[ms\] from a clock is NaN \[TP-USE-242\]/,
    );
    expect(() => make(Number.POSITIVE_INFINITY, "ms", "a clock")).toThrow(RangeError);
  }
});

test("a value computed from a simulated one is simulated", () => {
  const simulated = { ...measured(2, "mA", "simulated PPK2"), simulated: true as const };
  expect(derive(6, "mW", "V x I", [simulated, stated(3, "V", "data sheet")])).toEqual({
    value: 6,
    unit: "mW",
    kind: "modelled",
    source: "V x I",
    simulated: true,
  });
  expect(derive(1, "1", "a / b", [counted(1, "byte", "x")])).not.toHaveProperty("simulated");
});

test("what was recalled says so, and what a board measured is measured", () => {
  const value = { value: 64, unit: "MHz", source: "data sheet" };
  expect(quantityOf({ ...value, confidence: "S" })).toEqual(stated(64, "MHz", "data sheet"));
  expect(quantityOf({ ...value, confidence: "M" }).source).toBe("data sheet (unverified)");
  expect(quantityOf({ ...value, confidence: "measured" }).kind).toBe("measured");
  expect(quantityOf({ ...value, confidence: "S", interval: [60, 66] }).interval).toEqual([60, 66]);
});

test("a board file becomes facts: weights' memory, core's port, then every other memory it states", () => {
  const value = (number: number, unit: string) =>
    ({ value: number, unit, source: "sheet", confidence: "S" }) as const;
  const memory = (name: string, role: "flash" | "ram", bytes: number, rate: number) => ({
    name,
    role,
    bytes: value(bytes, "byte"),
    readBytesPerCycle: value(rate, "byte/cycle"),
  });
  const facts = boardFactsOf({
    id: "b",
    name: "B",
    kind: "emulated",
    core: "cortex-m4",
    clockHz: null,
    memories: [
      memory("flash", "flash", 1000, 1.5),
      memory("ram", "ram", 10, 4),
      memory("ram2", "ram", 20, 4),
    ],
    weights: { memory: "flash" },
    peak: {
      macsPerCycle: value(2, "MAC/cycle"),
      packedInt8MacsPerCycle: value(1.3, "MAC/cycle"),
    },
    power: null,
  });
  expect(facts.emulated).toBe(true);
  expect(facts.activeCurrent).toBeNull();
  expect(facts.memories.map(({ name, traffic }) => [name, traffic])).toEqual([
    ["flash", "weights"],
    ["load/store port", "core"],
    ["ram", "data"],
    ["ram2", "other"],
  ]);
  expect(facts.ramBytes?.value).toBe(20);
  expect(facts.computeRoofs[0]?.macsPerCycle.value).toBe(2);
});
