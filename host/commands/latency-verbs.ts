/**
 * The verbs about the time of many frames: MLPerf scenarios and tails.
 * What they do is left to workflow/.
 */
import { Option } from "commander";
import type { DeclareVerb } from "./declare.ts";
import { budget, calibrate, count, format, positive } from "./options.ts";

export function latencyVerbs(verb: DeclareVerb): void {
  verb(
    "scenario <name>",
    "an MLPerf test: single-stream, multi-stream, server or offline, live or on given or recorded times",
    async () => (await import("../workflow/scenario.ts")).scenario,
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
    async () => (await import("../workflow/tails/tails.ts")).tails,
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
}
