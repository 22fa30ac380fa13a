/**
 * The verbs that hold one build against another: the challenge, baselines.
 * What they do is left to workflow/.
 */
import { Option } from "commander";
import { LEVELS } from "../analyze/challenge/variant.ts";
import type { DeclareVerb } from "./declare.ts";
import { budget, calibrate, count, format, formatByLayer } from "./options.ts";

export function comparisonVerbs(verb: DeclareVerb): void {
  verb(
    "challenge <model>",
    "the optimisation challenge: from a naive build to at least 30 % less time, with its log",
    async () => (await import("../workflow/challenge/challenge.ts")).challenge,
  )
    .requiredOption("--board <id>", "board to run on")
    .option("--as <id>", "real board to generate for, whose clock and memories apply")
    .addOption(format())
    .addOption(calibrate())
    .addOption(
      new Option("--baseline <level>", "optimisation level of the portable C to start from")
        .choices([...LEVELS])
        .default("Os"),
    )
    .option("--input <file>", "WAV or NPY to play; the model's first clip without it")
    .addOption(count("--frames <n>", "frames counted in each run; 20 without it"))
    .addOption(count("--trials <n>", "runs of baseline and optimised build; 5 without it"))
    .option("--out <dir>", "where reports (JSON, Markdown, HTML) and both recordings go")
    .addHelpText(
      "after",
      "\nExit status 1 below 30 %. Example:\n  pioneer challenge hearable --board qemu-m4 --as nrf52840-dk --out out/challenge",
    );

  verb(
    "save <name> [files...]",
    "keeps runs as a named baseline: each FILE is one; without a FILE the last recording is",
    async () => (await import("../workflow/save.ts")).save,
  )
    .option("--add", "further runs of a baseline that exists")
    .option("--dir <dir>", "where baselines are; .pioneer/baselines without it")
    .addHelpText(
      "after",
      `
A FILE is anything that pioneer analyze reads. Example:
  pioneer run hearable --board qemu-m4 --as nrf52840-dk
  pioneer save before`,
    );

  verb(
    "compare <baseline> <candidate>",
    "whether the candidate is really worse: counts exactly, measured numbers by statistics",
    async () => (await import("../workflow/compare.ts")).compare,
  )
    .addOption(budget("--alpha <share>", "chance of a false regression; 0.05 without it"))
    .addOption(
      budget("--min-effect <percent>", "changes of measured numbers that matter; 2 without it"),
    )
    .addOption(
      new Option(
        "--tolerance <percent>",
        "exact numbers may be so much worse; 0 without it",
      ).argParser(Number),
    )
    .option("--strict", "exit 1 too when it cannot tell")
    .option("--any-machine", "compare the same workload on different machines")
    .option("--dir <dir>", "where baselines are; .pioneer/baselines without it")
    .option("--markdown <file>", "write the comparison as Markdown")
    .option("--junit <file>", "write the comparison as JUnit XML")
    .option("--github [file]", "append to the job's summary (GITHUB_STEP_SUMMARY), or to a file")
    .addHelpText(
      "after",
      `
Each side is a saved name, a file that pioneer analyze reads, or a folder whose files are runs.
Exit status: 0 no regression is shown, 1 there is one.
Example:
  pioneer run hearable --board qemu-m4 --as nrf52840-dk --record a
  pioneer run hearable --board qemu-m4 --as nrf52840-dk --record b
  pioneer compare a b`,
    );

  verb(
    "gate [model]",
    "one model on many emulated boards: exact outputs, budgets and a baseline, for continuous integration",
    async () => (await import("../workflow/gate/gate.ts")).gate,
  )
    .option("--boards <list>", "BOARD or BOARD:AS, by commas; every emulated board without it")
    .addOption(formatByLayer())
    .addOption(count("--frames <n>", "frames counted on each board; 10 without it"))
    .addOption(budget("--budget-ms <n>", "longest time a frame may take [ms]; needs BOARD:AS"))
    .addOption(budget("--budget-mw <n>", "highest average power [mW]; needs BOARD:AS"))
    .option("--baseline <dir>", "folder of an earlier gate, to compare with; not where --out is")
    .option("--allow-missing-baseline", "let a board pass that has no recording there")
    .addOption(
      new Option(
        "--tolerance <percent>",
        "exact numbers may be so much worse than the baseline; 0 without it",
      ).argParser(Number),
    )
    .option("--out <dir>", "where recordings and summary go; out/gate without it")
    .option("--summary <file>", "append the summary to it; GITHUB_STEP_SUMMARY without it")
    .addHelpText(
      "after",
      `
Exit status: 0 every board passes, else the highest of the boards' own. Example:
  pioneer gate hearable --boards qemu-m4:nrf52840-dk,qemu-m0 --budget-ms 10 --baseline before`,
    );
}
