/**
 * An INA current monitor on the board's own I2C: the program ina measures for a while, then tells its conversions.
 * What registers mean is left to registers.ts, the conversation itself to link/session.ts.
 */
import { LinkError } from "../../../codegen/index.ts";
import type { LinkEvent } from "../../decode/frames.ts";
import type { InaRecord } from "../../decode/records.gen.ts";
import { Session } from "../../link/session.ts";
import type { Link } from "../../link/source.ts";
import type { CurrentBlock, PowerMonitor, SampleTotals } from "../monitor.ts";
import { inaName, inaStepA, inaVolts } from "./registers.ts";

/** Its port's rate [baud]. */
export const INA_BAUD = 921_600;

/** Payload of a record [byte]: what one of an unknown part counts as. */
const RECORD_BYTES = 20;

/** Frames of 10 ms in one request: the board keeps two seconds of conversions. */
const FRAMES_A_REQUEST = 200;
const SEED = 1;

export interface InaOptions {
  /** [ohm] */
  readonly shuntOhm: number;
  readonly simulated: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Greets the board and measures once, for the part, its rate and the supply.
 * @throws LinkError TP-LINK-024 when no part answers; what Session.open throws
 */
export async function startIna(link: Link, options: InaOptions): Promise<PowerMonitor> {
  const heard: InaRecord[] = [];
  const session = new Session(link, {
    expect: { app: "ina" },
    signal: options.signal,
    onEvent: (event: LinkEvent) => {
      if (event.kind === "record" && event.record.type === "ina") heard.push(event.record);
    },
  });
  const request = async () => {
    heard.length = 0;
    session.run.outputs.length = 0;
    await session.measure(FRAMES_A_REQUEST, SEED);
    return [...heard];
  };
  try {
    const hello = await session.open();
    const first = await request();
    const [head] = first;
    if (!hello || !head || first.length < 2) throw noPart(link.name, session.run.messages.at(-1));
    const grid = new InaGrid(first, options.shuntOhm);
    let totals: SampleTotals | undefined;
    return {
      facts: {
        monitor: "ina",
        name: `${inaName(head.part)} on ${hello.board}, ${options.shuntOhm} ohm`,
        simulated: options.simulated,
        calibrated: null,
        sampleRateHz: 1 / grid.intervalS,
        supplyV: grid.supplyV,
        warnings: [
          `a step of the shunt is ${(1e6 * inaStepA(head.part, options.shuntOhm)).toPrecision(3)} uA; frames are too short to be told apart`,
          "reading it keeps the core awake: its sleep is not measured",
        ],
      },
      blocks: measuredBlocks(first, request, grid, options.signal),
      async stop() {
        if (totals) return totals;
        await session.finish().catch(() => {});
        totals = grid.totals();
        return totals;
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function* measuredBlocks(
  first: readonly InaRecord[],
  request: () => Promise<readonly InaRecord[]>,
  grid: InaGrid,
  signal: AbortSignal | undefined,
): AsyncGenerator<CurrentBlock> {
  for (let records = first; records.length > 0; records = await request()) {
    yield* grid.place(records);
    if (signal?.aborted) return;
  }
}

/** Gives conversions their places by the device's clock; between two requests nothing is measured, and nothing lost. */
export class InaGrid {
  readonly intervalS: number;
  /** Average of the first request [V]. */
  readonly supplyV: number;
  readonly #shuntOhm: number;
  #next = 0;
  #samples = 0;
  #lost = 0;
  #clipped = 0;
  #discardedBytes = 0;
  #nextIndex: number | undefined;

  /** @param first the conversions of one request, at least two */
  constructor(first: readonly InaRecord[], shuntOhm: number) {
    this.#shuntOhm = shuntOhm;
    const steps = first.slice(1).map((record, i) => elapsedUs(first[i] as InaRecord, record));
    steps.sort((a, b) => a - b);
    this.intervalS = Math.max(1, steps[steps.length >> 1] ?? 1) / 1e6;
    const volts = first.flatMap((record) => inaVolts(record) ?? []);
    this.supplyV = volts.reduce((sum, { busV }) => sum + busV, 0) / Math.max(1, volts.length);
  }

  place(records: readonly InaRecord[]): CurrentBlock[] {
    const blocks: CurrentBlock[] = [];
    let currents: number[] = [];
    const cut = () => {
      if (currents.length > 0) {
        blocks.push({
          firstSample: this.#next - currents.length,
          currentsA: Float64Array.from(currents),
          ranges: new Uint8Array(0),
          digital: new Uint8Array(0),
        });
      }
      currents = [];
    };
    let last: InaRecord | undefined;
    for (const record of records) {
      const volts = inaVolts(record);
      if (!volts) {
        this.#discardedBytes += RECORD_BYTES;
        continue;
      }
      // Those that the board had no room for, and those that the link lost: the board numbers what it reads.
      const missing =
        this.#nextIndex === undefined ? 0 : Math.max(0, record.index - this.#nextIndex);
      this.#nextIndex = record.index + 1;
      const steps = last ? Math.round(elapsedUs(last, record) / 1e6 / this.intervalS) : 1;
      const gap = Math.max(missing, steps - 1);
      if (gap > 0 || !last) cut();
      if (last || missing > 0) this.#lost += gap;
      this.#next += gap + (last || this.#next === 0 ? 0 : 1);
      currents.push(volts.shuntV / this.#shuntOhm);
      this.#next++;
      this.#samples++;
      if (volts.isClipped) this.#clipped++;
      last = record;
    }
    cut();
    return blocks;
  }

  totals(): SampleTotals {
    return {
      samples: this.#samples,
      lost: this.#lost,
      lostByClock: 0,
      discardedBytes: this.#discardedBytes,
      clipped: this.#clipped,
    };
  }
}

/** The device's clock starts again after 2^32 microseconds. */
function elapsedUs(before: InaRecord, after: InaRecord): number {
  return (after.timeUs - before.timeUs) >>> 0;
}

function noPart(name: string, message: string | undefined): LinkError {
  return new LinkError(
    "TP-LINK-024",
    {
      what: `${name} has no current monitor that answers`,
      why: message ? `it says: ${message}` : "no conversion came",
      fix: "wire an INA219, INA226 or INA228 with address 0x40 to the board's I2C: docs/power.md",
    },
    { name },
  );
}
