/**
 * The rules of the Trace Event Format (the JSON object form) that this project's traces must keep, as its document
 * states them: what each phase needs, and that complete events of one thread lie inside each other or apart.
 */
import { expect } from "vitest";

interface AnyEvent {
  readonly [field: string]: unknown;
}

const isTime = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

/** Fails where the text is not such a trace; gives its complete events. */
export function checkTrace(text: string): readonly AnyEvent[] {
  const trace = JSON.parse(text) as AnyEvent;
  expect(Array.isArray(trace.traceEvents)).toBe(true);
  expect(["ms", "ns"]).toContain(trace.displayTimeUnit);
  const events = trace.traceEvents as readonly AnyEvent[];
  for (const event of events) {
    expect(typeof event.name).toBe("string");
    expect(Number.isInteger(event.pid)).toBe(true);
    expect(Number.isInteger(event.tid)).toBe(true);
    expect(["X", "M"]).toContain(event.ph);
    if (event.ph === "M") {
      expect(["process_name", "thread_name"]).toContain(event.name);
      expect(typeof (event.args as AnyEvent).name).toBe("string");
    } else {
      expect(isTime(event.ts)).toBe(true);
      expect(isTime(event.dur)).toBe(true);
    }
  }
  const complete = events.filter(({ ph }) => ph === "X");
  const threads = new Set(complete.map(({ pid, tid }) => `${pid} ${tid}`));
  for (const thread of threads) {
    checkNesting(complete.filter(({ pid, tid }) => `${pid} ${tid}` === thread));
  }
  return complete;
}

function checkNesting(events: readonly AnyEvent[]): void {
  const times = events.map((event) => ({
    name: event.name,
    begin: event.ts as number,
    end: (event.ts as number) + (event.dur as number),
  }));
  times.sort((a, b) => a.begin - b.begin || b.end - a.end);
  const open: (typeof times)[number][] = [];
  for (const event of times) {
    // A few units in the last place of a microsecond: ends are sums.
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= event.begin + 1e-6) open.pop();
    const around = open.at(-1);
    if (around !== undefined && event.end > around.end + 1e-6) {
      throw new Error(`${event.name} reaches out of ${around.name}`);
    }
    open.push(event);
  }
}
