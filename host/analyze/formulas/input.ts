/**
 * The kinds of input that formulas share: amounts, shares, counts and lists, each with its range.
 * Units and meanings are left to the formulas.
 */
import type { Input, ListInput } from "./formula.ts";

const MAX = Number.MAX_VALUE;

/** Above 0. */
export function positive(unit: string, meaning: string): Input {
  return { unit, meaning, range: { min: 0, max: MAX, minOpen: true } };
}

/** 0 or more. */
export function amount(unit: string, meaning: string): Input {
  return { unit, meaning, range: { min: 0, max: MAX } };
}

/** Any number. */
export function real(unit: string, meaning: string): Input {
  return { unit, meaning, range: { min: -MAX, max: MAX } };
}

/** `min` to `max`, both allowed. */
export function within(unit: string, meaning: string, min: number, max: number): Input {
  return { unit, meaning, range: { min, max } };
}

/** 0 to 1, both allowed. */
export function share(meaning: string): Input {
  return within("1", meaning, 0, 1);
}

/** Above 0, up to 1. */
export function positiveShare(meaning: string): Input {
  return { unit: "1", meaning, range: { min: 0, max: 1, minOpen: true } };
}

/** 0 up to, not including, 1. */
export function shareBelowOne(meaning: string): Input {
  return { unit: "1", meaning, range: { min: 0, max: 1, maxOpen: true } };
}

/** Between 0 and 1, neither allowed. */
export function innerShare(meaning: string): Input {
  return { unit: "1", meaning, range: { min: 0, max: 1, minOpen: true, maxOpen: true } };
}

/** A whole number of things, `min` or more. */
export function count(unit: string, meaning: string, min = 1): Input {
  return { unit, meaning, range: { min, max: Number.MAX_SAFE_INTEGER, whole: true } };
}

/** Several values, each as `input` allows. */
export function listOf(input: Input, atLeast: number): ListInput {
  return { ...input, list: true, atLeast };
}

/** The same input with a value for when none is given. */
export function withDefault(input: Input, value: number): Input {
  return { ...input, default: value };
}
