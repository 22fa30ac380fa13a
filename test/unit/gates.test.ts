import { expect, it } from "vitest";
import { toCanonicalGates, toCanonicalGruGates } from "../../codegen/model/gates.ts";

it("brings every format's blocks into the order input, forget, cell, output", () => {
  // Two rows a gate, labelled 1 input, 2 forget, 3 cell, 4 output.
  const canonical = Float64Array.of(1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5);
  expect(toCanonicalGates(Float64Array.of(1, 1.5, 4, 4.5, 2, 2.5, 3, 3.5), "onnx")).toEqual(
    canonical,
  );
  expect(toCanonicalGates(canonical, "keras")).toEqual(canonical);
  expect(toCanonicalGates(canonical, "pytorch")).toEqual(canonical);
});

it("brings every format's GRU blocks into the order update, reset, candidate", () => {
  // Two rows a gate, labelled 1 update, 2 reset, 3 candidate.
  const canonical = Float64Array.of(1, 1.5, 2, 2.5, 3, 3.5);
  expect(toCanonicalGruGates(canonical, "onnx")).toEqual(canonical);
  expect(toCanonicalGruGates(canonical, "keras")).toEqual(canonical);
  expect(toCanonicalGruGates(Float64Array.of(2, 2.5, 1, 1.5, 3, 3.5), "pytorch")).toEqual(
    canonical,
  );
});

it("refuses what cannot be gates of equal length", () => {
  expect(() => toCanonicalGates(new Float64Array(6), "onnx")).toThrow(RangeError);
  expect(() => toCanonicalGruGates(new Float64Array(8), "onnx")).toThrow(RangeError);
});
