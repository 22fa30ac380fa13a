/**
 * The error for a frame, an interval or a distance that no radio and no network can be asked about.
 * Which numbers those are is left to the callers.
 */
import { AnalysisError } from "./analysis-error.ts";

export function unusableFrame(what: string, why: string): AnalysisError {
  return new AnalysisError("TP-USE-260", {
    what: `${what} cannot be sent`,
    why,
    fix: "give the time between two frames in ms and the distance in km, for example 10 and 500",
  });
}
