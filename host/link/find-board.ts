/**
 * Decides which port a board is on, by the USB ids of its board file and by serial number.
 * Listing the ports is left to serial.ts, asking who really answers to the greeting.
 */
import { LinkError, MissingToolError } from "../../codegen/index.ts";
import type { PortInfo } from "./passive-port.ts";

/** The parts of a board file that matter here. */
export interface BoardOnUsb {
  readonly id: string;
  readonly usb?: readonly {
    readonly vendor: string;
    readonly product: string;
    readonly device: string;
  }[];
}

/** A port and the boards that show themselves by its USB ids; a bridge chip is on many. */
export interface BoardPort {
  readonly path: string;
  readonly serialNumber: string | null;
  /** What the USB ids belong to: "ST-LINK/V2-1 of Nucleo boards". */
  readonly device: string;
  readonly boards: readonly string[];
}

/** The ports that any of `boards` may be behind, in order of their names. */
export function boardPorts(
  ports: readonly PortInfo[],
  boards: readonly BoardOnUsb[],
): readonly BoardPort[] {
  return ports
    .flatMap(({ path, vendorId, productId, serialNumber }) => {
      const matches = boards.flatMap(({ id, usb = [] }) => {
        const found = usb.find(
          ({ vendor, product }) =>
            vendor === vendorId?.toLowerCase() && product === productId?.toLowerCase(),
        );
        return found ? [{ id, device: found.device }] : [];
      });
      const [first] = matches;
      if (!first) return [];
      const ids = matches.map(({ id }) => id);
      return [{ path, serialNumber: serialNumber ?? null, device: first.device, boards: ids }];
    })
    .sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
}

export interface PortRequest {
  /** Only this board; any one without it. */
  readonly board?: string;
  /** Only the device with this serial number. */
  readonly serial?: string;
}

/**
 * The one port that fits. A debug probe with two ports is one device: its first port is taken.
 * @throws MissingToolError TP-NEED-012 when none fits, LinkError TP-LINK-011 when several devices do
 */
export function chooseBoardPort(
  ports: readonly PortInfo[],
  boards: readonly BoardOnUsb[],
  request: PortRequest,
): BoardPort {
  const wanted = boards.filter(({ id }) => request.board === undefined || id === request.board);
  const fitting = boardPorts(ports, wanted).filter(
    ({ serialNumber }) => request.serial === undefined || serialNumber === request.serial,
  );
  const [first] = fitting;
  if (!first) throw noBoard(ports, wanted, request);
  const other = fitting.find(
    ({ serialNumber }) => serialNumber === null || serialNumber !== first.serialNumber,
  );
  if (other === undefined || fitting.length === 1) return first;
  throw severalBoards(fitting);
}

function severalBoards(fitting: readonly BoardPort[]): LinkError {
  const [first] = fitting;
  const numbered = fitting.every(({ serialNumber }) => serialNumber !== null);
  return new LinkError(
    "TP-LINK-011",
    {
      what: `${fitting.length} ports could be the board`,
      why: fitting
        .map((port) => `${port.path}: ${port.device}, serial ${port.serialNumber ?? "unknown"}`)
        .join("; "),
      fix: numbered
        ? `choose one: --serial ${first?.serialNumber}, or --port ${first?.path}`
        : `choose one: --port ${first?.path}`,
    },
    { ports: fitting },
  );
}

function noBoard(
  ports: readonly PortInfo[],
  wanted: readonly BoardOnUsb[],
  { board, serial }: PortRequest,
): MissingToolError {
  const name = board ?? "board";
  const ids = wanted.flatMap(({ usb = [] }) =>
    usb.map(({ vendor, product }) => `${vendor}:${product}`),
  );
  const found = ports.flatMap(({ path, vendorId, productId }) =>
    vendorId === undefined ? [] : [`${path} (${vendorId}:${productId})`],
  );
  const asked = board === undefined ? "a known board's USB ids" : `USB ids ${ids.join(" or ")}`;
  const numbered = serial === undefined ? "" : ` and serial number ${serial}`;
  return new MissingToolError(
    "TP-NEED-012",
    {
      what: `no ${name} is plugged in`,
      why: `no port has ${asked}${numbered}; there ${found.length === 0 ? "is none on USB" : `are ${found.join(", ")}`}`,
      fix: "plug it in with a cable that carries data, or name its port: --port PATH (pioneer ports lists them); pioneer doctor says more",
    },
    { board, serial },
  );
}
