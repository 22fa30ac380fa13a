/**
 * The program `pioneer`: its verbs in the order of `--help`, and what every page of help ends with.
 * The options of each verb are left to the files of its group.
 */
import { Command } from "commander";
import { TOOL_VERSION } from "../workflow/version.ts";
import { analysisVerbs } from "./analysis-verbs.ts";
import { benchVerbs } from "./bench-verbs.ts";
import { comparisonVerbs } from "./comparison-verbs.ts";
import { declareIn } from "./declare.ts";
import { evidenceVerbs } from "./evidence-verbs.ts";
import { latencyVerbs } from "./latency-verbs.ts";
import { linkVerbs } from "./link-verbs.ts";
import { machineVerbs } from "./machine-verbs.ts";
import { modelVerbs } from "./model-verbs.ts";

/** @param setStatus gets the exit status of the verb that was typed */
export function buildProgram(signal: AbortSignal, setStatus: (status: number) => void): Command {
  const program = new Command("pioneer")
    .description("Turns a trained recurrent network into C for a small board, and proves it there.")
    .version(TOOL_VERSION)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  program.addHelpText(
    "after",
    "\nExit status: 0 done; 1 a budget, check or comparison failed; 2 wrong use;\n3 something needed is missing; 4 the device or the link failed.",
  );
  const verb = declareIn(program, signal, setStatus);
  machineVerbs(verb);
  modelVerbs(verb);
  analysisVerbs(verb);
  latencyVerbs(verb);
  comparisonVerbs(verb);
  evidenceVerbs(verb);
  linkVerbs(verb);
  benchVerbs(program, verb);
  return program;
}
