/**
 * Decides what the analyzer is told of a board: its file, its own roofs, and the waits that follow from its memories and
 * caches.
 * What waits there are is left to codegen/memory, so that an estimate and a simulation have one description.
 */
import { type Board, findMeasured, type MeasuredBoard, weightWaits } from "../../codegen/index.ts";
import { boardFactsOf } from "../analyze/board-facts.ts";
import type { BoardFacts } from "../analyze/facts.ts";
import { withOwnRoofs } from "./own-roofs.ts";

/**
 * @param measured what its own loops took; without it what boards/measured holds
 * @throws UsageError TP-USE-104 for a report in boards/measured that is none, AnalysisError TP-USE-242 for a number that is
 *   not finite
 */
export function knownBoard(
  board: Board,
  measured: MeasuredBoard | null = findMeasured(board),
): BoardFacts {
  return withOwnRoofs(waitingFacts(board), board, measured);
}

function waitingFacts(board: Board): BoardFacts {
  if (board.kind === "emulated") return boardFactsOf(board);
  const { cache, residentBytes, partBytes, stallsOf } = weightWaits(board);
  const before = cache === null ? "" : ` through ${cache.name}`;
  return boardFactsOf(board, {
    residentBytes,
    partBytes,
    stallsPerPart: stallsOf(partBytes),
    source: `${partBytes} B of ${board.weights.memory} at once${before}, as the emulator simulates it`,
  });
}
