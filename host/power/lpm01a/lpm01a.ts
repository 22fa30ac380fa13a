/**
 * The conversation with ST's X-NUCLEO-LPM01A: settings, start, samples, stop, every command acknowledged.
 * What its lines mean is left to the modules beside it.
 */
import { LinkError } from "../../../codegen/index.ts";
import { LinkReader } from "../../link/reader.ts";
import type { Link } from "../../link/source.ts";
import type { CurrentBlock, PowerMonitor, SampleTotals } from "../monitor.ts";
import type { Lpm01aLine } from "./lines.ts";
import { LineCutter } from "./lines.ts";
import { Lpm01aDecoder } from "./samples.ts";

/** Its port's rate [baud]. */
export const LPM01A_BAUD = 3_686_400;
/** Supply that it can set [mV]. */
export const LPM01A_SUPPLY_MV = { low: 1800, high: 3300 } as const;
/** Samples a second in text. */
const SAMPLE_RATE_HZ = 1000;

const QUIET_MS = 200;
const DRAIN_LIMIT_MS = 3000;
const ANSWER_LIMIT_MS = 2000;
const SILENCE_LIMIT_MS = 2000;

/** From "nobody holds it" to a supplied board, a reading a millisecond, events of D7. */
function settings(supplyMv: number): string[] {
  return [
    "htc",
    "pwr off",
    "acqtime inf",
    "trigdelay 0",
    "trigsrc sw",
    "eventsrc d7 fal",
    "output energy",
    "format ascii_dec",
    "freq 1k",
    `volt ${supplyMv}m`,
    "pwr on nostatus",
  ];
}

export interface Lpm01aOptions {
  /** What it supplies [mV]. */
  readonly supplyMv: number;
  readonly simulated: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Opens the link, takes control, sets supply and output and starts measuring.
 * @throws LinkError TP-LINK-022 when it does not answer, TP-LINK-023 when it refuses a command
 */
export async function startLpm01a(link: Link, options: Lpm01aOptions): Promise<PowerMonitor> {
  await link.open(options.signal);
  try {
    const reader = new LinkReader(link);
    const lines = new LineCutter();
    const send = (command: string) => link.write(new TextEncoder().encode(`${command}\r\n`));
    await send("stop");
    await reader.drain(QUIET_MS, DRAIN_LIMIT_MS);
    for (const command of settings(options.supplyMv)) {
      await send(command);
      await acknowledged(reader, lines, command, link.name);
    }
    await send("start");
    const supplyV = options.supplyMv / 1000;
    const decoder = new Lpm01aDecoder(supplyV, SAMPLE_RATE_HZ);
    const warnings: string[] = [];
    let totals: SampleTotals | undefined;
    return {
      facts: {
        monitor: "lpm01a",
        name: `X-NUCLEO-LPM01A on ${link.name}`,
        simulated: options.simulated,
        calibrated: null,
        sampleRateHz: SAMPLE_RATE_HZ,
        supplyV,
        warnings,
      },
      blocks: measuredBlocks(reader, lines, decoder, warnings),
      async stop() {
        if (totals) return totals;
        for (const command of ["stop", "pwr off", "hrc"]) await send(command).catch(() => {});
        await link.close();
        totals = decoder.totals();
        return totals;
      },
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}

async function* measuredBlocks(
  reader: LinkReader,
  cutter: LineCutter,
  decoder: Lpm01aDecoder,
  warnings: string[],
): AsyncGenerator<CurrentBlock> {
  for (;;) {
    const piece = await reader.next(SILENCE_LIMIT_MS);
    if (piece === "late" || piece === "ended") return;
    const lines = cutter.cut(piece.bytes);
    for (const line of lines) {
      if (line.kind === "failure" && !warnings.includes(line.text)) warnings.push(line.text);
    }
    yield* decoder.decode(lines);
    if (lines.some((line) => line.kind === "completed")) return;
  }
}

async function acknowledged(
  reader: LinkReader,
  cutter: LineCutter,
  command: string,
  name: string,
): Promise<void> {
  const endMs = performance.now() + ANSWER_LIMIT_MS;
  for (;;) {
    const leftMs = endMs - performance.now();
    const piece = leftMs > 0 ? await reader.next(leftMs) : "late";
    if (piece === "late" || piece === "ended") throw noAnswer(name, command);
    for (const line of cutter.cut(piece.bytes)) {
      if (answers(line, command)) return;
      if (line.kind === "refused") throw refused(name, command, line.text);
    }
  }
}

/** `ack` with the command's first word: a late answer to an earlier command is not this one's. */
function answers(line: Lpm01aLine, command: string): boolean {
  const [word = ""] = command.split(" ");
  return line.kind === "acknowledged" && line.text.split(" ")[1] === word;
}

function noAnswer(name: string, command: string): LinkError {
  return new LinkError(
    "TP-LINK-022",
    {
      what: `${name} does not acknowledge "${command}"`,
      why: "an X-NUCLEO-LPM01A answers every command within 2 s",
      fix: "check the port (pioneer ports), and press RESET on the board",
    },
    { name, command },
  );
}

function refused(name: string, command: string, answer: string): LinkError {
  return new LinkError(
    "TP-LINK-023",
    {
      what: `${name} refuses "${command}"`,
      why: `it says: ${answer}`,
      fix: "check the supply (1800 to 3300 mV), and press RESET on the board",
    },
    { name, command, answer },
  );
}
