/**
 * Reads a formula's expression and computes it: a second way to the value, which shares nothing with `compute`.
 * Grammar: sums of products of powers; calls; names of inputs; numbers. A power binds tighter than a sign.
 */
import type { Values } from "../../host/analyze/formulas/index.ts";

type Operand = number | readonly number[];

const scalar = (value: Operand | undefined): number => {
  if (typeof value !== "number") throw new TypeError("a list where a number belongs");
  return value;
};
const list = (value: Operand | undefined): readonly number[] => {
  if (value === undefined || typeof value === "number") throw new TypeError("a number, no list");
  return value;
};
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

const one =
  (f: (x: number) => number) =>
  (args: readonly Operand[]): number =>
    f(scalar(args[0]));
const ofList =
  (f: (x: readonly number[]) => number) =>
  (args: readonly Operand[]): number =>
    f(list(args[0]));

const FUNCTIONS: Readonly<Record<string, (args: readonly Operand[]) => number>> = {
  min: (args) => Math.min(...args.map(scalar)),
  max: (args) => Math.max(...args.map(scalar)),
  sqrt: one(Math.sqrt),
  ln: one(Math.log),
  log2: one(Math.log2),
  log10: one(Math.log10),
  exp: one(Math.exp),
  ceil: one(Math.ceil),
  floor: one(Math.floor),
  harmonic: one((n) => sum(Array.from({ length: n }, (_, k) => 1 / (k + 1)))),
  sum: ofList(sum),
  product: ofList((values) => values.reduce((a, b) => a * b, 1)),
  mean: ofList(mean),
  count: ofList((values) => values.length),
  sd: ofList((values) =>
    Math.sqrt(sum(values.map((x) => (x - mean(values)) ** 2)) / (values.length - 1)),
  ),
};

/** Names in an expression that are no functions. */
export function namesIn(expression: string): ReadonlySet<string> {
  return new Set(
    tokens(expression).filter((token) => /^[A-Za-z]/.test(token) && !(token in FUNCTIONS)),
  );
}

/** @throws SyntaxError when the expression is not one */
export function compute(expression: string, inputs: Values): number {
  const rest = tokens(expression);
  const take = (...wanted: readonly string[]): string | null => {
    const next = rest[0];
    return next !== undefined && wanted.includes(next) ? (rest.shift() ?? null) : null;
  };
  const expect = (token: string): void => {
    if (take(token) === null) throw new SyntaxError(`${token} expected before "${rest.join(" ")}"`);
  };

  const additive = (): Operand => {
    let left = product();
    for (let op = take("+", "-"); op !== null; op = take("+", "-")) {
      const right = scalar(product());
      left = op === "+" ? scalar(left) + right : scalar(left) - right;
    }
    return left;
  };
  const product = (): Operand => {
    let left = signed();
    for (let op = take("*", "/"); op !== null; op = take("*", "/")) {
      const right = scalar(signed());
      left = op === "*" ? scalar(left) * right : scalar(left) / right;
    }
    return left;
  };
  const signed = (): Operand => (take("-") === null ? power() : -scalar(signed()));
  const power = (): Operand => {
    const base = atom();
    return take("^") === null ? base : scalar(base) ** scalar(signed());
  };
  const atom = (): Operand => {
    if (take("(") !== null) {
      const inner = additive();
      expect(")");
      return inner;
    }
    const token = rest.shift() ?? "";
    if (/^[\d.]/.test(token)) return Number(token);
    const call = FUNCTIONS[token];
    if (call !== undefined) {
      expect("(");
      const args = [additive()];
      while (take(",") !== null) args.push(additive());
      expect(")");
      return call(args);
    }
    const value = inputs[token];
    if (value === undefined) throw new SyntaxError(`unknown "${token}"`);
    return value;
  };

  const value = scalar(additive());
  if (rest.length > 0) throw new SyntaxError(`left over: ${rest.join(" ")}`);
  return value;
}

function tokens(expression: string): string[] {
  const found = expression.match(/[A-Za-z_]\w*|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+*/^(),]|\S/g);
  return found ?? [];
}
