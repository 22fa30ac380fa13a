/**
 * Loads a built program onto a real board by PlatformIO and waits until the board greets with it.
 * Building is left to build.ts, waiting to link/returning-port.ts, the conversation to link/session.ts.
 */
import { LinkError, type RealBoard } from "../../../codegen/index.ts";
import type { Expectation } from "../../link/greeting.ts";
import { awaitBoard, type Ports, type Returned } from "../../link/returning-port.ts";
import { type BuildRequest, uploadFirmware } from "../build.ts";
import type { Progress } from "../progress.ts";
import { uploadFailure } from "./upload-failures.ts";

export interface FlashRequest {
  readonly board: RealBoard;
  readonly build: BuildRequest;
  readonly port: string;
  readonly expect: Expectation;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * The port on which the board greets with the new program.
 * @throws LinkError TP-LINK-042 for an upload that failed, what awaitBoard throws, MissingToolError of build.ts
 */
export async function flash(request: FlashRequest, ports: Ports): Promise<Returned> {
  const { board, build, port, expect, progress, signal } = request;
  const listed = await ports.list();
  const before = listed.find(({ path }) => path === port);
  progress.step(`uploading to ${board.id}`);
  const uploadMs = performance.now();
  const { failed, log } = await uploadFirmware(build, port);
  if (failed) throw uploadError(board, port, log);
  progress.step(`waiting for ${board.id} on ${port}`);
  const { usb } = board;
  const returned = await awaitBoard(
    {
      ...{ path: port, before, expect, uploadMs, signal },
      board: { id: board.id, ...(usb && { usb }) },
    },
    ports,
  );
  if (returned.path !== port) progress.note(`${board.id} is on ${returned.path} now`);
  return returned;
}

/** Lines of PlatformIO's own that say that something failed, and not what. */
const OF_PLATFORMIO = /^\*{3}|^=|\bFAILED\b/;

/** Why the loader failed, in known words where it has some, else in its own. */
export function uploadError(board: RealBoard, port: string, log: string): LinkError {
  const known = uploadFailure(log);
  const lines = log.split("\n").map((line) => line.trim());
  const said = known
    ? lines.find((line) => known.says.test(line))
    : lines.findLast((line) => /error|fail/i.test(line) && !OF_PLATFORMIO.test(line));
  const words = (said ?? "PlatformIO gave no reason").slice(0, 200);
  return new LinkError(
    "TP-LINK-042",
    {
      what: `the upload to ${board.id} on ${port} failed`,
      why: known === undefined ? words : `${known.why}: ${words}`,
      fix:
        known?.fix ?? "check cable, port and power; pioneer doctor says what keeps a port closed",
    },
    { board: board.id, port, log: log.slice(-4000) },
  );
}
