import { describe, expect, test } from "vitest";
import { LabelSpace, spread } from "../../host/report/label-space.ts";

describe("labels beside points", () => {
  test("of one point stand apart, inside the plot", () => {
    const space = new LabelSpace(0, 400, 0, 300);
    const places = Array.from({ length: 6 }, () => space.place(200, 150, "name"));
    expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(6);
  });

  test("keep off marks, and off the right edge", () => {
    const space = new LabelSpace(0, 100, 0, 100);
    expect(space.place(90, 50, "kernel").anchor).toBe("end");
    space.mark(20, 39, 6);
    expect(space.place(20, 50, "a", { above: true }).y).toBeLessThan(39);
  });

  test("are left out where there is no room for all", () => {
    const space = new LabelSpace(0, 60, 0, 30);
    const placed = Array.from({ length: 20 }, () => space.placeIfFree(30, 15, "abc"));
    expect(placed).toContain(null);
    expect(space.place(30, 15, "abc")).toMatchObject({ anchor: expect.any(String) });
  });
});

describe("a column of labels", () => {
  test("stays where there is room, and is pushed apart where not", () => {
    expect(spread([10, 100], 20, 0, 200)).toEqual([10, 100]);
    expect(spread([10, 12, 14], 20, 0, 200)).toEqual([10, 30, 50]);
  });

  test("keeps the order of its input and ends at the bottom", () => {
    expect(spread([198, 199, 5], 20, 0, 200)).toEqual([180, 200, 5]);
    expect(spread([], 20, 0, 200)).toEqual([]);
  });
});
