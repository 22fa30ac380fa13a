/**
 * Counts the generated front end of the shipped model on the emulated boards, by part, compares its cleaned audio with
 * float64, and writes both into docs/front-end.md.
 *   npm run front-end                          both
 *   npm run front-end -- --accuracy            only the audio, which needs neither compiler nor emulator
 *   npm run front-end -- --boards qemu-m4,...  only these rows anew
 *   npm run front-end -- --held-out            only the held-out set, which training/ makes: ten minutes
 *   npm run front-end -- --held-out --every 8  a clip in eight of each ratio of it
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  FRONT_END_ARITHMETICS,
  FRONT_END_PARTS,
  type FrontEndArithmetic,
  frontEndMemory,
  type LoadedModel,
  loadBoard,
  loadModel,
  planFrontEnd,
  type Sidecar,
} from "../codegen/index.ts";
import { type CountedFrontEnd, countFrontEnd } from "../host/workflow/bench/count-front-end.ts";
import { requireEmulated } from "../host/workflow/device.ts";
import { writeFileWhole } from "../host/workflow/output-file.ts";
import { PROJECT_DIR } from "../host/workflow/paths.ts";
import { silentProgress } from "../host/workflow/progress.ts";
import { type ClipAccuracy, type FrontEndClip, frontEndAccuracy } from "./front-end/accuracy.ts";
import { heldOutBlock } from "./front-end/held-out-page.ts";
import { type TransformComparison, transformRows } from "./front-end/transforms.ts";
import { replaceBlock } from "./replace-block.ts";

const PAGE = join(PROJECT_DIR, "docs", "front-end.md");
const MODELS = join(PROJECT_DIR, "models");
const BOARDS = [
  ...["qemu-m4", "qemu-m7", "qemu-m33", "qemu-m55", "qemu-m0"],
  ...["qemu-rv32", "qemu-xtensa", "qemu-xtensa-mac16"],
];
/** As the shipped models were trained, without padding, and the next power of two. */
const SIZES = [320, 512];
/** Emulated, with a unit for single precision. */
const FLOAT_BOARDS = ["qemu-m4", "qemu-m7", "qemu-m33", "qemu-m55"];
const PARTS = [...FRONT_END_PARTS, "other"] as const;

type Loaded = LoadedModel & { readonly sidecar: Sidecar };

function shippedModel(): Loaded {
  const loaded = loadModel("hearable", { modelsDir: MODELS });
  if (loaded.sidecar === undefined) throw new RangeError("the shipped model has no sidecar");
  return { ...loaded, sidecar: loaded.sidecar };
}

const shown = (value: number): string => Math.round(value).toLocaleString("en-US");

/** A row of the table: counted instructions, modelled cycles where a table charges them. */
function countRow(
  board: string,
  fftSize: number,
  arithmetic: FrontEndArithmetic,
  counted: CountedFrontEnd,
): string {
  const parts = PARTS.map((part) => {
    const { instructions, cycles } = counted.parts[part];
    return shown(cycles ?? instructions);
  });
  const { instructions, cycles } = counted.whole;
  const exact = counted.bitExact ? "yes" : "NO";
  const whole = [shown(instructions), cycles === null ? "" : `**${shown(cycles)}**`];
  return `| ${[board, fftSize, arithmetic, ...whole, ...parts, exact].join(" | ")} |`;
}

/** Rows of the page as they are, by board, size and arithmetic. */
function rowsOf(page: string): Map<string, string> {
  const rows = page.matchAll(/^\| (qemu-\S+) \| (\d+) \| (\w+) \| .* \|$/gm);
  return new Map([...rows].map(([row, ...key]) => [key.join(" "), row]));
}

/** What is counted on a board: both sizes, in single precision where it has a unit. */
function variantsOf(id: string): readonly (readonly [number, FrontEndArithmetic])[] {
  const arithmetics = FLOAT_BOARDS.includes(id) ? FRONT_END_ARITHMETICS : (["fixed"] as const);
  return arithmetics.flatMap((arithmetic) => SIZES.map((size) => [size, arithmetic] as const));
}

/** Counts each board's rows anew and writes the page, board by board: what is counted stays if the rest fails. */
async function countAll(boards: readonly string[]): Promise<void> {
  const { sidecar } = shippedModel();
  const signal = new AbortController().signal;
  for (const id of boards) {
    const board = requireEmulated(loadBoard(id));
    const rows = rowsOf(readFileSync(PAGE, "utf8"));
    for (const [fftSize, arithmetic] of variantsOf(id)) {
      process.stderr.write(`${id}, ${fftSize} points, ${arithmetic}\n`);
      const frontEnd = { ...sidecar.frontEnd, fftSize };
      const request = {
        frontEnd,
        board,
        format: "int8",
        arithmetic,
        progress: silentProgress,
        signal,
      } as const;
      const row = countRow(id, fftSize, arithmetic, await countFrontEnd(request));
      rows.set(`${id} ${fftSize} ${arithmetic}`, row);
    }
    writeFileWhole(PAGE, replaceBlock(readFileSync(PAGE, "utf8"), "counts", countsBlock(rows)));
  }
}

