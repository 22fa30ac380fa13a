/**
 * The verbs of a link: what a device says, live, in a file and from a file.
 * What they do is left to workflow/watch.
 */
import type { Command } from "commander";
import type { DeclareVerb } from "./declare.ts";
import { budget } from "./options.ts";

export function linkVerbs(verb: DeclareVerb): void {
  const port = (command: Command): Command =>
    command
      .option("--port <path>", "serial port, or tcp:HOST:PORT; found by the USB ids without it")
      .option("--board <id>", "only this board's USB ids")
      .option("--serial <number>", "of several devices, the one with this serial number")
      .option("--elf <file>", "what runs there, so that faults are named")
      .addOption(budget("--seconds <n>", "end after so long [s]; Ctrl-C ends it too"));

  port(
    verb(
      "monitor",
      "what a device says, decoded as it comes; an unplugged cable is waited for",
      async () => (await import("../workflow/watch/watch.ts")).monitor,
    ),
  );

  port(
    verb(
      "record <file>",
      "the same, every byte kept with its time in a file that outlives a crash",
      async () => (await import("../workflow/watch/watch.ts")).record,
    ),
  ).addHelpText(
    "after",
    "\nExample:\n  pioneer record desk.tpcap --seconds 60\n  pioneer replay desk.tpcap --events",
  );

  verb(
    "replay <file>",
    "a recording as if it were live: its report again, byte for byte",
    async () => (await import("../workflow/watch/watch.ts")).replay,
  )
    .option("--events", "each event first")
    .option("--real-time", "each event first, at its recorded time")
    .option("--elf <file>", "what ran there, so that faults are named")
    .option("--html <file>", "write the HTML report of a run too")
    .option("--markdown <file>", "write the report of a run as Markdown")
    .option("--csv <file>", "write one row a record, which analyze reads back")
    .option("--svg <file>", "write the roofline as a picture");
}
