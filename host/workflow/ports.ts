/**
 * The data behind `pioneer ports`: serial devices, who made them, and whether this user may open them.
 * Finding them is left to the serial link, which board answers behind one to its greeting.
 */
import { access, constants } from "node:fs/promises";
import { boardPorts } from "../link/find-board.ts";
import { listPorts } from "../link/serial.ts";
import { boardsOnUsb } from "./watch/port.ts";

/** One serial device. */
export interface PortRow {
  /** Such as /dev/ttyACM0 or COM3; what --port takes. */
  readonly path: string;
  readonly manufacturer: string | null;
  /** USB ids in hexadecimal; null on a port that is not USB. */
  readonly vendorId: string | null;
  readonly productId: string | null;
  readonly serialNumber: string | null;
  /** Boards that show themselves by these ids; which one it is says its greeting. */
  readonly boards: readonly string[];
  /** Whether this user may read and write it; true where the system does not say (Windows). */
  readonly accessible: boolean;
}

export interface PortRows {
  readonly schema: 1;
  readonly rows: readonly PortRow[];
  /** Why the system could not list all; null when it did. */
  readonly warning: string | null;
}

/** The serial devices of this computer, USB ones first. Throws MissingToolError without a driver for this system. */
export async function portRows(): Promise<PortRows> {
  const { ports, warning } = await listPorts();
  const known = boardsOnUsb();
  const rows = await Promise.all(
    ports.map(async (port) => ({
      path: port.path,
      manufacturer: port.manufacturer ?? null,
      vendorId: port.vendorId ?? null,
      productId: port.productId ?? null,
      serialNumber: port.serialNumber ?? null,
      boards: boardPorts([port], known)[0]?.boards ?? [],
      accessible: await mayOpen(port.path),
    })),
  );
  const rank = (row: PortRow) => (row.vendorId === null ? 1 : 0);
  rows.sort((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path));
  return { schema: 1, rows, warning: warning ?? null };
}

async function mayOpen(path: string): Promise<boolean> {
  if (process.platform === "win32") return true;
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
