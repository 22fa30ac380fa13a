import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Core, loadBoard } from "../../codegen/board.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { targetOf } from "../../codegen/plan/target.ts";
import { INTEGER_FORMATS } from "../../codegen/quantize/params.ts";
import { footprintOfShape } from "../../codegen/size/footprint.ts";
import { leastSquares } from "../../codegen/size/least-squares.ts";
import { type NetworkShape, resized, shapeOf } from "../../codegen/size/network.ts";
import { createPredictor } from "../../codegen/size/predict.ts";
import {
  costingOf,
  costOf,
  countedCore,
  rulesDigests,
  stepCosts,
} from "../../codegen/size/step-costs.ts";
import { termsOf } from "../../codegen/size/terms.ts";
import type { Quality } from "../../host/analyze/sizing/candidate.ts";
import { decoderOf } from "../../host/workflow/core-table.ts";
import { MODELS_DIR } from "../../host/workflow/paths.ts";
import { pluginDigest, pluginSources } from "../../host/workflow/plugin-sources.ts";
import { sizesFor } from "../../host/workflow/size/size.ts";
import { type Subject, subjectOf } from "../../host/workflow/size/subject.ts";

const CORES: readonly Core[] = [
  "cortex-m4",
  "cortex-m7",
  "cortex-m33",
  "cortex-m55",
  "cortex-m0plus",
  "rv32imc",
  "xtensa-mac16",
  "xtensa-lx106",
];

/** Has a timing table, for published numbers, and no board. */
const TABLE_ALONE = "cortex-m0" as Core;

const { model } = loadModel("hearable", { modelsDir: MODELS_DIR });
const SUBJECT: Subject = {
  name: "hearable",
  shape: shapeOf(model),
  own: [64],
  trained: [],
  periodMs: 10,
};

const STACK: NetworkShape = {
  inputSize: 32,
  layers: [
    { kind: "lstm", inputSize: 32, hiddenSize: 64 },
    { kind: "lstm", inputSize: 64, hiddenSize: 64 },
  ],
};

describe.each(CORES)("the counted steps of %s", (core) => {
  test("were charged by the rules that the core's table has now", () => {
    expect(countedCore(core)?.rulesDigest).toBe(rulesDigests(core)?.rulesDigest);
    expect(countedCore(core)?.boundsDigest).toBe(rulesDigests(core)?.boundsDigest);
  });

  test("were counted by the plugin as it is now", async () => {
    const decoder = decoderOf(core);
    if (decoder === null) throw new Error(`${core} is not decoded`);
    expect(countedCore(core)?.pluginDigest).toBe(pluginDigest(await pluginSources(), decoder));
  });

  test.each(INTEGER_FORMATS.filter((format) => countedCore(core)?.formats[format]))(
    "lie within 1 % of what their loops cost together in %s",
    (format) => {
      const costs = stepCosts(core, format);
      expect(costs?.worstError).toBeLessThan(0.01);
      expect(costs?.of.cycles.columns).toBeGreaterThan(0);
    },
  );

  test("int8 is one of their formats", () => {
    expect(countedCore(core)?.formats.int8?.steps.length).toBeGreaterThan(0);
  });
});

/** What the kernels' own regression test counts; the costs were fitted to none of these sizes. */
const COUNTS = JSON.parse(
  readFileSync(new URL("../qemu/kernel-counts.json", import.meta.url), "utf8"),
) as readonly {
  readonly board: string;
  readonly kernel: "lstm" | "gru";
  readonly format: string;
  readonly storage: string;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly instructions: number;
}[];

/**
 * What QEMU counted of the shipped model, median of 8 frames: pioneer run hearable --board BOARD --app speed --format
 * int8,LAYER=int4. No costs were fitted to programs of two formats.
 */
