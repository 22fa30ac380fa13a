import { describe, expect, it } from "vitest";
import { sparkline } from "../../host/report/sparkline.ts";
import { showsUtf8 } from "../../host/workflow/context.ts";

describe("a sparkline", () => {
  it("has one of eight steps a value, the least at the bottom, the largest at the top", () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe("▁▂▃▄▅▆▇█");
    expect(sparkline([7, 0])).toBe("█▁");
    expect(sparkline([-1e9, 1e9])).toBe("▁█");
  });

  it("keeps one slow frame among a thousand", () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index === 613 ? 90 : 10));
    const line = sparkline(values, 20);
    expect(line).toHaveLength(20);
    // Frame 613 of 1000 is in the thirteenth twentieth.
    expect(line.indexOf("█")).toBe(12);
    expect(line.replace("█", "▁")).toBe("▁".repeat(20));
  });

  it("is a line at the bottom for equal values, and nothing for none or for what is no number", () => {
    expect(sparkline([5, 5, 5])).toBe("▁▁▁");
    expect(sparkline([])).toBe("");
    expect(sparkline([1, Number.NaN])).toBe("");
    expect(sparkline([1, Number.POSITIVE_INFINITY])).toBe("");
  });
});

describe("a terminal shows UTF-8", () => {
  it("by the locale that POSIX ranks first, but not a dumb one", () => {
    expect(showsUtf8({ LANG: "de_DE.UTF-8" }, "linux")).toBe(true);
    expect(showsUtf8({ LC_CTYPE: "C.utf8" }, "darwin")).toBe(true);
    expect(showsUtf8({ LC_ALL: "C", LANG: "en_US.UTF-8" }, "linux")).toBe(false);
    expect(showsUtf8({}, "linux")).toBe(false);
    expect(showsUtf8({ TERM: "dumb", LANG: "en_US.UTF-8" }, "linux")).toBe(false);
    expect(showsUtf8({}, "win32")).toBe(true);
  });
});
