/**
 * Spells steps, layers and parts as a Chrome trace (the Trace Event Format's JSON object), which Perfetto shows too.
 * What was spent where is left to facts.ts and to the device's own time stamps.
 */
import { layerOf, type ProfileFacts, type ProfileSpan, partOf } from "./facts.ts";

/** A complete event ("X") or the name of a process or thread ("M"). */
export interface TraceEvent {
  readonly name: string;
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  /** [us] on the device's timeline; of complete events. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms" | "ns";
  readonly otherData: Readonly<Record<string, string>>;
}

/** A step, or a layer of it, of which only begin and length are known. */
export interface Stamped {
  /** [us] on the device's clock. */
  readonly beginUs: number;
  readonly lengthUs: number;
}

export interface StampedStep extends Stamped {
  readonly frame: number;
  /** In order of execution; none where only steps are stamped. */
  readonly layers: readonly (Stamped & { readonly name: string })[];
}

export interface TraceRequest {
  /** Who ran: the board, and what for. */
  readonly device: string;
  readonly model: string;
  /** Core clock [Hz]; null: an emulated board that stands for none, drawn with 1 us a cycle. */
  readonly clockHz: number | null;
  /** Where cycles, or instructions, come from. */
  readonly source: string;
}

const PID = 1;
const STEPS = 1;

/** From the emulator: steps one after the other, because time between them is not modelled. */
export function profileTrace(facts: ProfileFacts, request: TraceRequest): Trace {
  const unit = facts.cells.every(({ counts }) => counts.cycles !== null) ? "cycle" : "instruction";
  const isTimed = request.clockHz !== null && unit === "cycle";
  const perUs = isTimed ? (request.clockHz as number) / 1e6 : 1;
  const events: TraceEvent[] = [];
  let offset = 0;
  for (const [pass, spans] of byPass(facts.spans)) {
    const end = Math.max(...spans.map(({ begin, length }) => begin + length));
    const event = (name: string, cat: string, begin: number, length: number): TraceEvent => ({
      name,
      cat,
      ph: "X",
      pid: PID,
      tid: STEPS,
      ts: (offset + begin) / perUs,
      dur: length / perUs,
      args: { [`${unit}s`]: length },
    });
    events.push(event(`step ${pass}`, "step", 0, end));
    const layers = runs(spans, ({ cell }) => layerOf(facts, facts.cells[cell] as never));
    for (const layer of layers) {
      events.push(event(layer.name, "layer", layer.begin, layer.end - layer.begin));
      const parts = runs(layer.spans, ({ cell }) => partOf(facts, facts.cells[cell] as never));
      for (const { name, begin, end: partEnd } of parts) {
        events.push(event(name, "part", begin, partEnd - begin));
      }
    }
    offset += end;
  }
  return trace(events, request, {
    timeline: isTimed
      ? `${request.clockHz} Hz; steps follow one another, time between them is not modelled`
      : `1 us is 1 ${unit}; steps follow one another`,
    kind: unit === "cycle" ? "modelled" : "counted",
  });
}

/** From a device's own time stamps; `kind` of its cycles: an emulator drives the counter of an emulated board. */
export function stampedTrace(
  steps: readonly StampedStep[],
  request: TraceRequest,
  kind: "measured" | "modelled",
): Trace {
  const event = (name: string, cat: string, { beginUs, lengthUs }: Stamped): TraceEvent => ({
    name,
    cat,
    ph: "X",
    pid: PID,
    tid: STEPS,
    ts: beginUs,
    dur: lengthUs,
  });
  const events = steps.flatMap((step) => [
    event(`step ${step.frame}`, "step", step),
    ...step.layers.map((layer) => event(layer.name, "layer", layer)),
  ]);
  return trace(events, request, { timeline: "the device's clock", kind });
}

function trace(
  events: readonly TraceEvent[],
  { device, model, source }: TraceRequest,
  data: Readonly<Record<string, string>>,
): Trace {
  const label = (name: string, tid: number, value: string): TraceEvent => ({
    name,
    ph: "M",
    pid: PID,
    tid,
    args: { name: value },
  });
  return {
    traceEvents: [
      label("process_name", 0, device),
      label("thread_name", STEPS, `${model}: steps, layers, parts`),
      ...events,
    ],
    displayTimeUnit: "ns",
    otherData: { source, ...data },
  };
}

function byPass(spans: readonly ProfileSpan[]): ReadonlyMap<number, readonly ProfileSpan[]> {
  const passes = new Map<number, ProfileSpan[]>();
  for (const span of spans) {
    const pass = passes.get(span.pass);
    if (pass === undefined) passes.set(span.pass, [span]);
    else pass.push(span);
  }
  return passes;
}

interface Run {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly spans: readonly ProfileSpan[];
}

/** Neighbouring spans of one name as one. */
function runs(
  spans: readonly ProfileSpan[],
  nameOf: (span: ProfileSpan) => string,
): readonly Run[] {
  const found: { name: string; begin: number; end: number; spans: ProfileSpan[] }[] = [];
  for (const span of spans) {
    const name = nameOf(span);
    const last = found.at(-1);
    if (last !== undefined && last.name === name) {
      last.end = span.begin + span.length;
      last.spans.push(span);
    } else {
      found.push({ name, begin: span.begin, end: span.begin + span.length, spans: [span] });
    }
  }
  return found;
}
