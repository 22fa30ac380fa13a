/**
 * The verbs that turn a model into C and C into a run.
 * What they do is left to workflow/.
 */
import { Option } from "commander";
import { INTEGER_FORMATS } from "../../codegen/index.ts";
import { MONITORS } from "../power/monitor-names.ts";
import { PROJECT_APPS } from "../workflow/project/program-names.ts";
import type { DeclareVerb } from "./declare.ts";
import {
  anyFormat,
  audio,
  budget,
  calibrate,
  code,
  count,
  delta,
  deltas,
  formatByLayer,
  framework,
  frontEnd,
  fusion,
  output,
  skip,
  sparse,
  stamps,
  steps,
  tables,
  weights,
} from "./options.ts";

export function modelVerbs(verb: DeclareVerb): void {
  verb(
    "inspect <model>",
    "layers, shapes, MACs, bytes by format, the C for a board, and what cannot be generated and why",
    async () => (await import("../workflow/inspect.ts")).inspect,
  )
    .option("--board <id>", "what the C would be there, or why there is none")
    .addOption(anyFormat());

  verb(
    "size [model]",
    "hidden sizes against a board's budgets: cycles, time, power and quality foretold, and which to take",
    async () => (await import("../workflow/size/size.ts")).size,
  )
    .requiredOption("--board <id>", "board that it is to run on")
    .addOption(count("--input-size <n>", "without a model: one LSTM over so many inputs a step"))
    .addOption(
      new Option(
        "--format <mode>",
        "number format; mixed: which layers of the model as it is get 4-bit weights",
      ).choices([...INTEGER_FORMATS, "mixed"]),
    )
    .addOption(budget("--budget-ms <n>", "longest time a frame may take [ms]; its interval"))
    .addOption(budget("--budget-mw <n>", "highest average power [mW]"))
    .addOption(
      budget("--frame-ms <n>", "time between two frames [ms]; the model's own hop, else 10"),
    )
    .addOption(count("--min-hidden <n>", "smallest hidden size (1)"))
    .addOption(count("--max-hidden <n>", "largest hidden size (twice the model's, else 256)"))
    .option(
      "--make <sizes>",
      "write the model with these hidden sizes: fewer are pruned, more padded",
    )
    .addOption(calibrate())
    .option(
      "--evaluate <file>",
      "measure quality on it: JSON {clips: [{noisy, clean}]} or {sequences: [{inputs, targets}]}",
    )
    .addOption(deltas())
    .option("--out <dir>", "where picture and model go");

  verb(
    "generate <model>",
    "the C for one board, or one stage's value as JSON",
    async () => (await import("../workflow/generate.ts")).generateVerb,
  )
    .requiredOption("--board <id>", "board to generate for")
    .addOption(formatByLayer())
    .addOption(calibrate())
    .option("--out <dir>", "where the C goes")
    .option("--prefix <name>", "prefix of the C names")
    .addOption(fusion())
    .addOption(steps())
    .addOption(delta())
    .addOption(skip())
    .addOption(sparse())
    .addOption(stamps())
    .addOption(weights())
    .addOption(tables())
    .addOption(code())
    .option("--library", "an Arduino and PlatformIO library instead, as one ZIP file")
    .option(
      "--dump <stage>",
      "print model, size, calibrate, quantize, lower or plan as JSON and write nothing",
    );

  verb(
    "new <dir>",
    "a PlatformIO project of your own: program, model as a library, board and link",
    async () => (await import("../workflow/project/new-project.ts")).newProject,
  )
    .requiredOption("--board <id>", "board to make it for")
    .option("--model <file>", "model file or name of a shipped one", "hearable")
    .addOption(
      new Option("--app <name>", "frames by the link, or sound: by the link, or --audio microphone")
        .choices([...PROJECT_APPS])
        .default("stream"),
    )
    .addOption(audio())
    .addOption(output())
    .addOption(frontEnd())
    .addOption(framework())
    .addOption(formatByLayer());

  verb(
    "build [model]",
    "builds one firmware program with PlatformIO; in a project of `new` that project",
    async () => (await import("../workflow/verbs.ts")).build,
  )
    .option("--board <id>", "board to build for; needed outside a project")
    .option("--as <id>", "real board to generate for")
    .option("--app <name>", "check, speed, stream, hearable, ina or mlperf_tiny", "stream")
    .addOption(audio())
    .addOption(output())
    .addOption(framework())
    .addOption(formatByLayer())
    .addOption(fusion())
    .addOption(frontEnd())
    .addOption(delta())
    .addOption(skip())
    .addOption(sparse())
    .addOption(stamps())
    .addOption(weights())
    .addOption(tables())
    .addOption(code())
    .addOption(calibrate());

  verb(
    "run [model]",
    "build, start, stream, verify and analyse; in a project of `new` that project",
    async () => (await import("../workflow/run.ts")).runVerb,
  )
    .option("--board <id>", "board to run on; needed outside a project")
    .option("--as <id>", "real board to generate for, whose clock and current apply")
    .option("--app <name>", "check, speed, stream, hearable or mlperf_tiny", "stream")
    .addOption(audio())
    .addOption(output())
    .addOption(
      count("--tap <n>", "hearable by microphone: send every nth hop whole; 1 compares all"),
    )
    .addOption(formatByLayer())
    .addOption(fusion())
    .addOption(frontEnd())
    .addOption(delta())
    .addOption(skip())
    .addOption(sparse())
    .addOption(stamps())
    .addOption(weights())
    .addOption(tables())
    .addOption(code())
    .addOption(calibrate())
    .option(
      "--input <file>",
      "WAV to play, channels averaged, - for standard input, which hearable takes as it comes; the model's first clip without it",
    )
    .option("--real-time", "feed it at the pace of real time, as a port always is by hearable")
    .option("--reference <file>", "clean WAV, for SI-SDR")
    .option("--golden <file>", "JSON {input, expectedOutput} of raw values to compare with")
    .addOption(count("--frames <n>", "stop after so many frames"))
    .addOption(
      budget("--minutes <n>", "feed it at the pace of real time for so long: drift, throttling"),
    )
    .option("--snr <list>", "quality in noise at these ratios [dB]: --snr=-5,0,5,10,20")
    .option("--noise <file>", "WAV of the noise for --snr; that of the clip without it")
    .option("--beside <model>", "second model for --snr; hearable-clean without it")
    .addOption(budget("--budget-ms <n>", "longest time a frame may take [ms]"))
    .addOption(budget("--budget-mw <n>", "highest average power [mW]"))
    .option(
      "--port <path>",
      "serial port of a real board, which is given its program; or tcp:HOST:PORT",
    )
    .option("--no-upload", "talk to the program that runs on the board")
    .addOption(framework())
    .option("--record <file>", "where the recording goes")
    .option("--html <file>", "write the HTML report too")
    .option("--markdown <file>", "write the report as Markdown")
    .option("--csv <file>", "write one row a record, which analyze reads back")
    .option("--svg <file>", "write the roofline as a picture")
    .option("--profile", "show where instructions, cycles and stalls go: layers, parts, functions")
    .option("--folded <file>", "profile, and write its stacks for a flame graph")
    .option("--trace <file>", "profile, and write a timeline for Chrome or Perfetto")
    .addOption(
      new Option("--mode <mode>", "mlperf_tiny: what is tested; performance without it").choices([
        "performance",
        "accuracy",
        "energy",
      ]),
    )
    .option("--dataset <dir>", "mlperf_tiny: folder with y_labels.csv, or with MODEL/y_labels.csv")
    .addOption(count("--loops <n>", "mlperf_tiny: timed loops; the rules ask for 5"))
    .addOption(budget("--loop-seconds <n>", "mlperf_tiny: how long each; the rules ask for 10"))
    .option(
      "--out <path>",
      "hearable: WAV of the cleaned sound, - for standard output, beside the recording without it; mlperf_tiny: folder of the sessions, out/sessions",
    )
    .option(
      "--io-manager",
      "mlperf_tiny: the port is that of the benchmark's interface board, which passes commands on",
    )
    .addOption(
      new Option("--monitor <name>", "mlperf_tiny: energy mode's power monitor").choices([
        ...MONITORS,
      ]),
    )
    .option("--monitor-port <path>", "mlperf_tiny: its port; found by its USB ids without it")
    .addOption(count("--supply-mv <n>", "mlperf_tiny: what the monitor supplies [mV]; 3000"))
    .option("--ammeter", "mlperf_tiny: the monitor measures the current of another supply")
    .option("--pin <input>", "mlperf_tiny: the monitor's input that falls at a timestamp; D0")
    .option("--serve", "mlperf_tiny: only put the emulated board behind a pseudo terminal")
    .addHelpText(
      "after",
      "\nExample:\n  pioneer run hearable --board qemu-m4 --as nrf52840-dk --budget-ms 10 --html run.html",
    );
}
