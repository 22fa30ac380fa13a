/**
 * The command line: which verbs and options there are, and how their results and errors reach the terminal.
 * What a verb does is left to workflow/, how results look to report/.
 */
import { Command, CommanderError, Option } from "commander";
import { ALL_FORMATS, FORMATS, FUSIONS, ToolkitError, UsageError } from "../codegen/index.ts";
import { LEVELS } from "./analyze/challenge/variant.ts";
import { MONITORS } from "./power/monitor-names.ts";
import { errorDocument, errorText } from "./report/errors.ts";
import type { VerbContext } from "./workflow/context.ts";
import { createContext } from "./workflow/context.ts";
import { TOOL_VERSION } from "./workflow/version.ts";

interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A verb's work: prints through the context and gives the exit status; gets its first argument and all of them. */
type Verb<O> = (
  context: VerbContext,
  options: O,
  argument: string,
  words: readonly string[],
) => Promise<number>;

/** Runs one command line and gives its exit status; never throws for what a user can cause. */
export async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController();
  let interruptStatus = 130;
  const interrupted = new Promise<number>((resolve) => {
    const stop = (status: number) => () => {
      interruptStatus = status;
      abort.abort(new Interrupted());
      // A verb that does not end soon by itself is left behind.
      setTimeout(() => resolve(status), 3000).unref();
    };
    // Not once: links ask whether somebody handles the signal before they end the process themselves.
    process.on("SIGINT", stop(130));
    process.on("SIGTERM", stop(143));
  });
  let status = 0;
  const typed = argv.length === 0 ? ["--help"] : argv;
  const program = buildProgram(abort.signal, (result) => {
    status = result;
  });
  const work = program.parseAsync([...typed], { from: "user" }).then(
    () => status,
    (error: unknown) => (abort.signal.aborted ? interruptStatus : reportError(error, argv)),
  );
  return Promise.race([work, interrupted]);
}

/** Ctrl-C: the verb cleans up and ends without a result. */
class Interrupted extends Error {
  override readonly name = "AbortError";
}