test.each([
  ["qemu-m4", 0, 37_851, 43_278],
  ["qemu-m4", 1, 30_918, 38_809],
  ["qemu-m33", 0, 34_652, 41_893],
  ["qemu-m33", 1, 29_127, 38_387],
  ["qemu-m0", 0, 122_686, 143_664],
  ["qemu-m0", 1, 109_587, 126_478],
] as const)(
  "on %s bits by layer, layer %i of 4, are foretold within 2 %%",
  (id, layer, instructions, cycles) => {
    const told = createPredictor(loadBoard(id), "int8", [layer]).of(shapeOf(model));
    expect(Math.abs((told.instructions ?? Number.NaN) / instructions - 1)).toBeLessThan(0.02);
    expect(Math.abs((told.cycles?.value ?? Number.NaN) / cycles - 1)).toBeLessThan(0.02);
  },
);

test("of two formats the one that was not counted is missing", () => {
  const { missing, of } = createPredictor(loadBoard("qemu-m55"), "int8", [0]);
  const has = countedCore("cortex-m55")?.formats.int4 !== undefined;
  expect(missing === null).toBe(has);
  expect(of(shapeOf(model)).cycles === null).toBe(!has);
  expect(createPredictor(loadBoard("qemu-m55"), "int8").missing).toBeNull();
});

/** Boards at least, whose steps were counted in that format. */
test.each([
  ["int8", 7],
  ["int16x8", 3],
  ["int4", 1],
] as const)(
  "instructions of %s are foretold within 3 % of what the kernels of now take",
  (format, boards) => {
    const rows = COUNTS.filter((row) => row.format === format && row.storage === "narrow");
    const errors = rows.flatMap(({ board, kernel, inputSize, hiddenSize, instructions }) => {
      const { of } = createPredictor(loadBoard(board), format);
      const layer = {
        kind: kernel,
        inputSize,
        hiddenSize,
        ...(kernel === "gru" ? { resetAfter: true } : {}),
      };
      const told = of({ inputSize, layers: [layer] }).instructions;
      return told === null ? [] : [{ board, kernel, hiddenSize, error: told / instructions - 1 }];
    });
    expect(new Set(errors.map(({ board }) => board)).size).toBeGreaterThanOrEqual(boards);
    expect(errors.filter(({ error }) => Math.abs(error) > 0.03)).toEqual([]);
  },
);

