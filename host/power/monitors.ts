/**
 * The monitors by name: how each is found, opened and started, and which only play the part.
 * What to make of their currents is left to workflow/power.ts.
 */
import { UsageError } from "../../codegen/index.ts";
import { createSerialLink, listPorts } from "../link/serial.ts";
import type { Link } from "../link/source.ts";
import type { UsbIds } from "./find-port.ts";
import { findMonitorPort } from "./find-port.ts";
import { INA_BAUD, startIna } from "./ina/ina.ts";
import { LPM01A_BAUD, startLpm01a } from "./lpm01a/lpm01a.ts";
import type { PowerMonitor } from "./monitor.ts";
import type { MonitorName } from "./monitor-names.ts";
import { startPpk2 } from "./ppk2/ppk2.ts";
import { openRecorded } from "./recorded/recorded.ts";
import type { SimulatedDevice } from "./simulated/device.ts";
import { SIMULATED_SHUNT_OHM, SimulatedIna } from "./simulated/ina.ts";
import { DEFAULT_LOAD, type SimulatedLoad } from "./simulated/load.ts";
import { SimulatedLpm01a } from "./simulated/lpm01a.ts";
import { SimulatedPpk2 } from "./simulated/ppk2.ts";
import { openSimulatedPort } from "./simulated/terminal.ts";

export interface MonitorRequest {
  /** Its port; found by its USB ids without it. A simulated monitor opens its own. */
  readonly port?: string;
  /** Of an INA's shunt [ohm]. */
  readonly shuntOhm?: number;
  /** The recorded file of the monitor "file". */
  readonly from?: string;
  /** [mV] */
  readonly supplyMv: number;
  /** The LPM01A is always the source. */
  readonly mode: "source" | "ammeter";
  readonly signal?: AbortSignal;
  /** What a simulated monitor pretends to measure; a duty-cycled board without it. */
  readonly load?: SimulatedLoad;
}

interface Instrument {
  readonly name: string;
  readonly ids: UsbIds;
  readonly baudRate: number;
  readonly start: (
    link: Link,
    request: MonitorRequest & { readonly simulated: boolean },
  ) => Promise<PowerMonitor>;
  readonly simulate: (load: SimulatedLoad) => SimulatedDevice;
}

const INSTRUMENTS = {
  ppk2: {
    name: "PPK2",
    ids: { vendorId: "1915", productId: "c00a" },
    // A USB port has no rate.
    baudRate: 115_200,
    start: startPpk2,
    simulate: (load) => new SimulatedPpk2(load),
  },
  lpm01a: {
    name: "X-NUCLEO-LPM01A",
    ids: { vendorId: "0483", productId: "5740" },
    baudRate: LPM01A_BAUD,
    start: startLpm01a,
    simulate: (load) => new SimulatedLpm01a(load),
  },
} as const satisfies Record<string, Instrument>;

/** Rate at which a pseudo terminal is opened: it has none, but macOS refuses high ones [baud]. */
const PSEUDO_TERMINAL_BAUD = 115_200;

/**
 * Finds, opens and starts a monitor.
 * @throws LinkError, MissingToolError as find-port.ts, the monitors and terminal.ts say, UsageError TP-USE-441 for a file
 */
export async function startMonitor(
  name: MonitorName,
  request: MonitorRequest,
): Promise<PowerMonitor> {
  if (name === "file") return openRecorded(request.from ?? "", request.supplyMv, request.signal);
  if (name === "ina")
    return startIna(inaLink(request), { ...inaOptions(request), simulated: false });
  if (name === "sim-ina") return startSimulated(SIMULATED_INA, request);
  if (name === "sim-ppk2") return startSimulated(INSTRUMENTS.ppk2, request);
  if (name === "sim-lpm01a") return startSimulated(INSTRUMENTS.lpm01a, request);
  const instrument = INSTRUMENTS[name];
  const { ports } = request.port === undefined ? await listPorts() : { ports: [] };
  const path = request.port ?? findMonitorPort(instrument.name, instrument.ids, ports);
  const link = createSerialLink({ path, baudRate: instrument.baudRate, dtr: true });
  return instrument.start(link, { ...request, simulated: false });
}

/** Of the usual module. */
const USUAL_SHUNT_OHM = 0.1;

function inaOptions({ shuntOhm = USUAL_SHUNT_OHM, signal }: MonitorRequest) {
  return { shuntOhm, ...(signal === undefined ? {} : { signal }) };
}

/** It speaks through the board's own port, which no USB id tells. @throws UsageError TP-USE-440 without a port */
function inaLink({ port }: MonitorRequest): Link {
  if (port !== undefined) return createSerialLink({ path: port, baudRate: INA_BAUD });
  throw new UsageError("TP-USE-440", {
    what: "--monitor ina alone is not possible",
    why: "an INA speaks through its board, and nothing tells which port that is",
    fix: "--port PATH; pioneer ports lists them",
  });
}

const SIMULATED_INA: Pick<Instrument, "start" | "simulate"> = {
  start: (link, request) =>
    startIna(link, { ...inaOptions(request), ...request, shuntOhm: SIMULATED_SHUNT_OHM }),
  simulate: (load) => new SimulatedIna(load),
};

async function startSimulated(
  instrument: Pick<Instrument, "start" | "simulate">,
  request: MonitorRequest,
): Promise<PowerMonitor> {
  const port = await openSimulatedPort(instrument.simulate(request.load ?? DEFAULT_LOAD));
  try {
    const link = createSerialLink({ path: port.path, baudRate: PSEUDO_TERMINAL_BAUD });
    const monitor = await instrument.start(link, { ...request, simulated: true });
    return {
      ...monitor,
      async stop() {
        const totals = await monitor.stop();
        await port.close();
        return totals;
      },
    };
  } catch (error) {
    await port.close();
    throw error;
  }
}
