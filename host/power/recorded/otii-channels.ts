/**
 * Reads what Otii's server answers for the channels of a recording: currents, voltages, and the levels of its inputs.
 * Reading the file is left to rows.ts.
 *
 * Source: otii-tcp-client-python, recording.get_channel_data: `{timestamp, interval, values}` of mc (main current [A]) and mv
 * (main voltage [V]); of i1 and i2 (digital inputs) `values` are changes, `{timestamp, value}`. A file holds the answer for mc,
 * alone, under `data`, or as a list of pieces; or an object with an answer for each channel by its name.
 */
import type { RecordedSample } from "./rows.ts";

interface Piece {
  readonly timestamp: number;
  readonly interval: number;
  readonly values: readonly unknown[];
}

/** Names of the digital inputs, and their numbers. */
const INPUTS = [
  ["i1", 1],
  ["i2", 2],
] as const;

/** A channel's value at times that do not go back: the one of before holds until the next. */
type ValueAt = (timeS: number) => number;

/** @param refuse makes the error of a document that is no recording */
export function* otiiSamples(
  document: unknown,
  refuse: (why: string) => Error,
): Generator<RecordedSample> {
  const channels = isRecord(document) && "mc" in document ? document : { mc: document };
  const voltageAt =
    "mv" in channels ? levels(analog(channels.mv, "mv", refuse), Number.NaN) : () => Number.NaN;
  const inputs = INPUTS.flatMap(([name, input]) =>
    name in channels ? [{ input, at: levels(changes(channels[name], name, refuse), 0) }] : [],
  );
  for (const { timeS, value } of analog(channels.mc, "mc", refuse)) {
    let digital = 0;
    for (const { input, at } of inputs) if (at(timeS) > 0) digital |= 1 << input;
    yield { timeS, currentA: value, voltageV: voltageAt(timeS), digital };
  }
}

interface Point {
  readonly timeS: number;
  readonly value: number;
}

/** Evenly spaced samples, NaN where one is no number. */
function* analog(
  answer: unknown,
  channel: string,
  refuse: (why: string) => Error,
): Generator<Point> {
  for (const piece of Array.isArray(answer) ? answer : [answer]) {
    const { timestamp, interval, values } = dataOf(piece) as Partial<Piece>;
    if (typeof timestamp !== "number" || typeof interval !== "number" || !Array.isArray(values)) {
      throw refuse(`${channel} is not {timestamp, interval, values} or a list of them`);
    }
    for (const [index, value] of values.entries()) {
      const isNumber = typeof value === "number";
      yield { timeS: timestamp + index * interval, value: isNumber ? value : Number.NaN };
    }
  }
}

function* changes(
  answer: unknown,
  channel: string,
  refuse: (why: string) => Error,
): Generator<Point> {
  const { values } = dataOf(answer) as Partial<Piece>;
  if (!Array.isArray(values)) throw refuse(`${channel} is not {values}`);
  for (const change of values) {
    const { timestamp, value } = isRecord(change) ? change : {};
    if (typeof timestamp !== "number")
      throw refuse(`a change of ${channel} is not {timestamp, value}`);
    yield { timeS: timestamp, value: Number(value) };
  }
}

/** @param before what holds before the first point */
function levels(points: Generator<Point>, before: number): ValueAt {
  let next = points.next();
  let value = before;
  return (timeS) => {
    while (!next.done && next.value.timeS <= timeS) {
      value = next.value.value;
      next = points.next();
    }
    return value;
  };
}

function dataOf(answer: unknown): Readonly<Record<string, unknown>> {
  const data = isRecord(answer) && isRecord(answer.data) ? answer.data : answer;
  return isRecord(data) ? data : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
