/**
 * Finds a board again, under its port's old name or another: after an unplugged cable, and once its program was loaded.
 * Loading is left to the workflow, what the board is then asked to session.ts.
 */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LinkError } from "../../codegen/index.ts";
import type { LinkEvent } from "../decode/frames.ts";
import type { HelloRecord } from "../decode/records.gen.ts";
import { type BoardOnUsb, boardPorts } from "./find-board.ts";
import type { Expectation } from "./greeting.ts";
import type { PortInfo } from "./passive-port.ts";
import { Session } from "./session.ts";
import type { Link } from "./source.ts";

/** From the end of the upload to the greeting [ms]; a chip's own USB takes seconds to come back. */
const RETURN_MS = 20_000;
/** For one greeting [ms]: a boot loader that still waits is left sooner than a program that is asked again. */
const GREETING_MS = 3000;
const LOOK_EVERY_MS = 250;
/** A program that has run for longer than since the upload began, with this much to spare, is the old one [ms]. */
const CLOCK_SLACK_MS = 1000;

export interface ReturnRequest {
  /** The port that was named. */
  readonly path: string;
  /** What was behind it before the upload; undefined where the system does not list it. */
  readonly before: PortInfo | undefined;
  readonly board: BoardOnUsb;
  readonly expect: Expectation;
  /** When the upload began [ms], by performance.now(). */
  readonly uploadMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly returnMs?: number;
  readonly greetingMs?: number;
}

/** How ports are listed and opened. */
export interface Ports {
  readonly list: () => Promise<readonly PortInfo[]>;
  readonly link: (path: string) => Link;
}

export interface Returned {
  readonly path: string;
  readonly hello: HelloRecord;
}

/**
 * Where the board is now: the port with the serial number that the named one had, else the named one, else the only one
 * with the board's USB ids. Undefined while it is away.
 */
export function returnedPort(
  { path, before, board }: Pick<ReturnRequest, "path" | "before" | "board">,
  ports: readonly PortInfo[],
  exists: (path: string) => boolean = existsSync,
): string | undefined {
  const serial = before?.serialNumber;
  const same = serial === undefined ? [] : ports.filter((port) => port.serialNumber === serial);
  const named = same.find((port) => port.path === path) ?? same[0];
  if (named) return named.path;
  const listed = ports.find((port) => port.path === path);
  const isAnother =
    serial !== undefined && listed?.serialNumber !== undefined && listed.serialNumber !== serial;
  if (!isAnother && (listed !== undefined || exists(path))) return path;
  const fitting = boardPorts(ports, [board]);
  return fitting.length === 1 ? fitting[0]?.path : undefined;
}

/**
 * Opens the named port, each later time wherever what was behind it is now: as returnedPort finds it.
 * The function made throws LinkError TP-LINK-040 while it is away.
 */
export function lastingConnect(
  path: string,
  board: BoardOnUsb,
  { list, link }: Ports,
): () => Promise<Link> {
  let first: Promise<PortInfo | undefined> | undefined;
  const find = async () => (await list()).find((port) => port.path === path);
  return async () => {
    if (first === undefined) {
      first = find();
      await first;
      return link(path);
    }
    const before = await first;
    const ports = await list();
    const now = returnedPort({ path, before, board }, ports);
    if (now === undefined) throw neverBack({ path, board }, ports);
    return link(now);
  };
}

/**
 * The port on which the board greets with the new program.
 * @throws LinkError TP-LINK-040 when no port came back, TP-LINK-041 when nothing greets there or the old program does,
 *   TP-LINK-005 at once when another board answers; TP-LINK-001 when the port never opens
 */
export async function awaitBoard(request: ReturnRequest, ports: Ports): Promise<Returned> {
  const deadlineMs = performance.now() + (request.returnMs ?? RETURN_MS);
  const heard = new Heard();
  let seen: LinkError | undefined;
  for (;;) {
    request.signal?.throwIfAborted();
    const listed = await ports.list();
    const path = returnedPort(request, listed);
    if (path !== undefined) {
      const answer = await greeted(path, request, ports, { heard, deadlineMs });
      if (!(answer instanceof LinkError)) return { path, hello: answer };
      if (isOtherBoard(answer)) throw answer;
      seen = answer;
    }
    if (performance.now() >= deadlineMs) throw seen ?? neverBack(request, listed);
    await sleep(LOOK_EVERY_MS, undefined, request.signal ? { signal: request.signal } : {});
  }
}

