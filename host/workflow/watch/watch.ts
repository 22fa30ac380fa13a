/**
 * The verbs `monitor`, `record` and `replay`: a link's events as they happen, kept in a file, and from that file again.
 * Sums are left to live-summary.ts, the report of a run's recording to run.ts.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { CaptureWriter, loadCapture } from "../../capture/file.ts";
import type { Capture } from "../../capture/format.ts";
import type { CaptureManifest } from "../../capture/manifest.ts";
import { recordLink } from "../../capture/record-link.ts";
import { receivedPieces } from "../../capture/replay.ts";
import type { LinkEvent } from "../../decode/frames.ts";
import { createDeviceDecoder, encodeFrame } from "../../decode/frames.ts";
import type { HelloRecord } from "../../decode/records.gen.ts";
import { WIRE_VERSION } from "../../decode/records.ts";
import { faultError, type NameFunction } from "../../link/outcome.ts";
import { createReplayLink } from "../../link/replay.ts";
import type { Link } from "../../link/source.ts";
import { clockLine, eventLine } from "../../report/live.ts";
import { watchText } from "../../report/watch.ts";
import type { VerbContext } from "../context.ts";
import { gitState } from "../git-state.ts";
import { isRunRecording } from "../recording.ts";
import type { ReportFiles } from "../reports.ts";
import { analyzeVerb } from "../run.ts";
import { functionAt, readSymbols } from "../symbols.ts";
import { TOOL_VERSION } from "../version.ts";
import { LiveSummary, type WatchDocument } from "./live-summary.ts";
import { lastingPort, type PortOptions } from "./port.ts";

/** Between two lines about the device's clock [µs]. */
const CLOCK_EVERY_US = 10e6;

export interface WatchOptions extends PortOptions {
  /** ELF file of what runs there, so that faults are named. */
  readonly elf?: string;
  readonly seconds?: number;
}

/** Exit 4 when the device met a fault, 1 when too much was lost. */
export async function monitor(context: VerbContext, options: WatchOptions): Promise<number> {
  return watchPort(context, options, null);
}

/** Like monitor, with every byte in `path` as it arrives; what is printed is made from that file. */
export async function record(
  context: VerbContext,
  options: WatchOptions,
  path: string,
): Promise<number> {
  return watchPort(context, options, path);
}

export interface ReplayOptions extends ReportFiles {
  readonly events?: boolean;
  readonly realTime?: boolean;
  readonly elf?: string;
}

/** The report that the recorded run printed, or the sums of what was recorded; with `events` each event first. */
export async function replay(
  context: VerbContext,
  options: ReplayOptions,
  path: string,
): Promise<number> {
  const capture = await loadCapture(path);
  if (capture.damage) {
    const { offset, why } = capture.damage;
    context.progress.note(`warning: read up to byte ${offset}: ${why}`);
  }
  if (options.events || options.realTime) {
    const { elf, realTime = false } = options;
    const link = createReplayLink({ name: path, pieces: receivedPieces(capture), realTime });
    await link.open(context.signal);
    await listen(link, lineWriter(context, await namesOf(elf)));
  }
  if (isRunRecording(capture)) return analyzeVerb(context, options, path);
  return conclude(context, await documentOf(capture, path, options.elf));
}

