/**
 * The conversation with Nordic's Power Profiler Kit II: settings, start, samples, stop.
 * What metadata and samples mean is left to the modules beside it.
 */
import { LinkError } from "../../../codegen/index.ts";
import { LinkReader } from "../../link/reader.ts";
import type { Link } from "../../link/source.ts";
import type { CurrentBlock, PowerMonitor, SampleTotals } from "../monitor.ts";
import { isWhole, MAX_METADATA_BYTES, parseMetadata } from "./metadata.ts";
import { Ppk2Decoder, SAMPLE_RATE_HZ } from "./samples.ts";

const START = 0x06;
const STOP = 0x07;
const DEVICE_POWER = 0x0c;
const SUPPLY = 0x0d;
const MODE = 0x11;
const AMMETER = 1;
const SOURCE = 2;
const METADATA = 0x19;

/** Supply that it can set [mV]. */
export const PPK2_SUPPLY_MV = { low: 800, high: 5000 } as const;

const QUIET_MS = 200;
const DRAIN_LIMIT_MS = 3000;
const ANSWER_LIMIT_MS = 3000;
/** Without a sample for so long it has stopped [ms]. */
const SILENCE_LIMIT_MS = 2000;

export interface Ppk2Options {
  /** It supplies the board, or measures the current of another supply. */
  readonly mode: "source" | "ammeter";
  /** Of the source, or of the other supply [mV], 800..5000. */
  readonly supplyMv: number;
  readonly simulated: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Opens the link, asks for its calibration, sets mode and supply and starts measuring.
 * @throws LinkError TP-LINK-020 when it does not answer as a PPK2; TP-LINK-001 when the port cannot be opened
 */
export async function startPpk2(link: Link, options: Ppk2Options): Promise<PowerMonitor> {
  await link.open(options.signal);
  try {
    const reader = new LinkReader(link);
    // One that was left measuring goes on until it is told.
    await link.write(Uint8Array.of(STOP));
    await reader.drain(QUIET_MS, DRAIN_LIMIT_MS);
    await link.write(Uint8Array.of(METADATA));
    const text = await reader.text(isWhole, ANSWER_LIMIT_MS, MAX_METADATA_BYTES);
    if (text === undefined) throw noAnswer(link.name);
    const metadata = parseMetadata(text);
    const { supplyMv, mode } = options;
    await link.write(Uint8Array.of(MODE, mode === "source" ? SOURCE : AMMETER));
    await link.write(Uint8Array.of(SUPPLY, supplyMv >> 8, supplyMv & 0xff));
    await link.write(Uint8Array.of(DEVICE_POWER, 1));
    await link.write(Uint8Array.of(START));
    const supplyV = supplyMv / 1000;
    const decoder = new Ppk2Decoder(metadata.ranges, supplyV);
    const clock = { firstUs: -1, lastUs: -1 };
    let totals: SampleTotals | undefined;
    return {
      facts: {
        monitor: "ppk2",
        name: `PPK2 ${metadata.hardware ?? ""} on ${link.name}`.replace("  ", " "),
        simulated: options.simulated,
        calibrated: metadata.calibrated,
        sampleRateHz: SAMPLE_RATE_HZ,
        supplyV,
        warnings: metadata.warnings,
      },
      blocks: measuredBlocks(reader, decoder, clock),
      async stop() {
        if (totals) return totals;
        // The device's supply falls off by itself half a second after the port closes.
        await link.write(Uint8Array.of(STOP)).catch(() => {});
        await link.close();
        totals = decoder.totals(Math.max(0, clock.lastUs - clock.firstUs) / 1e6);
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
  decoder: Ppk2Decoder,
  clock: { firstUs: number; lastUs: number },
): AsyncGenerator<CurrentBlock> {
  for (;;) {
    const piece = await reader.next(SILENCE_LIMIT_MS);
    if (piece === "late" || piece === "ended") break;
    // The first piece holds samples from before it arrived: time counts from its end.
    if (clock.firstUs < 0) clock.firstUs = piece.receiveTimeUs;
    clock.lastUs = piece.receiveTimeUs;
    yield* decoder.decode(piece.bytes);
  }
  yield* decoder.finish();
}

function noAnswer(name: string): LinkError {
  return new LinkError(
    "TP-LINK-020",
    {
      what: `${name} does not answer as a PPK2 does`,
      why: "no calibration that ends with END came within 3 s",
      fix: "choose the lower-numbered of its two ports (pioneer ports), and close nRF Connect",
    },
    { name },
  );
}
