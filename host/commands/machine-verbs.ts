/**
 * The verbs of what is there before a model is: the demonstration, tools, boards, ports.
 * What they do is left to workflow/.
 */
import { Option } from "commander";
import type { DeclareVerb } from "./declare.ts";

export function machineVerbs(verb: DeclareVerb): void {
  verb(
    "demo",
    "the shipped denoiser on an emulated Cortex-M4: real audio in, clean audio and a report out",
    async () => (await import("../workflow/demo.ts")).demo,
  )
    .addOption(
      new Option("--as <board>", "real board whose clock and current apply").default("nrf52840-dk"),
    )
    .option("--out <dir>", "where audio and report go");

  verb(
    "doctor",
    "what is installed, what is missing and the command that gets it",
    async () => (await import("../workflow/verbs.ts")).doctor,
  ).option("--udev-rules <file>", "only write the rules that let you open boards (Linux)");

  verb(
    "boards [id]",
    "the boards, with memories, caches, clocks, roofs and where each value comes from",
    async () => (await import("../workflow/verbs.ts")).boards,
  );

  verb(
    "calibrate <capture>",
    "fit a board's wait states and unsure rules to loops that it measured, into boards/measured/ID.json",
    async () => (await import("../workflow/calibrate.ts")).calibrate,
  )
    .requiredOption("--board <id>", "board that measured them")
    .option("--out <dir>", "where ID.json goes")
    .addHelpText(
      "after",
      "\nA capture is a recording of bench roofs, or the report that it wrote. An emulator's is refused.\nExample: pioneer calibrate roofs.tpcap --board nucleo-l476rg",
    );

  verb("ports", "serial devices", async () => (await import("../workflow/verbs.ts")).ports);
}