async function watchPort(
  context: VerbContext,
  options: WatchOptions,
  path: string | null,
): Promise<number> {
  const nameFunction = await namesOf(options.elf);
  const summary = new LiveSummary();
  const write = lineWriter(context, nameFunction);
  let sequence = 0;
  let identify = (): void => {};
  const port = await lastingPort(
    options,
    (line) => context.progress.note(line),
    () => identify(),
  );
  // First the link: a file that is there stays as it is where no device is.
  await port.link.open(context.signal);
  let writer: CaptureWriter | undefined;
  try {
    if (path !== null) {
      mkdirSync(dirname(path), { recursive: true });
      writer = new CaptureWriter(path, manifestOf(options, port.link, undefined));
    }
  } catch (error) {
    await port.link.close();
    throw error;
  }
  const link = writer ? recordLink(port.link, writer) : port.link;
  identify = () => {
    const asked = encodeFrame({ type: "identify", wireVersion: WIRE_VERSION }, sequence++, 0);
    link.write(asked).catch(() => undefined);
  };
  const stop = () => void link.close();
  const timer =
    options.seconds === undefined ? undefined : setTimeout(stop, options.seconds * 1000);
  context.signal.addEventListener("abort", stop, { once: true });
  let totals = createDeviceDecoder().totals;
  let nextClockUs = CLOCK_EVERY_US;
  try {
    identify();
    context.progress.step(`listening on ${link.name}; Ctrl-C ends it`);
    totals = await listen(link, (event) => {
      const known = summary.hello;
      summary.take(event);
      if (summary.hello !== known) writer?.describe(manifestOf(options, link, summary.hello));
      write(event);
      if (event.receiveTimeUs < nextClockUs) return;
      nextClockUs = event.receiveTimeUs + CLOCK_EVERY_US;
      const clock = summary.clock();
      if (clock && !context.json && !context.quiet) {
        process.stdout.write(`${clockLine(event.receiveTimeUs, clock)}\n`);
      }
    });
    writer?.end("stopped");
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", stop);
    await link.close();
    writer?.close();
  }
  const document =
    path === null
      ? summary.document(totals, { link: link.name, recording: null }, nameFunction)
      : await documentOf(await loadCapture(path), path, options.elf);
  const status = conclude(context, document);
  context.signal.throwIfAborted();
  return status;
}

/** Every event of a link until it ends; gives the totals. */
async function listen(link: Link, take: (event: LinkEvent) => void) {
  const decoder = createDeviceDecoder();
  let lastUs = 0;
  for await (const { bytes, receiveTimeUs } of link.received) {
    lastUs = receiveTimeUs;
    for (const event of decoder.push(bytes, receiveTimeUs)) take(event);
  }
  for (const event of decoder.end(lastUs)) take(event);
  return decoder.totals;
}

async function documentOf(
  capture: Capture,
  path: string,
  elf: string | undefined,
): Promise<WatchDocument> {
  const summary = new LiveSummary();
  const decoder = createDeviceDecoder();
  let lastUs = 0;
  for (const { bytes, receiveTimeUs } of receivedPieces(capture)) {
    lastUs = receiveTimeUs;
    for (const event of decoder.push(bytes, receiveTimeUs)) summary.take(event);
  }
  for (const event of decoder.end(lastUs)) summary.take(event);
  const names = { link: capture.manifest.link, recording: path };
  return summary.document(decoder.totals, names, await namesOf(elf));
}

function conclude(context: VerbContext, document: WatchDocument): number {
  context.print(document, () => watchText(document));
  if (document.fault) return 4;
  return document.void === null ? 0 : 1;
}

/** Writes a line an event to stdout; nothing beside a JSON document. */
function lineWriter(context: VerbContext, nameFunction: NameFunction): (event: LinkEvent) => void {
  if (context.json || context.quiet) return () => undefined;
  const faultText = (fault: Parameters<typeof faultError>[0]) =>
    faultError(fault, nameFunction).text.what;
  return (event) => {
    const line = eventLine(event, faultText);
    context.progress.end();
    if (line !== "") process.stdout.write(`${line}\n`);
  };
}

/** Functions of an ELF file by address; without one none is known. */
async function namesOf(elf: string | undefined): Promise<NameFunction> {
  if (elf === undefined) return () => undefined;
  const symbols = await readSymbols(elf);
  return (address) => functionAt(symbols, address);
}

function manifestOf(
  { board }: WatchOptions,
  link: Link,
  hello: HelloRecord | undefined,
): CaptureManifest {
  return {
    schema: 1,
    toolVersion: TOOL_VERSION,
    board: hello?.board ?? board ?? "unknown",
    as: null,
    app: hello?.app ?? "unknown",
    format: "unknown",
    model: { name: hello?.model ?? "unknown", digest: hello?.modelDigest ?? "" },
    wireVersion: WIRE_VERSION,
    link: link.name,
    startedAt: new Date().toISOString(),
    git: gitState(),
    monitor: null,
    facts: { kind: "record", compiler: hello?.compiler ?? null },
  };
}
