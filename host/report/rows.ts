/**
 * Decides which numbers of a run every report shows, in which order and words.
 * Colour, columns and escaping are left to the report that prints them.
 */
import type { RunDocument } from "../analyze/document.ts";
import type { PowerFamily } from "../analyze/energy.ts";
import type { LinkFacts } from "../analyze/facts.ts";
import type { MemoryFamily } from "../analyze/memory-frame.ts";
import type { Kind } from "../analyze/quantity.ts";
import type { Sensitivity } from "../analyze/sensitivity.ts";
import { formatBytes, formatNumber, formatTick, formatValue } from "./format.ts";

export interface Row {
  readonly name: string;
  readonly text: string;
  readonly kind: Kind;
  readonly source: string;
}

/** A reason in place of a number. */
export interface Gap {
  readonly name: string;
  readonly why: string;
}

export type Line = Row | Gap;

export function isGap(line: Line): line is Gap {
  return "why" in line;
}

/** Quality and correctness. */
export function proofRows(document: RunDocument): readonly Line[] {
  const { audio, verify, link } = document;
  const rows: Line[] = [];
  if (audio !== null) {
    rows.push({
      name: "SI-SDR",
      text: `${formatValue(audio.siSdrIn.value, "dB")} → ${formatValue(audio.siSdrOut.value, "dB")}, ${signedDecibels(audio.siSdrGain.value)}`,
      kind: audio.siSdrGain.kind,
      source: `${audio.clip}; ${audio.siSdrGain.source}`,
    });
  }
  if (verify === null) rows.push({ name: "bits", why: document.why.verify ?? "not compared" });
  else {
    const equal = verify.comparedValues - verify.mismatches;
    rows.push({
      name: "bits",
      text: verify.bitExact
        ? `all ${formatNumber(equal)} values equal the host twin`
        : `${formatNumber(verify.mismatches)} of ${formatNumber(verify.comparedValues)} values differ from the host twin`,
      kind: "counted",
      source: "device output against the exact integer twin",
    });
    if (verify.maxFloatError !== null) {
      rows.push({
        name: "float error",
        text: `at most ${formatNumber(verify.maxFloatError)}`,
        kind: "measured",
        source: "device output against the float64 reference, in units of the output",
      });
    }
  }
  if (link !== null) {
    rows.push({
      name: "link",
      text: `${formatNumber(link.bytes)} B, ${formatNumber(link.records)} records, ${formatNumber(link.discardedBytes)} B discarded, ${formatNumber(link.lostRecords)} records lost${deviceLosses(link)}`,
      kind: "counted",
      source: "frames, checksums and sequence numbers",
    });
  }
  if (document.clock !== undefined) {
    const { error, seconds, longEnough } = document.clock;
    const [low, high] = error.interval ?? [error.value, error.value];
    rows.push({
      name: "device clock",
      text: `${formatNumber(Math.abs(error.value))} ppm ${error.value < 0 ? "slow" : "fast"}, between ${formatNumber(low)} and ${formatNumber(high)}, over ${formatNumber(seconds)} s${longEnough ? "" : "; a minute tells it well"}`,
      ...origin(error),
    });
  }
  if (document.boot !== undefined) {
    rows.push({
      name: "last reset",
      text: `${document.boot.cause}, status ${document.boot.status}`,
      kind: "measured",
      source: "the chip's own register, read at its start",
    });
  }
  return rows;
}

/** What the device says it lost, where it lost anything. */
function deviceLosses({ droppedRecords = 0, badFrames = 0, returns = 0 }: LinkFacts): string {
  const dropped = droppedRecords > 0 ? `, ${formatNumber(droppedRecords)} dropped by it` : "";
  const bad = badFrames > 0 ? `, ${formatNumber(badFrames)} bad frames on its side` : "";
  const away = returns > 0 ? `, gone and back ${returns === 1 ? "once" : `${returns} times`}` : "";
  return dropped + bad + away;
}

/** Of a step that leaves work out only the plan's multiplications are known. */
function macWord({ model }: RunDocument): string {
  return model.leavesWorkOut ? "MAC of the plan" : "MAC";
}

