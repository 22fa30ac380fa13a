/**
 * The verbs that conclude from records: machines side by side, and single formulas.
 * What they do is left to workflow/.
 */
import type { DeclareVerb } from "./declare.ts";
import { budget } from "./options.ts";

export function analysisVerbs(verb: DeclareVerb): void {
  verb(
    "analyze <file...>",
    "the report of a recording again, or several machines' records side by side",
    async () => (await import("../workflow/analyze.ts")).analyze,
  )
    .option("--html <file>", "write the HTML report too")
    .option("--markdown <file>", "write the report as Markdown")
    .option("--csv <file>", "write one row a record, which analyze reads back")
    .option("--svg <file>", "write the roofline as a picture")
    .option("--folded <file>", "write a profiled run's stacks for a flame graph")
    .option("--trace <file>", "write a profiled run's timeline for Chrome or Perfetto")
    .option("--platform <ids>", "stated platforms beside them, for example h100,t4")
    .option("--waterfall", "the files are the steps of one optimisation, in this order")
    .option("--explain <field>", "one number only: its unit, kind, source and arithmetic")
    .option("--network <id>", "how a wearable's sound leaves: ble, wifi, 5g, lte, wired or fiber")
    .option("--distance-km <n>", "fibre between a region nearby and the server [km]; 0 without it")
    .option("--send <form>", "what leaves: lc3 or pcm")
    .addOption(budget("--deadline-ms <n>", "until a frame must be back [ms]; a frame's interval"))
    .addOption(budget("--frame-ms <n>", "time between two frames [ms]; as recorded, else 10"))
    .option(
      "--pareto <x,y>",
      "two of latency, p99, energy, cost, token, efficiency, exposure (latency,energy)",
    )
    .option(
      "--buyers-case [a,b]",
      "high peak or high bandwidth for this model: the lab's two systems, or two platforms",
    )
    .addHelpText(
      "after",
      "\nExample:\n  pioneer analyze run.tpcap host.json --platform h100,t4 --network wifi --html machines.html",
    );

  verb(
    "formula [name] [inputs...]",
    "every formula of the analyzer; with NAME and INPUT=NUMBER, one with the numbers put in",
    async () => (await import("../workflow/formula.ts")).formula,
  ).option("--example", "the worked example's inputs where none are given");
}
