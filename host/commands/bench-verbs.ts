/**
 * The group `bench`: kernels and machines, counted or measured.
 * What they do is left to workflow/bench/.
 */
import { type Command, Option } from "commander";
import { FUSIONS } from "../../codegen/index.ts";
import type { DeclareVerb } from "./declare.ts";
import { budget, code, format, fusion, steps, tables, weights } from "./options.ts";

export function benchVerbs(program: Command, verb: DeclareVerb): void {
  const bench = program
    .command("bench")
    .description("kernels and machines, counted or measured")
    .exitOverride()
    .action(() => bench.help());

  verb(
    "kernels",
    "the kernel table (instructions, cycles, bytes) of one emulated board or of all",
    async () => (await import("../workflow/bench/kernels.ts")).benchKernels,
    bench,
  )
    .option("--board <id>", "emulated board to count on")
    .option("--all-boards", "every emulated board, one after the other")
    .option("--shapes <list>", "INPUTxHIDDEN, separated by commas", "64x64,128x128,128x256")
    .addOption(
      new Option("--kernel <name>", "layer to count").choices(["lstm", "gru"]).default("lstm"),
    )
    .addOption(format())
    .addOption(fusion([...FUSIONS, "all"]))
    .addOption(steps())
    .addOption(weights())
    .addOption(tables())
    .addOption(code())
    .option("--plain", "count the same layer in plain C too")
    .option("--wide", "allow two bytes a weight where that is faster (rv32)")
    .addHelpText(
      "after",
      "\nExample: pioneer bench kernels --board qemu-m4 --shapes 64x64,128x256 --format int8",
    );

  verb(
    "roofs",
    "a board's own roofs by microbenchmarks: MACs, bytes, branches, calls; modelled under QEMU",
    async () => (await import("../workflow/bench/roofs.ts")).benchRoofs,
    bench,
  )
    .requiredOption("--board <id>", "board to run on")
    .option(
      "--port <port>",
      "where a real board runs firmware/roofs: a serial device, or tcp:HOST:PORT",
    )
    .option("--record <file>", "keep what came over the port, for calibrate")
    .option("--out <file>", "where the report goes; boards/measured/ID.json without it")
    .addHelpText("after", "\nExample: pioneer bench roofs --board qemu-m7 --json");

  verb(
    "host [model]",
    "this computer, measured: roofs, the model at several batches, what a call costs, power",
    async () => (await import("../workflow/bench/host.ts")).benchHostVerb,
    bench,
  )
    .option("--batch <list>", "streams computed in one call, separated by commas", "1,8,64,256")
    .addOption(budget("--seconds <n>", "longest time of one measurement [s]").default(1))
    .option("--out <file>", "write the document, which analyze reads")
    .addHelpText(
      "after",
      `
The model is hearable without one. Example:
  pioneer bench host hearable --out host.json
  pioneer analyze run.tpcap host.json --platform h100,t4`,
    );
}