/** What the frames did of the plan's work; nothing where they did all of it, or nobody knows. */
function doneRows({ done, model, frames }: RunDocument): readonly Line[] {
  if (done === undefined) return [];
  const { macs, weightBytes, columns, repeated } = done;
  const moved = columns.map(
    ({ kernel, of, mean, max }) =>
      `${kernel} took in ${mean.value.toFixed(1)} of ${of} columns a frame, at most ${max.value}`,
  );
  const silent = repeated.value === 0 ? [] : [`${repeated.value} of ${frames} frames repeated`];
  const median = `the median frame did ${formatNumber(macs.value)} of ${formatNumber(model.macs)} MACs and read ${formatBytes(weightBytes.value)} of ${formatBytes(model.weightBytes)} of weights`;
  return [{ name: "work done", text: [...moved, ...silent, median].join("; "), ...origin(macs) }];
}

/** Instructions to time, energy and power. */
export function speedRows(document: RunDocument): readonly Line[] {
  const { instructions, cycles, latencyMs, energyUj, powerMw, why } = document;
  const rows: Line[] = [...doneRows(document)];
  if (instructions === null) rows.push({ name: "instructions", why: why.instructions ?? "" });
  else {
    rows.push({
      name: "instructions",
      text: `${formatNumber(instructions.median)} a frame, max ${formatNumber(instructions.max)}, ${formatNumber(instructions.perMac)} a ${macWord(document)}`,
      ...origin(instructions),
    });
  }
  if (cycles === null) rows.push({ name: "cycles", why: why.cycles ?? "" });
  else {
    const range =
      cycles.interval === undefined
        ? ""
        : `, median between ${formatNumber(cycles.interval[0])} and ${formatNumber(cycles.interval[1])}`;
    rows.push({
      name: "cycles",
      text: `${formatNumber(cycles.median)} a frame, max ${formatNumber(cycles.max)}, ${formatNumber(cycles.perMac)} a ${macWord(document)}${range}${leastSure(cycles.sensitivities)}`,
      ...origin(cycles),
    });
  }
  if (document.window !== undefined) {
    rows.push({
      name: "in the cycles",
      text: document.window,
      kind: "stated",
      source:
        "what the HAL of the board's counter keeps out (docs/boards.md); of a model, what it models",
    });
  }
  if (cycles?.memory)
    rows.push({ name: "of them waits", text: waitsText(cycles.memory), ...origin(cycles) });
  if (latencyMs === null) rows.push({ name: "latency", why: why.latencyMs ?? "" });
  else {
    rows.push({
      name: "latency",
      text: `P50 ${formatValue(latencyMs.p50, "ms")}, P99 ${formatValue(latencyMs.p99, "ms")}, max ${formatValue(latencyMs.max, "ms")} of the ${formatTick(Number(document.frameIntervalMs.toPrecision(6)))} ms between frames${evenness(document)}`,
      ...origin(latencyMs),
    });
  }
  if (energyUj === null) rows.push({ name: "energy", why: why.energyUj ?? "" });
  else {
    rows.push({
      name: "energy",
      text: `${formatValue(energyUj.perFrame, "uJ")} to compute a frame, ${formatValue(energyUj.perInterval, "uJ")} with its sleep`,
      ...origin(energyUj),
    });
  }
  if (powerMw === null) rows.push({ name: "power", why: why.powerMw ?? "" });
  else {
    rows.push({
      name: "power",
      text: `${formatValue(powerMw.average, "mW")} on average, computing ${formatNumber(powerMw.dutyPercent)} % of the time${waking(powerMw)}`,
      ...origin(powerMw),
    });
  }
  return rows;
}

/** What of the time is spent awake beside, where anything is. */
function waking({ wakingPercent, sleepMode }: PowerFamily): string {
  if (wakingPercent === 0) return "";
  return `, ${formatNumber(wakingPercent)} % awake beside it; ${sleepMode}`;
}

/** The unsure rule of the core or value of the board that moves the cycles most. */
function leastSure(sensitivities: readonly Sensitivity[] = []): string {
  const [least] = sensitivities;
  return least === undefined
    ? ""
    : `; least sure is ${least.field}: ${formatNumber(least.low)} to ${formatNumber(least.high)}`;
}

/** What the board's memories make a frame wait for, and the unsure value that moves it most. */
function waitsText(memory: MemoryFamily): string {
  const causes = [
    ["code", memory.fetchStalls],
    ["data", memory.readStalls],
    ["stores", memory.writeStalls],
  ] as const;
  const parts = causes.flatMap(([name, cycles]) =>
    cycles === 0 ? [] : [`${formatNumber(cycles)} for ${name}`],
  );
  const lines = Object.values(memory.lines).reduce((sum, count) => sum + count, 0);
  return `${formatNumber(memory.stalls)}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}; ${formatNumber(memory.misses)} misses, ${formatBytes(memory.bytesMoved)} moved, ${formatNumber(lines)} lines touched${leastSure(memory.sensitivities)}`;
}

