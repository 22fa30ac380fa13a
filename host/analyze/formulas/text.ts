/**
 * Decides how the parts of a formula read in one line: numbers as one would type them, ranges, labels, the example.
 * Layout is left to report/.
 */
import { outOfRange, requireFinite } from "../number-limits.ts";
import type { Formula, NamedInput, Range, Values } from "./formula.ts";

/** A short text that reads back as exactly this number: "0.05", "1000", "312e12", "1073741824". @throws AnalysisError TP-USE-242 */
export function exactNumber(value: number): string {
  requireFinite("a number to write", value);
  const plain = String(value).replace("e+", "e");
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-3 && magnitude < 1e6)) return plain;
  const [mantissa = "", power = "0"] = value.toExponential().split("e");
  // Powers of ten in steps of three, as prefixes go.
  const steps = 3 * Math.floor(Number(power) / 3);
  const shift = Number(power) - steps;
  const digits = mantissa.replace(/^-|\./g, "");
  const whole = digits.slice(0, shift + 1).padEnd(shift + 1, "0");
  const fraction = digits.slice(shift + 1);
  const sign = value < 0 ? "-" : "";
  const scaled = `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}e${steps}`;
  return scaled.length < plain.length ? scaled : plain;
}

/** A computed number to `digits` significant digits. @throws AnalysisError TP-USE-242 */
export function roundedNumber(value: number, digits = 6): string {
  if (!(Number.isInteger(digits) && digits >= 1 && digits <= 100)) {
    throw outOfRange("the number of digits", digits, "whole, from 1 to 100");
  }
  return exactNumber(Number(value.toPrecision(digits)));
}

/** "above 0", "0 to 1", "whole, 1 or more"; "any number" where nothing is ruled out. @throws AnalysisError TP-USE-242 */
export function rangeText({ min, max, minOpen, maxOpen, whole }: Range): string {
  requireFinite("the least", min);
  requireFinite("the most", max);
  const unlimited = max === Number.MAX_VALUE || max === Number.MAX_SAFE_INTEGER;
  const prefix = whole ? "whole, " : "";
  if (min === -Number.MAX_VALUE) return unlimited ? "any number" : `up to ${max}`;
  if (unlimited) return `${prefix}${minOpen ? `above ${min}` : `${min} or more`}`;
  if (minOpen) return `${prefix}above ${min}, ${maxOpen ? "below" : "up to"} ${max}`;
  return `${prefix}${min} ${maxOpen ? "or more, below" : "to"} ${max}`;
}

/** An input with its unit, as errors and lists name it: "peakOpsPerSecond [op/s]". */
export function labelOf({ name, unit }: NamedInput): string {
  return `${name} [${unit}]`;
}

/** How to type a formula with these inputs. */
export function commandOf({ name }: Formula, inputs: Values): string {
  const pairs = Object.entries(inputs).map(
    ([key, value]) =>
      `${key}=${typeof value === "number" ? exactNumber(value) : value.map(exactNumber).join(",")}`,
  );
  return ["pioneer formula", name, ...pairs].join(" ");
}

/** The expression with numbers in place of the names of its inputs. */
export function substituted(expression: string, inputs: Values): string {
  return expression.replace(/[A-Za-z_]\w*/g, (name) => {
    const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (value === undefined) return name;
    if (typeof value !== "number") return listText(value);
    return value < 0 ? `(${exactNumber(value)})` : exactNumber(value);
  });
}

function listText(values: readonly number[]): string {
  const shown = values.slice(0, 8).map(exactNumber).join(", ");
  return values.length > 8 ? `[${shown}, ... ${values.length} in all]` : `[${shown}]`;
}
