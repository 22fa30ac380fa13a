import { describe, expect, it } from "vitest";
import { budgetsPicture } from "../../host/report/bars-svg.ts";
import { reportInput } from "../../host/report/report-input.ts";
import { linearScale, logScale } from "../../host/report/svg.ts";
import { levelWhisker, uprightWhisker } from "../../host/report/whisker-svg.ts";
import { facts } from "../golden/report/facts.ts";

describe("a whisker", () => {
  const x = linearScale([0, 100], [0, 200]);
  const y = logScale([1, 100], [200, 0]);

  it("joins the ends of the interval and closes each with a cap", () => {
    // 10 and 30 of 100 on 200 px are 20 and 60 px.
    expect(levelWhisker([10, 30], 50, x)).toContain('d="M20 50H60M20 46v8M60 46v8"');
    // 1 and 10 of two decades on 200 px, upwards: 200 and 100 px.
    expect(uprightWhisker([1, 10], 7, y)).toContain('d="M7 200V100M3 200h8M3 100h8"');
  });

  it("stays inside the axis", () => {
    expect(levelWhisker([-50, 400], 5, x)).toContain("M0 5H200");
    expect(uprightWhisker([0, 1e9], 5, y)).toContain("M5 200V0");
  });

  it("is not drawn without an interval, for one too narrow to see, or one that is no number", () => {
    expect(levelWhisker(undefined, 5, x)).toBe("");
    expect(levelWhisker([50, 50.5], 5, x)).toBe("");
    expect(uprightWhisker([Number.NaN, 5], 5, y)).toBe("");
  });

  it("stands on a budget's bar, which then makes room for it", () => {
    const [budget] = reportInput(facts).document.budgets ?? [];
    if (budget?.value == null) throw new Error("the fixture has budgets");
    const value = { ...budget.value, value: 8, interval: [6, 20] as const };
    const { body } = budgetsPicture([{ ...budget, limit: { ...budget.limit, value: 10 }, value }]);
    // The axis ends at 20 x 1.1 = 22 over 620 px from 120: 6 is at 289.1, 20 at 683.6.
    expect(body).toContain("M289.1 34H683.6");
  });
});
