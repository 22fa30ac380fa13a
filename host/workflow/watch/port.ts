/**
 * Decides which link a verb that only watches opens: a named port, or the one that a board is on.
 * The conversation is left to watch.ts.
 */
import { listBoards, loadBoard } from "../../../codegen/index.ts";
import { type BoardOnUsb, type BoardPort, chooseBoardPort } from "../../link/find-board.ts";
import { createLastingLink } from "../../link/lasting.ts";
import { listPorts } from "../../link/serial.ts";
import type { Link } from "../../link/source.ts";
import { portLink } from "../port-link.ts";

export interface PortOptions {
  readonly port?: string;
  readonly board?: string;
  readonly serial?: string;
}

/** The boards that show themselves on USB. */
export function boardsOnUsb(): readonly BoardOnUsb[] {
  return listBoards().flatMap(({ id }) => {
    const board = loadBoard(id);
    return board.kind === "real" ? [{ id, ...(board.usb && { usb: board.usb }) }] : [];
  });
}

/**
 * A link that is sought again when it goes away; `tell` gets a line each time.
 * @throws MissingToolError, LinkError of find-board.ts, UsageError of portLink
 */
export async function lastingPort(
  options: PortOptions,
  tell: (line: string) => void,
  onBack: () => void,
): Promise<{ readonly link: Link; readonly found: BoardPort | null }> {
  const find = async (): Promise<BoardPort> =>
    chooseBoardPort((await listPorts()).ports, boardsOnUsb(), options);
  const found = options.port === undefined ? await find() : null;
  const name = options.port ?? (found?.path as string);
  const link = createLastingLink({
    name,
    kind: name.startsWith("tcp:") ? "tcp" : "serial",
    connect: async () => portLink(options.port ?? (await find()).path),
    onLost: (why) => tell(`${name} went away (${why}); waiting for it`),
    onBack: (path) => {
      tell(`${path} is there again`);
      onBack();
    },
  });
  return { link, found };
}
