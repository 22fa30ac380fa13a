/** A challenge's document and its three reports, from runs whose numbers are made up here. */
import { describe, expect, test } from "vitest";
import type { ChallengeFacts } from "../../host/analyze/challenge/document.ts";
import { challengeDocument, trialsOf } from "../../host/analyze/challenge/document.ts";
import { formatResult } from "../../host/analyze/challenge/formats.ts";
import type { Measurement, Outcome } from "../../host/analyze/challenge/measurement.ts";
import { outcomeOf } from "../../host/analyze/challenge/measurement.ts";
import { prove } from "../../host/analyze/challenge/proof.ts";
import { scalingOf } from "../../host/analyze/challenge/scaling.ts";
import type { Variant } from "../../host/analyze/challenge/variant.ts";
import { naive } from "../../host/analyze/challenge/variant.ts";
import type { FrameCounts, RunFacts } from "../../host/analyze/facts.ts";
import { challengeHtml } from "../../host/report/challenge-html.ts";
import { challengeMarkdown } from "../../host/report/challenge-markdown.ts";
import { challengeText } from "../../host/report/challenge-text.ts";
import { facts, frame } from "../golden/report/facts.ts";

const START = naive("Os");
const FINAL: Variant = { ...START, kernel: "native" };
const WARM_UP = 1;

/** A run without a rated board, so that no memory adds to its cycles. */
function runOf(cycles: number | null, changes: Partial<RunFacts> = {}): RunFacts {
  const counts = (of: number | null): FrameCounts => ({ ...frame(0), cycles: of });
  const frames = [counts(9e9), counts(cycles), counts(cycles)];
  const board = { ...facts.board, emulated: true };
  return { ...facts, board, as: null, deviceCycles: null, frames, ...changes };
}

const measured = (variant: Variant, cycles: number): Measurement =>
  outcomeOf(variant, runOf(cycles), WARM_UP) as Measurement;

function challengeFacts(finalCycles: number, excluded: readonly Outcome[] = []): ChallengeFacts {
  const before = measured(START, 1000);
  const after = measured(FINAL, finalCycles);
  const change = "portable C to native kernel";
  return {
    model: { name: "toy", digest: "0123456789abcdef", macs: 100 },
    board: "qemu-m4",
    as: null,
    format: "int8",
    warmUpFrames: WARM_UP,
    system: [{ name: "core", text: "one | <two>", source: "a file" }],
    baseline: trialsOf(before, [before, before]),
    optimised: trialsOf(after, [after]),
    steps: [{ change, from: START, to: FINAL, before: 1000, after: finalCycles }],
    outcomes: [before, after, ...excluded],
    proof: prove({
      baselinePacked: 0,
      functions: [{ name: "toy_rows", mnemonics: { smlad: 2 } }],
      excerpt: ["  136:  smlad   r5, r2, ip, r5"],
      execution: { frames: 1, packed: { smlad: 50 }, multiplyAccumulates: null },
      pluginMultiplyAccumulates: 50,
      paddedMacs: 100,
    }),
    formats: [formatResult("int8", { weightBytes: 10, stateBytes: 4 }, before, after)],
    absentCounters: [{ name: "cache misses", why: "it has no cache", command: null }],
    hostCounters: [{ name: "cycles", value: null, why: "none here" }],
    scaling: {
      host: scalingOf([{ threads: 1, pinned: true, seconds: [1] }], 10, "by hand"),
      absent: [{ name: "both cores of esp32", why: "no board", command: "pioneer boards" }],
    },
  };
}

describe("what counts", () => {
  test("the median of the frames after the warm-up", () => {
    const { counters, frames } = measured(START, 1000);
    expect(frames).toBe(2);
    expect(counters.cycles).toMatchObject({ value: 1000, kind: "modelled" });
    expect(counters.cost).toBe(counters.cycles);
    expect(counters.ipc?.value).toBe(counters.instructions.value / 1000);
  });

  test("instructions are the cost where nothing charges cycles", () => {
    const { counters } = outcomeOf(START, runOf(null), WARM_UP) as Measurement;
    expect(counters).toMatchObject({ cycles: null, ipc: null });
    expect(counters.cost).toBe(counters.instructions);
  });

  test("a build whose bits differ is excluded and says so", () => {
    const verify = { bitExact: false, mismatches: 3, comparedValues: 64, maxFloatError: null };
    const outcome = outcomeOf(FINAL, runOf(10, { verify }), WARM_UP);
    expect(outcome).toMatchObject({
      state: "excluded",
      why: "3 of 64 values differ from the integer twin",
    });
    const document = challengeDocument(challengeFacts(500, [outcome]));
    expect(document.rows).toHaveLength(3);
    expect(challengeText(document, false)).toContain("3 of 64 values differ");
    expect(outcomeOf(FINAL, runOf(10, { verify: null }), WARM_UP).state).toBe("excluded");
    expect(outcomeOf(FINAL, runOf(10, { frames: [] }), WARM_UP).state).toBe("excluded");
  });
});

describe("the document", () => {
  test("half the cycles meet the goal; 29 % less do not", () => {
    const { verdict, ablation, log, table } = challengeDocument(challengeFacts(500));
    expect(verdict).toMatchObject({ met: true, improvement: 0.5, speedUp: 2 });
    expect(log[0]).toMatchObject({ variant: "Os-native", cumulative: { speedUp: 2 } });
    // Without its only optimisation the final build is the baseline: twice the cycles.
    expect(ablation).toMatchObject([{ variant: "Os-portable", cost: 1000, loss: 1 }]);
    const cycles = table.find(({ name }) => name === "cycles");
    expect(cycles?.improvement).toMatchObject({ value: 0.5, kind: "modelled" });
    expect(challengeDocument(challengeFacts(710)).verdict.met).toBe(false);
  });

  test("trials that differ are told apart from exact ones", () => {
    const [one, other] = [measured(START, 1000), measured(START, 1001)];
    expect(trialsOf(one, [one, one])).toMatchObject({ repeatExactly: true, costs: [1000, 1000] });
    expect(trialsOf(one, [one, other]).repeatExactly).toBe(false);
  });

  test("it is one JSON document, and says what is absent and why", () => {
    const document = challengeDocument(challengeFacts(500));
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document).toMatchObject({ schema: 1, scaling: { absent: [{ why: "no board" }] } });
  });
});

describe("the reports", () => {
  const document = challengeDocument(challengeFacts(500));

  test("every one has the verdict, the log, the proof and what is absent", () => {
    for (const text of [
      challengeText(document, false),
      challengeMarkdown(document),
      challengeHtml(document),
    ]) {
      for (const words of ["the goal of 30 %", "portable C to native kernel", "smlad", "esp32"]) {
        expect(text).toContain(words);
      }
    }
  });

  test("foreign text breaks neither table nor page, and colour only where asked", () => {
    expect(challengeMarkdown(document)).toContain("one \\| &lt;two>");
    expect(challengeHtml(document)).toContain("one | &#60;two&#62;");
    expect(challengeText(document, false)).not.toContain("\u001b");
    expect(challengeText(document, true)).toContain("\u001b[1m");
  });
});
