/** Every function of `tiny-pioneer/analyze` on numbers that nobody expects: a coded error or a result without NaN. */
import { describe, expect, it } from "vitest";
import * as analyze from "../../host/analyze/index.ts";
import { CALLS, KEPT } from "./analyze-calls.ts";
import { hostile, nanIn, seededDraws } from "./hostile-numbers.ts";

const TRIES = 40;
/** Takes kinds, no numbers. */
const WITHOUT_NUMBERS = ["weakest"];

const functions = Object.entries(analyze).filter(
  ([, value]) => typeof value === "function" && !/^class /.test(String(value)),
);
type Call = (...args: readonly unknown[]) => unknown;

/** What is wrong with the outcome of a call; null when nothing is. */
async function complaint(call: Call, args: readonly unknown[]): Promise<string | null> {
  try {
    return nanIn(await call(...args));
  } catch (error) {
    return error instanceof analyze.AnalysisError ? null : String((error as Error).stack);
  }
}

describe("what another project calls", () => {
  it("has a sound call here for every exported function", () => {
    const names = functions.map(([name]) => name).filter((name) => !WITHOUT_NUMBERS.includes(name));
    expect(names.sort()).toEqual(Object.keys(CALLS).sort());
  });

  it.each(functions.filter(([name]) => name in CALLS))("%s", async (name, call) => {
    const args = CALLS[name as keyof typeof CALLS] as readonly unknown[];
    expect(nanIn(await (call as Call)(...args))).toBeNull();
    const draw = seededDraws(name.length);
    for (let round = 0; round < TRIES; round++) {
      const changed = hostile(args, draw, KEPT);
      if (changed === null) continue;
      const wrong = await complaint(call as Call, changed);
      if (wrong !== null) expect.fail(`${wrong}\nwith ${JSON.stringify(changed).slice(0, 600)}`);
    }
  });
});