function buildProgram(signal: AbortSignal, setStatus: (status: number) => void): Command {
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

  const verb = <O>(
    name: string,
    description: string,
    load: () => Promise<Verb<O>>,
    group: Command = program,
  ): Command =>
    group
      .command(name)
      .description(description)
      .exitOverride()
      .option("--json", "one JSON document on stdout, nothing else there")
      .option("--quiet", "no progress")
      .action(async (...args: unknown[]) => {
        const command = args.at(-1) as Command;
        const options = command.opts<O & GlobalOptions>();
        const context = createContext({ ...options, signal });
        const run = await load();
        try {
          setStatus(await run(context, options, String(command.args[0] ?? ""), command.args));
        } finally {
          context.progress.end();
        }
      });

  const budget = (flags: string, what: string) =>
    new Option(flags, what).argParser((text) => positive(text, flags));
  const count = (flags: string, what: string) =>
    new Option(flags, what).argParser((text) => wholeNumber(text, flags));
  const format = () =>
    new Option("--format <mode>", "number format").choices([...FORMATS]).default("int8");
  const fusion = (choices: readonly string[] = FUSIONS) =>
    new Option("--fusion <level>", "what one pass over a layer's rows does")
      .choices(choices)
      .default("full");
  const steps = () =>
    count("--steps <n>", "time steps in a call, where a sequence is known ahead: an even number");
  const anyFormat = () =>
    new Option(
      "--format <mode>",
      "number format (default: that of a quantized TFLite file, else int8)",
    ).choices([...ALL_FORMATS]);
  const weights = () =>
    new Option("--weights <place>", "memory for weights, by name or role: see pioneer boards ID");
  const tables = () =>
    new Option("--tables <place>", "memory for tables; without it beside the weights");
  const code = () => new Option("--code <place>", "memory for the functions of a step");
  const calibrate = () =>
    new Option(
      "--calibrate <file>",
      "WAV file or folder of them, channels averaged; without it the model's own clips, else noise",
    );

  verb(
    "demo",
    "the shipped denoiser on an emulated Cortex-M4: real audio in, clean audio and a report out",
    async () => (await import("./workflow/demo.ts")).demo,
  )
    .addOption(
      new Option("--as <board>", "real board whose clock and current apply").default("nrf52840-dk"),
    )
    .option("--out <dir>", "where audio and report go");

  verb(
    "doctor",
    "what is installed, what is missing and the command that gets it",
    async () => (await import("./workflow/verbs.ts")).doctor,
  );

  verb(
    "boards [id]",
    "the boards, with memories, caches, clocks, roofs and where each value comes from",
    async () => (await import("./workflow/verbs.ts")).boards,
  );

  verb(
    "calibrate",
    "fit a board's wait states to loops that it measured, into boards/measured/ID.json",
    async () => (await import("./workflow/calibrate.ts")).calibrate,
  )
    .requiredOption("--board <id>", "board that measured them")
    .requiredOption("--from <file>", "its report: boards/measured/measured.schema.json")
    .option("--out <dir>", "where ID.json goes");

  verb("ports", "serial devices", async () => (await import("./workflow/verbs.ts")).ports);

  verb(
    "inspect <model>",
    "layers, shapes, MACs, bytes by format, the C for a board, and what cannot be generated and why",
    async () => (await import("./workflow/inspect.ts")).inspect,
  )
    .option("--board <id>", "what the C would be there, or why there is none")
    .addOption(anyFormat());

  verb(
    "generate <model>",
    "the C for one board, or one stage's value as JSON",
    async () => (await import("./workflow/generate.ts")).generateVerb,
  )
    .requiredOption("--board <id>", "board to generate for")
    .addOption(anyFormat())
    .addOption(calibrate())
    .option("--out <dir>", "where the C goes")
    .option("--prefix <name>", "prefix of the C names")
    .addOption(fusion())
    .addOption(steps())
    .addOption(weights())
    .addOption(tables())
    .addOption(code())
    .option(
      "--dump <stage>",
      "print model, size, calibrate, quantize, lower or plan as JSON and write nothing",
    );

  verb(
    "build [model]",
    "builds one firmware program with PlatformIO",
    async () => (await import("./workflow/verbs.ts")).build,
  )
    .requiredOption("--board <id>", "board to build for")
    .option("--as <id>", "real board to generate for")
    .option("--app <name>", "check, speed or stream", "stream")
    .addOption(anyFormat())
    .addOption(fusion())
    .addOption(weights())
    .addOption(tables())
    .addOption(code())
    .addOption(calibrate());

  verb(
    "run <model>",
    "build, start, stream, verify and analyse",
    async () => (await import("./workflow/run.ts")).runVerb,
  )
    .requiredOption("--board <id>", "board to run on")
    .option("--as <id>", "real board to generate for, whose clock and current apply")
    .option("--app <name>", "check, speed or stream", "stream")
    .addOption(anyFormat())
    .addOption(fusion())
    .addOption(weights())
    .addOption(tables())
    .addOption(code())
    .addOption(calibrate())
    .option("--input <file>", "WAV to play, channels averaged; the model's first clip without it")
    .option("--reference <file>", "clean WAV, for SI-SDR")
    .option("--golden <file>", "JSON {input, expectedOutput} of raw values to compare with")
    .addOption(count("--frames <n>", "stop after so many frames"))
    .addOption(budget("--budget-ms <n>", "longest time a frame may take [ms]"))
    .addOption(budget("--budget-mw <n>", "highest average power [mW]"))
    .option("--port <path>", "serial port of a real board, or tcp:HOST:PORT")
    .option("--record <file>", "where the recording goes")
    .option("--html <file>", "write the HTML report too")
    .option("--markdown <file>", "write the report as Markdown")
    .option("--csv <file>", "write one row a record, which analyze reads back")
    .option("--svg <file>", "write the roofline as a picture")
    .option("--profile", "show where instructions, cycles and stalls go: layers, parts, functions")
    .option("--folded <file>", "profile, and write its stacks for a flame graph")
    .option("--trace <file>", "profile, and write a timeline for Chrome or Perfetto")
    .addHelpText(
      "after",
      "\nExample:\n  pioneer run hearable --board qemu-m4 --as nrf52840-dk --budget-ms 10 --html run.html",
    );

  verb(
    "analyze <file...>",
    "the report of a recording again, or several machines' records side by side",
    async () => (await import("./workflow/analyze.ts")).analyze,
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
    async () => (await import("./workflow/formula.ts")).formula,
  ).option("--example", "the worked example's inputs where none are given");

  verb(
    "scenario <name>",
    "an MLPerf test: single-stream, multi-stream, server or offline, live or on given or recorded times",
    async () => (await import("./workflow/scenario.ts")).scenario,
  )
    .addOption(budget("--service-us <n>", "time of every sample [us]"))
    .option("--capture <file>", "times of a recording's frames, over and over")
    .option("--detail-log <file>", "judge LoadGen's own test again, its trace beside the log")
    .option("--model <model>", "single-stream, multi-stream: really run it, on --board")
    .option("--board <id>", "live: board to run on")
    .option("--as <id>", "live: real board to generate for, whose clock applies")
    .addOption(format())
    .addOption(calibrate())
    .option("--input <file>", "live: WAV or NPY to take the samples from; the model's first clip")
    .option("--port <path>", "live: serial port of a real board, or tcp:HOST:PORT")
    .option("--record <file>", "live: where the recording goes")
    .addOption(budget("--qps <n>", "server: rate of arrival; offline: rate it is sized for [1/s]"))
    .addOption(budget("--seconds <n>", "shortest duration [s]; 600 without it"))
    .addOption(count("--servers <n>", "samples worked on at the same time"))
    .addOption(budget("--target-latency-ms <n>", "server: the bound [ms]; 10 without it"))
    .addOption(budget("--percentile <n>", "judged percentile; 90 for single-stream, else 99"))
    .addOption(count("--min-queries <n>", "at least so many; 662 for multi-stream, else 100"))
    .addOption(count("--samples-per-query <n>", "multi-stream: 8 without it"))
    .option("--seed <n>", "of the arrivals; that of mlperf.conf without it")
    .option("--find-qps", "server: the largest valid rate")
    .addOption(budget("--find-streams <ms>", "multi-stream: how many, each a frame every so often"))
    .option("--explain <field>", "one number only: its unit, kind and source")
    .addHelpText(
      "after",
      `
Examples:
  pioneer scenario server --qps 1000 --seconds 86400 --service-us 300
  pioneer scenario single-stream --model hearable --board qemu-m4 --as nrf52840-dk --seconds 10`,
    );

  verb(
    "tails [file]",
    "percentiles with intervals, jitter and its cause, from a file, stdin (-) or made frames",
    async () => (await import("./workflow/tails/tails.ts")).tails,
  )
    .addOption(
      new Option("--numbers <type>", "FILE holds bare numbers").choices([
        "float64",
        "int64",
        "text",
      ]),
    )
    .addOption(
      new Option("--unit <unit>", "of bare numbers; ns without it").choices([
        "ns",
        "us",
        "ms",
        "s",
        "cycle",
      ]),
    )
    .option("--row <id>", "one record of a FILE that holds several")
    .addOption(count("--generate <n>", "make so many frames, of FILE's times over and over"))
    .addOption(budget("--service-us <n>", "time of a frame without a FILE [us]"))
    .addOption(
      new Option("--noise <percent>", "deviation of a frame's time; 2 without a FILE").argParser(
        (text) => (text === "0" ? 0 : positive(text, "--noise")),
      ),
    )
    .addOption(
      // Not variadic: a FILE may follow.
      new Option(
        "--inject <source>",
        "jitter, again for each: radio:rate=2,length=50 (see below)",
      ).argParser((text, before: readonly string[] = []) => [...before, text]),
    )
    .addOption(count("--seed <n>", "of everything drawn; 1 without it"))
    .addOption(
      budget("--interval-ms <n>", "between two intended starts: coordinated omission is corrected"),
    )
    .addOption(budget("--limit-ms <n>", "what P99 is held against; exit 1 above it"))
    .addOption(count("--devices <n>", "of a fleet; 1000 without it"))
    .addOption(budget("--confidence <percent>", "of the intervals; 95 without it"))
    .option("--html <file>", "write a page with everything")
    .option("--markdown <file>", "write the tables as Markdown")
    .option("--svg <file>", "write the linear and the log view as a picture")
    .option("--explain <field>", "one number only: its unit, kind and source")
    .addHelpText(
      "after",
      `
Sources and their sliders:
  interrupts rate=31 [1/s] length=300 [us]        evictions probability=0.01 length=200 [us]
  radio rate=0.5 [1/s] length=80 [ms] share=0.3   load share=0.3 length=5 [s]
  switches rate=5 [1/s] length=3 [ms]
Example:
  pioneer tails --generate 20000 --service-us 900 --interval-ms 10 --inject radio --inject evictions`,
    );

  verb(
    "challenge <model>",
    "the optimisation challenge: from a naive build to at least 30 % less time, with its log",
    async () => (await import("./workflow/challenge/challenge.ts")).challenge,
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
    async () => (await import("./workflow/save.ts")).save,
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
    async () => (await import("./workflow/compare.ts")).compare,
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
    "power",
    "currents of a power monitor: average and peak power, energy of each frame, losses",
    async () => (await import("./workflow/power.ts")).power,
  )
    .addOption(
      new Option("--monitor <name>", "the instrument; sim-… only plays its part")
        .choices([...MONITORS])
        .makeOptionMandatory(),
    )
    .option("--port <path>", "its serial port; found by its USB ids without it")
    .addOption(budget("--seconds <n>", "how long [s]").default(10))
    .addOption(count("--supply-mv <n>", "what it supplies, or what else does [mV]").default(3000))
    .option("--ammeter", "measure the current of another supply")
    .option("--pin <input>", "digital input that is high while a frame is computed", "D0")
    .addOption(budget("--budget-mw <n>", "highest average power over whole periods [mW]"))
    .addOption(budget("--max-lost <percent>", "void when more samples are missing [%]").default(1))
    .addOption(budget("--battery-mah <n>", "how long would such a battery last [mAh]"))
    .addHelpText(
      "after",
      "\nExample:\n  pioneer power --monitor ppk2 --supply-mv 3000 --seconds 30 --budget-mw 1",
    );

  verb(
    "submit <recording>",
    "one file of a recording and its conclusions, which a teacher can check",
    async () => (await import("./workflow/submit.ts")).submit,
  ).option("--out <file>", "where it goes; beside you, named after the recording, without it");

  verb(
    "verify <file>",
    "draws the conclusions of a submission again; exit 1 when they do not hold",
    async () => (await import("./workflow/submit.ts")).verify,
  );

  const bench = program
    .command("bench")
    .description("kernels and machines, counted or measured")
    .exitOverride()
    .action(() => bench.help());

  verb(
    "kernels",
    "the kernel table (instructions, cycles, bytes) of one emulated board or of all",
    async () => (await import("./workflow/bench/kernels.ts")).benchKernels,
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
    async () => (await import("./workflow/bench/roofs.ts")).benchRoofs,
    bench,
  )
    .requiredOption("--board <id>", "board to run on")
    .option("--out <file>", "where the report goes; boards/measured/ID.json without it")
    .addHelpText("after", "\nExample: pioneer bench roofs --board qemu-m7 --json");

  verb(
    "host [model]",
    "this computer, measured: roofs, the model at several batches, what a call costs, power",
    async () => (await import("./workflow/bench/host.ts")).benchHostVerb,
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

  return program;
}

function positive(text: string, flags: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw badNumber(text, flags, "a number above 0");
}

function wholeNumber(text: string, flags: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw badNumber(text, flags, "a whole number above 0");
}

function badNumber(text: string, flags: string, expected: string): UsageError {
  return new UsageError("TP-USE-002", {
    what: `${flags.split(" ")[0]} was given "${text}"`,
    why: `it takes ${expected}`,
    fix: "pioneer run --help",
  });
}

function reportError(error: unknown, argv: readonly string[]): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    return reportError(wrongUse(error), argv);
  }
  const systemError = asFileError(error);
  if (systemError) return reportError(systemError, argv);
  if (!(error instanceof ToolkitError)) throw error;
  if (argv.includes("--json"))
    process.stdout.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`);
  else process.stderr.write(`${errorText(error, process.stderr.isTTY === true)}\n`);
  return error.exitStatus;
}

/** A file that cannot be read or written, wherever it was met; undefined for any other error. */
function asFileError(error: unknown): ToolkitError | undefined {
  if (!(error instanceof Error) || error instanceof ToolkitError) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || typeof syscall !== "string") return undefined;
  return new UsageError(
    "TP-USE-003",
    {
      what: `${path ?? "a file"} cannot be used`,
      why: `${syscall} failed: ${error.message.replaceAll(/\s+/g, " ")}`,
      fix: "name a file or folder that exists, is of the right kind and may be read or written",
    },
    { path, syscall, errno: code },
  );
}

function wrongUse(error: CommanderError): UsageError {
  return new UsageError("TP-USE-001", {
    what: error.message.replace(/^error: /, "").split("\n")[0] ?? "wrong use",
    why:
      error.message.split("\n")[1]?.replace(/^\((.*)\)$/, "$1") ??
      "the command line does not allow it",
    fix: "pioneer --help, or pioneer VERB --help",
  });
}
