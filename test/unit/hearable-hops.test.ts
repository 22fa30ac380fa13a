/** Recordings in hops and back, and what the program hearable refuses. */
import { describe, expect, it } from "vitest";
import type { Prepared } from "../../host/workflow/generate.ts";
import { bytesOfHop, hopOfBytes, hopsOf, samplesOf } from "../../host/workflow/hearable/hops.ts";
import { hearableStimulus } from "../../host/workflow/hearable/stimulus.ts";

const ramp = (length: number) => Int16Array.from({ length }, (_, n) => n + 1);

/** What a front end with unit gains gives: the same samples, so many later. */
function delayed(hops: readonly Int16Array[], delay: number): readonly Int16Array[] {
  const all = hops.flatMap((hop) => [...hop]);
  const late = [...Array<number>(delay).fill(0), ...all];
  return hops.map((hop, index) =>
    Int16Array.from(late.slice(index * hop.length, (index + 1) * hop.length)),
  );
}

describe("hops of a recording", () => {
  it("are whole, and silence behind the last brings it out", () => {
    const hops = hopsOf(ramp(5), 4, 4);
    expect(hops.map((hop) => [...hop])).toEqual([
      [1, 2, 3, 4],
      [5, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it.each([
    [5, 4, 4],
    [8, 4, 4],
    [1, 4, 4],
    [9, 4, 0],
    [9, 4, 6],
  ])("%i samples in hops of %i come back in time after a delay of %i", (length, hop, delay) => {
    const samples = ramp(length);
    const out = delayed(hopsOf(samples, hop, delay), delay);
    expect(samplesOf(out, length, delay)).toEqual(samples);
  });

  it("that are fewer than the recording leave silence", () => {
    expect(samplesOf([ramp(4)], 6, 4)).toEqual(new Int16Array(6));
    expect(samplesOf([ramp(4), ramp(4)], 6, 4)).toEqual(Int16Array.of(1, 2, 3, 4, 0, 0));
  });

  it("cross the wire little-endian", () => {
    const hop = Int16Array.of(0x0102, -2);
    expect([...bytesOfHop(hop)]).toEqual([2, 1, 0xfe, 0xff]);
    expect(hopOfBytes(bytesOfHop(hop))).toEqual(hop);
  });
});

describe("the program hearable", () => {
  it("takes no golden frames of the model", () => {
    expect(() => hearableStimulus({} as Prepared, { golden: "golden.json" })).toThrow(
      expect.objectContaining({ code: "TP-USE-165" }),
    );
  });
});
