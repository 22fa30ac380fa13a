/**
 * Runs a generated ONNX model in onnxruntime, whole, and in the float64 oracle, step by step.
 * What the models are is left to the tests.
 */

import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect } from "vitest";
import { readOnnxModel } from "../../codegen/model/onnx/read.ts";
import { createFloatModel, runSequence } from "../../codegen/model/reference-float.ts";
import { looksAhead, type RecurrentModel } from "../../codegen/model/types.ts";
import { type Case, STEPS } from "./onnx-cases.ts";
import { seededValues, writeOnnx } from "./onnx-writer.ts";

/** Largest |onnxruntime - oracle| of any value: onnxruntime computes in float32. */
const TOLERANCE = 1e-5;
/** Reads the model and expects both to agree; gives the model for further expectations. */
export async function expectAgreement(given: Case): Promise<RecurrentModel> {
  const bytes = writeOnnx(given.spec);
  const model = readOnnxModel(bytes, "case.onnx");
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  try {
    const largest = given.time
      ? await sequenceDifference(given, model, session)
      : await callDifference(given, model, session);
    expect(largest).toBeLessThan(TOLERANCE);
  } finally {
    await session.release();
  }
  return model;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Values of one place along an axis, row-major. */
function placeAlong(
  values: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  place: number,
) {
  const inner = sizeOf(shape.slice(axis + 1));
  const size = shape[axis] as number;
  const result: number[] = [];
  for (let at = 0; at < values.length; at++) {
    if (Math.floor(at / inner) % size === place) result.push(values[at] as number);
  }
  return result;
}

function feedsOf({ spec, reach = 2, steps = STEPS }: Case, seed: number): Record<string, Tensor> {
  return Object.fromEntries(
    spec.inputs.map(({ name, shape }, index) => {
      const dims = shape.map((dim) => (dim === "T" ? steps : typeof dim === "string" ? 1 : dim));
      const values = index === 0 ? seededValues(seed, sizeOf(dims), reach) : sizeOf(dims);
      return [name, new Tensor("float32", new Float32Array(values as number[]), dims)];
    }),
  );
}

function answerName({ spec, states = {} }: Case): string {
  const fed = new Set(Object.keys(states));
  return spec.outputs.find(({ name }) => !fed.has(name))?.name ?? "";
}

async function sequenceDifference(given: Case, model: RecurrentModel, session: InferenceSession) {
  const feeds = feedsOf(given, 7);
  const input = feeds[given.spec.inputs[0]?.name ?? ""] as Tensor;
  const answer = (await session.run(feeds))[answerName(given)] as Tensor;
  const { input: inputAxis = 0, output = inputAxis } = given.time ?? {};
  const steps = input.dims[inputAxis] as number;
  const frames = Array.from({ length: steps }, (_, t) =>
    Float64Array.from(placeAlong(input.data as Float32Array, input.dims, inputAxis, t)),
  );
  const everyStep = model.streaming !== "whole-sequence";
  let largest = 0;
  answersTo(model, frames).forEach((values, t) => {
    if (!everyStep && t < steps - 1) return;
    const all = answer.data as Float32Array;
    const expected = everyStep ? placeAlong(all, answer.dims, output, t) : all;
    largest = Math.max(largest, difference(values, expected));
  });
  return largest;
}

/** Step by step, or the whole sequence at once where a layer looks ahead. */
function answersTo(model: RecurrentModel, frames: readonly Float64Array[]) {
  if (model.layers.some(looksAhead)) return runSequence(model, frames);
  const float = createFloatModel(model);
  return frames.map((frame) => float.step(frame));
}

async function callDifference(given: Case, model: RecurrentModel, session: InferenceSession) {
  const float = createFloatModel(model);
  let kept: Record<string, Tensor> = {};
  let largest = 0;
  for (let call = 0; call < STEPS; call++) {
    const feeds = { ...feedsOf(given, 50 + call), ...kept };
    const results = await session.run(feeds);
    kept = Object.fromEntries(
      Object.entries(given.states ?? {}).map(([from, to]) => [to, results[from] as Tensor]),
    );
    const input = feeds[given.spec.inputs[0]?.name ?? ""] as Tensor;
    const values = float.step(Float64Array.from(input.data as Float32Array));
    const expected = (results[answerName(given)] as Tensor).data as Float32Array;
    largest = Math.max(largest, difference(values, expected));
  }
  return largest;
}

function difference(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(values.length).toBe(expected.length);
  let largest = 0;
  for (let at = 0; at < values.length; at++) {
    largest = Math.max(largest, Math.abs((values[at] as number) - (expected[at] as number)));
  }
  return largest;
}
