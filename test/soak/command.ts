/**
 * `npm run soak`: the whole hearable on an emulated board for an hour of sound, over a bad line.
 *   npm run soak                                        an hour; one frame in 200 damaged
 *   npm run soak -- --minutes 5 --seed 2 --one-in 50 --board qemu-rv32 --as esp32-c3-devkitm-1
 *   npm run soak -- --page                              and writes what came of it into docs/hearable.md
 * What is held against what is left to soak.ts.
 */
import { parseArgs } from "node:util";
import { Random } from "../../host/analyze/statistics/random.ts";
import { frontEndOf } from "../../host/workflow/generate.ts";
import { HearableTwin } from "../../host/workflow/hearable/twin.ts";
import { childBytes, soakDevice } from "./device.ts";
import { writeSoakPage } from "./page.ts";
import { soak } from "./soak.ts";
import { soundOf } from "./sound.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    "one-in": { type: "string", default: "200" },
    board: { type: "string", default: "qemu-m4" },
    as: { type: "string", default: "nrf52840-dk" },
    page: { type: "boolean", default: false },
  },
});

/** A part of a minute, too: 0.5 is 30 s. */
function minutesOf(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`--minutes ${text} is no number above 0`);
}

function wholeNumber(name: "seed" | "one-in"): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= (name === "one-in" ? 0 : 1)) return value;
  throw new RangeError(`--${name} ${values[name]} is no whole number`);
}

const { board, as } = values;
const [minutes, seed, oneIn] = [
  minutesOf(values.minutes),
  wholeNumber("seed"),
  wholeNumber("one-in"),
];
const tell = (line: string) => process.stderr.write(`${line}\n`);
const { prepared, link, clock } = await soakDevice(board, as);
const { sampleRateHz, hopLength } = frontEndOf(prepared.loaded);
const hops = Math.max(1, Math.floor((minutes * 60 * sampleRateHz) / hopLength));
const random = new Random(seed);
const draw = (below: number) => random.below(below);
const start = performance.now();
const totals = await soak({
  link: link(),
  twin: new HearableTwin(prepared),
  sound: soundOf(sampleRateHz, hopLength, draw),
  hops,
  oneIn,
  draw,
  emulatorBytes: childBytes,
  tell: (done) => {
    const seconds = (performance.now() - start) / 1000;
    tell(`${done} of ${hops} hops, ${Math.round(seconds)} s`);
  },
});
const seconds = Math.round((performance.now() - start) / 1000);
const result = { board, as, minutes, seed, oneIn, clock, seconds, ...totals };
if (values.page) writeSoakPage(result);
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.exitCode = totals.findings.length > 0 ? 1 : 0;
