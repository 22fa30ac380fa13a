/**
 * The verbs that bring and check evidence: a power monitor's currents, submissions.
 * What they do is left to workflow/.
 */
import { Option } from "commander";
import { MONITORS } from "../power/monitor-names.ts";
import type { DeclareVerb } from "./declare.ts";
import { budget, count } from "./options.ts";

export function evidenceVerbs(verb: DeclareVerb): void {
  verb(
    "power",
    "currents of a power monitor: average and peak power, energy of each frame, losses",
    async () => (await import("../workflow/power.ts")).power,
  )
    .addOption(
      new Option("--monitor <name>", "the instrument; sim-… only plays its part")
        .choices([...MONITORS])
        .makeOptionMandatory(),
    )
    .option("--port <path>", "its serial port; found by its USB ids without it")
    .option("--from <file>", "file: CSV or JSON that a Joulescope or an Otii recorded")
    .addOption(budget("--shunt-ohm <n>", "ina: its shunt [ohm]; 0.1 without it"))
    .addOption(budget("--seconds <n>", "how long [s]; a file is read whole").default(10))
    .addOption(count("--supply-mv <n>", "what it supplies, or what else does [mV]").default(3000))
    .option("--ammeter", "measure the current of another supply")
    .option("--pin <input>", "digital input that is high while a frame is computed", "D0")
    .addOption(budget("--budget-mw <n>", "highest average power over whole periods [mW]"))
    .addOption(budget("--max-lost <percent>", "void when more samples are missing [%]").default(1))
    .option(
      "--windows <recording>",
      "no pin: find the frames of this run, at the same time, by correlation",
    )
    .option("--battery <name>", "how long would it last: cr2032, zinc-air-312, aaa, ...")
    .addOption(budget("--battery-mah <n>", "how long would such a battery last [mAh]"))
    .addHelpText(
      "after",
      "\nExample:\n  pioneer power --monitor ppk2 --supply-mv 3000 --seconds 30 --budget-mw 1",
    );

  verb(
    "submit <recording>",
    "one file of a recording and its conclusions, which a teacher can check",
    async () => (await import("../workflow/submit.ts")).submit,
  ).option("--out <file>", "where it goes; beside you, named after the recording, without it");

  verb(
    "verify <file>",
    "draws the conclusions of a submission again; exit 1 when they do not hold",
    async () => (await import("../workflow/submit.ts")).verify,
  );
}