function countsBlock(rows: ReadonlyMap<string, string>): string {
  const kept = BOARDS.flatMap((id) =>
    variantsOf(id).map((variant) => rows.get([id, ...variant].join(" ")) ?? []),
  );
  const heads = [
    "board",
    "points",
    "arithmetic",
    "instructions",
    "cycles",
    ...PARTS,
    "every hop has the twin's bits",
  ];
  const rule = `|${"---|".repeat(heads.length)}`;
  return ["", `| ${heads.join(" | ")} |`, rule, ...kept.flat(), ""].join("\n");
}

function memoryBlock(): string {
  const { sidecar } = shippedModel();
  const edge = { type: "int8", scale: 1 / 16, zeroPoint: 0 } as const;
  const rows = FRONT_END_ARITHMETICS.flatMap((arithmetic) =>
    SIZES.map((fftSize) => {
      const frontEnd = { ...sidecar.frontEnd, fftSize };
      const plan = planFrontEnd(frontEnd, edge, { ...edge, scale: 1 / 128 }, arithmetic);
      const { stateBytes, stackBytes } = frontEndMemory(plan);
      const cells = [fftSize, arithmetic, stateBytes, stackBytes, stateBytes + stackBytes];
      return `| ${cells.join(" | ")} |`;
    }),
  );
  const head =
    "| points | arithmetic | state [byte] | arrays on the stack in a call [byte] | sum [byte] |";
  return ["", head, "|---|---|---|---|---|", ...rows, ""].join("\n");
}

function shippedClips(): readonly FrontEndClip[] {
  const manifest = JSON.parse(readFileSync(join(MODELS, "clips", "manifest.json"), "utf8")) as {
    readonly clips: readonly { readonly noisy: string; readonly clean: string }[];
  };
  return manifest.clips.map(({ noisy, clean }) => ({
    name: noisy.replace(/\.noisy\.wav$/, ""),
    noisy: join(MODELS, "clips", noisy),
    clean: join(MODELS, "clips", clean),
  }));
}

function accuracyBlock(): string {
  const loaded = shippedModel();
  const db = (value: number): string => value.toFixed(2);
  const cells = ({ name, noisyDb, float64Db, generatedDb }: ClipAccuracy): readonly string[] => [
    ...[name, db(noisyDb), db(float64Db), db(generatedDb)],
    (generatedDb - float64Db).toFixed(3),
  ];
  const rows = FRONT_END_ARITHMETICS.flatMap((arithmetic) =>
    SIZES.flatMap((size) =>
      frontEndAccuracy(loaded, "int8", shippedClips(), size, arithmetic).map(
        (clip) => `| ${[size, arithmetic, ...cells(clip)].join(" | ")} |`,
      ),
    ),
  );
  const head =
    "| points | arithmetic | clip | noisy | float64 front end | generated one | difference |";
  return ["", head, "|---|---|---|---|---|---|---|", ...rows, ""].join("\n");
}

/** Gains with one transform and with another, as training/compare_transforms.py recorded them. */
function transformsBlock(): string {
  const path = join(PROJECT_DIR, "training", "transform-comparison.json");
  const compared = JSON.parse(readFileSync(path, "utf8")) as TransformComparison;
  const heads = ["before, points", "now, points", "SNR [dB]", "clips", "before", "now"];
  const all = [...heads, "difference", "95 % interval"];
  const head = [`| ${all.join(" | ")} |`, `|${"---|".repeat(all.length)}`];
  return ["", ...head, ...transformRows(compared), ""].join("\n");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      accuracy: { type: "boolean" },
      boards: { type: "string" },
      "held-out": { type: "boolean" },
      every: { type: "string", default: "1" },
    },
  });
  if (values["held-out"] === true) {
    const block = heldOutBlock(Number(values.every));
    writeFileWhole(PAGE, replaceBlock(readFileSync(PAGE, "utf8"), "held-out", block));
    return;
  }
  if (values.boards === undefined) {
    let page = readFileSync(PAGE, "utf8");
    page = replaceBlock(page, "accuracy", accuracyBlock());
    page = replaceBlock(page, "memory", memoryBlock());
    page = replaceBlock(page, "transforms", transformsBlock());
    writeFileWhole(PAGE, page);
  }
  if (values.accuracy !== true) await countAll(values.boards?.split(",") ?? BOARDS);
}

await main();