/** Where the run sits under its roofs. */
export function rooflineRows(document: RunDocument): readonly Line[] {
  const { roofline } = document;
  if (roofline === null) return [{ name: "roofline", why: document.why.roofline ?? "" }];
  return [
    {
      name: "intensity",
      text: `${formatValue(roofline.arithmeticIntensity.value, "op/byte")}`,
      ...origin(roofline.arithmeticIntensity),
    },
    {
      name: "ridge point",
      text: `${formatValue(roofline.ridgePoint.value, "op/byte")}, so ${roofline.bound}-bound by ${roofline.roof}`,
      ...origin(roofline.ridgePoint),
    },
    {
      name: "MFU",
      text: formatValue(roofline.mfu.value, "1"),
      ...origin(roofline.mfu),
    },
    {
      name: "MBU",
      text: formatValue(roofline.mbu.value, "1"),
      ...origin(roofline.mbu),
    },
  ];
}

/** Program and memory. */
export function sizeRows(document: RunDocument): readonly Line[] {
  const { flashBytes, ramBytes, stackBytes, sections } = document.memory;
  const { flash, ram } = document.provenance;
  const rows: Line[] = [];
  const of = (whole: { readonly value: number } | null) =>
    whole === null ? "" : ` of ${formatBytes(whole.value)}`;
  if (flashBytes !== null) {
    rows.push({
      name: "flash",
      text: formatBytes(flashBytes) + of(flash),
      kind: "counted",
      source: "sections of the linked program",
    });
  }
  if (ramBytes !== null) {
    rows.push({
      name: "RAM",
      text: formatBytes(ramBytes) + of(ram),
      kind: "counted",
      source: "sections of the linked program, without the stack",
    });
  }
  if (sections !== undefined) {
    const { text, data, bss } = sections;
    rows.push({
      name: "sections",
      text: `text ${formatBytes(text)}, data ${formatBytes(data)}, bss ${formatBytes(bss)}`,
      kind: "counted",
      source: "sections of the linked program",
    });
  }
  if (stackBytes !== null) {
    rows.push({
      name: "stack",
      text: `${formatBytes(stackBytes)} at its deepest`,
      kind: "measured",
      source: "painted stack, read back on the device",
    });
  }
  return rows;
}

/** What a benchmark row needs to mean anything: board, clock, placement, compiler, flags, digest, n. */
export function provenanceRows(document: RunDocument): readonly (readonly [string, string])[] {
  const { provenance, model } = document;
  const clock = provenance.clock;
  return [
    ["board", `${provenance.boardName} (${document.board})`],
    ...(provenance.asName === null
      ? []
      : ([["numbers of", `${provenance.asName} (${document.as})`]] as const)),
    [
      "clock",
      clock === null
        ? "none"
        : `${formatValue(clock.value, clock.unit)}, ${clock.kind}: ${clock.source}`,
    ],
    ["placement", provenance.placement],
    ["compiler", provenance.compiler],
    ["flags", provenance.flags],
    ["model", `${model.name}, digest ${model.digest}, ${document.format}`],
    [
      "work",
      `${formatNumber(model.macs)} MACs a frame${model.networkMacs === undefined ? "" : ` done of the network's ${formatNumber(model.networkMacs)}`} (${formatNumber(model.paddedMacs)} with padding), ${formatBytes(model.weightBytes)} of weights, ${formatBytes(model.stateBytes)} of state`,
    ],
    ["program", document.app],
    ["n", `${formatNumber(document.frames)} frames`],
    ["counter", provenance.counter],
  ];
}

/** The files of a run by name: where they lie is nobody's business but this computer's. */
export function fileRows({ files }: RunDocument): readonly (readonly [string, string])[] {
  return Object.entries(files).map(([name, path]) => [name, path.split(/[\\/]/).at(-1) ?? path]);
}

/** Why times that are modelled from an emulator's counts have no tail; nothing for times that spread or were measured. */
function evenness({ latencyMs }: RunDocument): string {
  if (latencyMs === null || latencyMs.kind === "measured") return "";
  return latencyMs.p50 === latencyMs.max
    ? "; all equal, because an emulator has no jitter: a real board's tail is longer"
    : "";
}

function origin(from: Pick<Row, "kind" | "source">): Pick<Row, "kind" | "source"> {
  return { kind: from.kind, source: from.source };
}

/** A gain with its sign: "+7.84 dB". */
export function signedDecibels(value: number): string {
  return `${value > 0 ? "+" : ""}${formatValue(value, "dB")}`;
}
