/**
 * Decides whether what a file holds is a quantity, or the details of a roofline, before anything computes with it.
 * Reading the file is left to project.ts.
 */
import type { RooflineDetail } from "../machine-record.ts";
import type { Fields } from "./fields.ts";
import { isFields, textOf } from "./fields.ts";

export function isQuantity(value: unknown): boolean {
  return (
    isFields(value) &&
    Number.isFinite(value.value) &&
    typeof value.unit === "string" &&
    typeof value.kind === "string" &&
    typeof value.source === "string"
  );
}

/** Levels, terms, what-ifs, parts and waterfalls with every field that reports and roofs use. */
export function isRooflineDetail(value: unknown): value is RooflineDetail {
  if (!isFields(value)) return false;
  const { levels, terms, whatIfs, parts, waterfalls } = value;
  return (
    isListOf(levels, isLevel) &&
    isFields(terms) &&
    isTerms(terms) &&
    isListOf(whatIfs, isWhatIf) &&
    isListOf(parts, isDot) &&
    isListOf(waterfalls, isWaterfall)
  );
}

function isListOf(value: unknown, fits: (element: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((element) => isFields(element) && fits(element));
}

function isLevel(level: Fields): boolean {
  const { bytesMoved, arithmeticIntensity, ridgePoint, allows, bandwidth } = level;
  const all = [bytesMoved, arithmeticIntensity, ridgePoint, allows, bandwidth];
  return textOf(level, "name") !== undefined && all.every(isPositive);
}

function isTerms(terms: Fields): boolean {
  const { data, arithmetic, wait, overhead, total, utilisation } = terms;
  return (
    [data, arithmetic, overhead, total, utilisation].every(isQuantity) &&
    (wait === null || isQuantity(wait)) &&
    ["largest", "expression", "explanation"].every((name) => textOf(terms, name) !== undefined)
  );
}

function isWhatIf(row: Fields): boolean {
  const texts = ["change", "newBound", "newRoof", "arithmetic", "limit"];
  return (
    texts.every((name) => textOf(row, name) !== undefined) &&
    typeof row.condition === "string" &&
    [row.newTime, row.speedUp, row.roofSpeedUp].every(isPositive) &&
    [row.from, row.to].every(isPoint)
  );
}

function isWaterfall(waterfall: Fields): boolean {
  const { id, bars } = waterfall;
  const isBar = (bar: Fields) =>
    isQuantity(bar.amount) &&
    [bar.from, bar.to].every(Number.isFinite) &&
    ["name", "role", "words"].every((name) => textOf(bar, name) !== undefined);
  return (
    (id === "traffic" || id === "optimisation") &&
    ["title", "unit", "explanation"].every((name) => textOf(waterfall, name) !== undefined) &&
    isListOf(bars, isBar)
  );
}

function isPoint(point: unknown): boolean {
  return isFields(point) && [point.arithmeticIntensity, point.attainable].every(isAboveZero);
}

function isDot(dot: Fields): boolean {
  return textOf(dot, "name") !== undefined && [dot.arithmeticIntensity, dot.rate].every(isPositive);
}

function isPositive(value: unknown): boolean {
  return isQuantity(value) && isFields(value) && isAboveZero(value.value);
}

function isAboveZero(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}
