/**
 * The monitors by name: how each is found, opened and started, and which only play the part.
 * What to make of their currents is left to workflow/power.ts.
 */
import { createSerialLink, listPorts } from "../link/serial.ts";
import { findMonitorPort } from "./find-port.ts";
import type { PowerMonitor } from "./monitor.ts";
import type { MonitorName } from "./monitor-names.ts";
import { startPpk2 } from "./ppk2/ppk2.ts";
import { DEFAULT_LOAD } from "./simulated/load.ts";
import { SimulatedPpk2 } from "./simulated/ppk2.ts";
import { openSimulatedPort } from "./simulated/terminal.ts";

export interface MonitorRequest {
  /** Its port; found by its USB ids without it. A simulated monitor opens its own. */
  readonly port?: string;
  /** [mV] */
  readonly supplyMv: number;
  readonly mode: "source" | "ammeter";
  readonly signal?: AbortSignal;
}

/** The baud rate of a USB port means nothing. */
const USB_BAUD = 115_200;
const PPK2_IDS = { vendorId: "1915", productId: "c00a" };

/** Finds, opens and starts a monitor. @throws LinkError, MissingToolError as find-port.ts, ppk2.ts and terminal.ts say */
export async function startMonitor(
  name: MonitorName,
  request: MonitorRequest,
): Promise<PowerMonitor> {
  if (name === "ppk2") {
    const { ports } = request.port === undefined ? await listPorts() : { ports: [] };
    const path = request.port ?? findMonitorPort("PPK2", PPK2_IDS, ports);
    const link = createSerialLink({ path, baudRate: USB_BAUD, dtr: true });
    return startPpk2(link, { ...request, simulated: false });
  }
  const device = new SimulatedPpk2(DEFAULT_LOAD);
  const port = await openSimulatedPort(device);
  try {
    const link = createSerialLink({ path: port.path, baudRate: USB_BAUD });
    const monitor = await startPpk2(link, { ...request, simulated: true });
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
