/**
 * Decides which port a monitor is on, by the ids that USB gives it.
 * Listing the ports is left to link/serial.ts, asking whether it answers to the monitor.
 */
import { LinkError, MissingToolError } from "../../codegen/index.ts";
import type { PortInfo } from "../link/passive-port.ts";

export interface UsbIds {
  /** Four hexadecimal digits, lower case. */
  readonly vendorId: string;
  readonly productId: string;
}

/**
 * The path of the one monitor that is plugged in; of several ports that it shows, the first.
 * @throws MissingToolError TP-NEED-031 when there is none, LinkError TP-LINK-021 when there are several
 */
export function findMonitorPort(name: string, ids: UsbIds, ports: readonly PortInfo[]): string {
  const found = ports
    .filter((port) => port.vendorId?.toLowerCase() === ids.vendorId)
    .filter((port) => port.productId?.toLowerCase() === ids.productId)
    .sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
  const [first] = found;
  if (first === undefined) {
    throw new MissingToolError("TP-NEED-031", {
      what: `no ${name} is plugged in`,
      why: `no port has the USB ids ${ids.vendorId}:${ids.productId}`,
      fix: "plug it in, or name its port with --port (pioneer ports lists them)",
    });
  }
  const other = found.find((port) => port.serialNumber !== first.serialNumber);
  if (other !== undefined) {
    throw new LinkError(
      "TP-LINK-021",
      {
        what: `more than one ${name} is plugged in`,
        why: found.map((port) => `${port.path} (serial ${port.serialNumber ?? "-"})`).join(", "),
        fix: `choose one: --port ${first.path}`,
      },
      { paths: found.map((port) => port.path) },
    );
  }
  return first.path;
}
