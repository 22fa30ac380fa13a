/**
 * Writes the table of GRU gate scales in docs/kernels.md: what a scale for each half of their rows would gain.
 *   npx tsx scripts/write-gru-scales.ts
 * It rounds weights and activations alone, all else is float64; the quantizer's own choice is left to quantize-gru.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { PROJECT_DIR } from "../host/workflow/paths.ts";
import { replaceBlock } from "./replace-block.ts";

const PAGE = join(PROJECT_DIR, "docs", "kernels.md");
const SIZE = 128;
const FRAMES = 150;
/** Of the recurrent weights' spread, in which a state lives on. */
const RECURRENT_GAIN = 1.5;
/** How far inputs push the gates, and the spread of the frames' loudness [nepers]. */
const CASES = [
  [1, 0],
  [2, 1],
  [4, 1.5],
  [16, 1],
] as const;
/** Largest activation of a format, and of its hidden state. */
const FORMATS = { int8: [127, 128], int16x8: [32767, 32768] } as const;
const WEIGHT_STEPS = 127;

type Rows = readonly Float64Array[];
/** Rows over the input and over the hidden state. */
type Matrix = readonly [Rows, Rows];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const peak = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const rounded = (values: Float64Array, step: number): Float64Array =>
  values.map((value) => Math.round(value / step) * step);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}

/** Normal deviates of a linear congruential generator (Numerical Recipes), by Box and Muller. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Hidden states of every frame; rows of the update gate, the reset gate, the candidate; reset after the product. */
function run(
  frames: Rows,
  [fromInput, fromHidden]: Matrix,
  read: (values: Float64Array, from: "input" | "hidden") => Float64Array,
): Rows {
  let hidden = new Float64Array(SIZE);
  return frames.map((frame) => {
    const x = read(frame, "input");
    const h = read(hidden, "hidden");
    const of = (rows: Rows, row: number, values: Float64Array): number =>
      dot(rows[row] as Float64Array, values);
    const gate = (row: number): number => sigmoid(of(fromInput, row, x) + of(fromHidden, row, h));
    hidden = hidden.map((last, unit) => {
      const row = 2 * SIZE + unit;
      const sum = of(fromInput, row, x) + gate(SIZE + unit) * of(fromHidden, row, h);
      const candidate = Math.tanh(sum);
      return candidate + gate(unit) * (last - candidate);
    });
    return hidden;
  });
}

function meanError(states: Rows, exact: Rows): number {
  const errors = states.flatMap((state, t) => [
    ...state.map((value, unit) => Math.abs(value - ((exact[t] as Float64Array)[unit] as number))),
  ]);
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

function row([gain, spread]: (typeof CASES)[number], format: keyof typeof FORMATS): string {
  const normal = normals(12345);
  const matrix = (scale: number): Rows =>
    Array.from({ length: 3 * SIZE }, () =>
      Float64Array.from({ length: SIZE }, () => (normal() * scale) / Math.sqrt(SIZE)),
    );
  const real: Matrix = [matrix(gain), matrix(RECURRENT_GAIN)];
  const loud = Array.from({ length: FRAMES }, () => {
    const loudness = Math.exp(spread * normal());
    return Float64Array.from({ length: SIZE }, () => loudness * normal());
  });
  const power = loud.reduce((sum, frame) => sum + dot(frame, frame), 0) / (FRAMES * SIZE);
  const frames = loud.map((frame) => frame.map((value) => value / Math.sqrt(power)));
  const [inputSteps, hiddenSteps] = FORMATS[format];
  const step = { input: Math.max(...frames.map(peak)) / inputSteps, hidden: 1 / hiddenSteps };
  // How far a half reaches: its largest weight times a step of its activations.
  const reach = real[0].map((own, index) => [
    peak(own) * step.input,
    peak(real[1][index] as Float64Array) * step.hidden,
  ]) as (readonly [number, number])[];
  const scaled = (together: (index: number) => boolean): Matrix => {
    const half = (rows: Rows, which: 0 | 1, size: number): Rows =>
      rows.map((own, index) => {
        const both = reach[index] as readonly [number, number];
        const most = together(index) ? Math.max(...both) : both[which];
        return rounded(own, most / WEIGHT_STEPS / size);
      });
    return [half(real[0], 0, step.input), half(real[1], 1, step.hidden)];
  };
  const left = reach
    .slice(0, 2 * SIZE)
    .map((both) => (WEIGHT_STEPS * Math.min(...both)) / Math.max(...both))
    .sort((a, b) => a - b)[SIZE] as number;
  const exact = run(frames, real, (values) => values);
  const errorOf = (weights: Matrix): string =>
    meanError(
      run(frames, weights, (values, from) => rounded(values, step[from])),
      exact,
    ).toFixed(4);
  // The candidate has a scale for each half in any case.
  const errors = [scaled((index) => index < 2 * SIZE), scaled(() => false), real].map(errorOf);
  return `| ${[gain, spread, format, left.toFixed(1), ...errors].join(" | ")} |`;
}

const rows = CASES.flatMap((one) => [row(one, "int8"), row(one, "int16x8")]);
const head = [
  "| input's gain | loudness | format | steps left | one scale a row | a scale each half | weights not rounded |",
  "|---|---|---|---|---|---|---|",
];
const page = readFileSync(PAGE, "utf8");
writeFileWhole(PAGE, replaceBlock(page, "gru-scales", [...head, ...rows].join("\n")));
