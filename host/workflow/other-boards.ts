/**
 * Decides which boards a run's cycles are carried to: those that could run the same program.
 * What they become there is left to analyze/carried-cycles.ts.
 */
import type { Board, PlacementRequest } from "../../codegen/index.ts";
import {
  findMeasured,
  listBoards,
  loadBoard,
  PLACED_PARTS,
  PlanError,
  placeOf,
  withCalibration,
} from "../../codegen/index.ts";

/**
 * Other real boards with the core of `rated` that take what the run asked into such a memory.
 * @param placement as `rated` takes it
 */
export function boardsLike(rated: Board, placement: PlacementRequest): readonly Board[] {
  return listBoards()
    .filter(({ kind, core, id }) => kind === "real" && core === rated.core && id !== rated.id)
    .map(({ id }) => loadBoard(id))
    .filter((board) => takesPlacement(board, rated, placement))
    .map((board) => withCalibration(board, findMeasured(board)));
}

/** A memory's name is its board's own: of another board one of that role is meant. */
function takesPlacement(board: Board, rated: Board, placement: PlacementRequest): boolean {
  try {
    for (const part of PLACED_PARTS) {
      const wanted = placement[part];
      if (wanted !== undefined) placeOf(board, part, placeOf(rated, part, wanted).memory.role);
    }
    return true;
  } catch (error) {
    if (error instanceof PlanError) return false;
    throw error;
  }
}