describe("predictions", () => {
  test("a core whose steps nobody counted has no cycles, and says how to count them", () => {
    const { missing, of } = createPredictor(
      { ...loadBoard("rpipico"), core: TABLE_ALONE },
      "int16x8",
    );
    expect(missing).toBe(
      "no steps of cortex-m0 were counted in int16x8: npx tsx scripts/write-step-costs.ts --boards qemu-m0 --formats int16x8",
    );
    expect(of(SUBJECT.shape).cycles).toBeNull();
  });

  test("waits for weights are those of the memory: two for each word on the nRF52840", () => {
    const own = createPredictor(loadBoard("nrf52840-dk"), "int8").of(SUBJECT.shape);
    const none = createPredictor(loadBoard("qemu-m4"), "int8").of(SUBJECT.shape);
    // LSTM: 32 blocks of 832 B; dense: 4 blocks of 8 * 64 + 64 B. 64 units read 5 rows of tables, 32 outputs one.
    const words = (32 * 832 + 4 * 576) / 4 + 64 * 5 + 32;
    const { value = 0, stalls = 0, codeStalls = 0 } = own.cycles ?? {};
    expect(stalls - codeStalls).toBeCloseTo(2 * words, 6);
    expect(value).toBeCloseTo((none.cycles?.value ?? 0) + stalls, 6);
  });

  test.each(CORES)(
    "the smallest network of all has a cost on %s, whatever the reference networks were",
    (core) => {
      const board = { ...loadBoard("qemu-m4"), core };
      const { of } = createPredictor(board, "int8");
      const cycles = (hidden: number) => of(resized(SUBJECT.shape, [hidden])).cycles?.value ?? 0;
      expect(of(resized(SUBJECT.shape, [1])).cycles?.low).toBeGreaterThan(0);
      expect(cycles(1)).toBeGreaterThan(0);
      expect(cycles(1)).toBeLessThan(cycles(64));
    },
  );

  test("more units never take fewer cycles than a smaller multiple of the granule", () => {
    const { of } = createPredictor(loadBoard("nucleo-f746zg"), "int8");
    const cycles = (hidden: number): number =>
      of(resized(SUBJECT.shape, [hidden])).cycles?.value ?? Number.NaN;
    for (let hidden = 8; hidden <= 252; hidden += 4) {
      expect(cycles(hidden + 4)).toBeGreaterThan(cycles(hidden));
    }
  });

  test("all measures in one pass over the terms are the sums measure by measure", () => {
    const costs = stepCosts("cortex-m4", "int8");
    const measures = ["cycles", "instructions"] as const;
    const costing = costs === null ? null : costingOf(costs, measures);
    const target = targetOf(loadBoard("nrf52840-dk"));
    const terms = termsOf(footprintOfShape(SUBJECT.shape, target, "int8"));
    expect([...(costing?.(terms) ?? [])]).toEqual(
      measures.map((measure) => costOf(costs?.of[measure] as never, terms)),
    );
    expect(costing?.({ ...terms, gruBefore: 1 })).toBeNull();
  });

  test("a layer that no reference network has makes no number", () => {
    const costs = stepCosts("cortex-m4", "int8");
    const terms = Object.fromEntries(Object.keys(costs?.of.cycles ?? {}).map((key) => [key, 1]));
    expect(costOf(costs?.of.cycles as never, terms as never)).toBeNull();
  });

  test("a stack is foretold and ranked on the whole grid of its granule", () => {
    const board = loadBoard("nrf52840-dk");
    const subject = { ...SUBJECT, shape: STACK, own: [64, 64] };
    const { sizes } = sizesFor(subject, board, "int8", { maxHidden: 280, budgetMw: 1 });
    // Two layers: 70 multiples of 4 each.
    expect(sizes.length).toBe(4900);
  });
});

test("the shipped model's quality in another format is that of its sidecar, where no other set is given", () => {
  const subject = subjectOf("hearable", {}, "int8");
  const board = loadBoard("nrf52840-dk");
  const sidecar = JSON.parse(readFileSync(join(MODELS_DIR, "hearable.json"), "utf8"));
  const options = { minHidden: 60, maxHidden: 68 };
  const { others } = sizesFor(subject, board, "int8", options);
  expect(others.map(({ format }) => format)).toContain("int16x8");
  for (const { format, given } of others) {
    const rows = sidecar.twin.formats[format]?.bySnrDb;
    const mean = ["-5", "0", "5", "10"].reduce((sum, ratio) => sum + rows?.[ratio]?.gainDb / 4, 0);
    if (rows === undefined) expect(given?.quality).toBeNull();
    else expect(given?.quality?.value).toBeCloseTo(mean, 9);
  }
  const evaluated = { own: subject.ownIn?.int8 as Quality, trained: [], pruned: [], delta: [] };
  const elsewhere = sizesFor({ ...subject, evaluated }, board, "int8", options);
  expect(elsewhere.others.every(({ given }) => given?.quality === null)).toBe(true);
});

describe("least squares", () => {
  test("a line through three points, by hand", () => {
    // y = a + b x through (0, 1), (1, 2), (2, 4): b = 3/2, a = 7/3 - 3/2.
    const [a, b] = leastSquares(
      [
        [1, 0],
        [1, 1],
        [1, 2],
      ],
      [1, 2, 4],
    );
    expect(b).toBeCloseTo(1.5, 12);
    expect(a).toBeCloseTo(5 / 6, 12);
  });

  test("a column that another makes up gets nothing, and too few sums are refused", () => {
    const [a, b] = leastSquares(
      [
        [1, 2],
        [2, 4],
      ],
      [3, 6],
    );
    expect([a, b]).toEqual([expect.closeTo(3, 12), 0]);
    expect(() => leastSquares([[1, 2]], [1])).toThrow(RangeError);
  });
});