/** Another board behind the port does not become the right one; an old program does. */
function isOtherBoard({ code, facts }: LinkError): boolean {
  return code === "TP-LINK-005" && facts.field === "board";
}

async function greeted(
  path: string,
  request: ReturnRequest,
  { link }: Ports,
  { heard, deadlineMs }: { readonly heard: Heard; readonly deadlineMs: number },
): Promise<HelloRecord | LinkError> {
  const { expect, signal, uploadMs, greetingMs = GREETING_MS } = request;
  const greetingTimeoutMs = Math.max(500, Math.min(greetingMs, deadlineMs - performance.now()));
  const session = new Session(link(path), {
    expect,
    signal,
    greetingTimeoutMs,
    onEvent: (event) => heard.accept(event),
  });
  try {
    const hello = await session.open();
    if (hello === undefined) {
      // What waits for a delimiter is told at the end.
      await session.close();
      return silent(path, heard);
    }
    const uptimeMs = (heard.deviceTimeUs ?? 0) / 1000;
    if (uptimeMs > performance.now() - uploadMs + CLOCK_SLACK_MS) return notRestarted(path);
    return hello;
  } catch (error) {
    if (error instanceof LinkError) return error;
    throw error;
  } finally {
    await session.close();
  }
}

/** Lines kept of what came unframed; a board that starts over and over repeats them. */
const KEPT_LINES = 400;

/** What came before a greeting, on all ports that were tried. */
class Heard {
  /** Of the last record [µs]. */
  deviceTimeUs: number | undefined;
  bytes = 0;
  readonly lines: string[] = [];

  accept(event: LinkEvent): void {
    if (event.kind === "record") this.deviceTimeUs = event.deviceTimeUs;
    if (event.kind === "text" || event.kind === "discarded") this.bytes += event.bytes;
    if (event.kind !== "text") return;
    const lines = event.text.split(/[\r\n]+/).filter((line) => line.trim() !== "");
    this.lines.push(...lines.slice(0, KEPT_LINES - this.lines.length));
  }

  /**
   * What a chip says at each of its starts (ESP-IDF, "Fatal Errors"; other boot ROMs alike), where the same line came again:
   * one start may say several.
   */
  get restarts(): { readonly count: number; readonly line: string } | undefined {
    const counts = new Map<string, number>();
    for (const line of this.lines.map((text) => text.trim())) {
      if (/\brst:0x|brownout|reset reason/i.test(line))
        counts.set(line, (counts.get(line) ?? 0) + 1);
    }
    const [line, count] = [...counts].reduce((a, b) => (b[1] >= a[1] ? b : a), ["", 0]);
    return count < 2 ? undefined : { count, line };
  }
}

function silent(path: string, heard: Heard): LinkError {
  const { restarts, bytes, lines } = heard;
  const last = lines.at(-1)?.trim().slice(0, 120);
  const why =
    restarts !== undefined
      ? `it starts over and over, ${restarts.count} times while it was asked: ${restarts.line.slice(0, 120)}`
      : bytes === 0
        ? "not one byte came"
        : `${bytes} bytes came that are no greeting${last === undefined ? "" : `, the last: ${last}`}`;
  return new LinkError(
    "TP-LINK-041",
    {
      what: `the board on ${path} does not greet after the upload`,
      why,
      fix:
        restarts !== undefined
          ? "give it a stronger supply or a shorter cable; if it is no brownout, a smaller model"
          : "press its reset button; check that the port is the one that the program talks on: docs/boards",
    },
    { path, bytes, restarts: restarts?.count ?? 0 },
  );
}

function notRestarted(path: string): LinkError {
  return new LinkError(
    "TP-LINK-041",
    {
      what: `the board on ${path} does not greet with the new program`,
      why: "what answers has been running since before the upload",
      fix: "press its reset button, then type it again with --no-upload",
    },
    { path },
  );
}

function neverBack(
  { path, board }: Pick<ReturnRequest, "path" | "board">,
  ports: readonly PortInfo[],
): LinkError {
  const there = ports.map((port) => port.path).join(", ");
  return new LinkError(
    "TP-LINK-040",
    {
      what: `${path} did not come back`,
      why: `no port has its serial number, its name or the USB ids of ${board.id} alone; there ${there === "" ? "is none" : `are ${there}`}`,
      fix: "press reset or plug it in again, then: pioneer ports, and pioneer run with --no-upload --port PORT",
    },
    { path, board: board.id },
  );
}
