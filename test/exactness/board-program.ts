/**
 * Many models in one firmware of an emulated board: one build, one run.
 * Which models is left to cases.ts, how many programs to the callers.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBoard } from "../../codegen/board.ts";
import { testedBoard } from "../qemu/boards.ts";
import { buildInto } from "../qemu/pio-build.ts";
import { crc32 } from "../qemu/wire.ts";
import {
  type Case,
  type CaseSet,
  cTypeOf,
  type Draw,
  expectedAnswers,
  framesInSteps,
  makeCases,
  STEPS,
  targetsOf,
} from "./cases.ts";
import { execute } from "./execute.ts";

const APP_DIR = fileURLToPath(new URL("../qemu/exactness-app", import.meta.url));

export interface BoardProgram extends CaseSet {
  readonly board: string;
  /** Holds all that is needed to repeat it by hand. */
  readonly folder: string;
}

/** The header that firmware asks of a model's folder, for many models at once. */
function header(cases: readonly Case[]): string {
  const models = cases.map((one) => {
    const { prefix, frameSeed } = one;
    return `X(${prefix}, ${prefix.toUpperCase()}, ${cTypeOf(one)}, ${frameSeed}u)`;
  });
  const lines = [
    ...cases.map(({ prefix }) => `#include "${prefix}.h"`),
    ...cases.flatMap(framesInSteps),
    `#define STEPS ${STEPS}`,
    `#define MODELS(X) ${models.join(" ")}`,
    // What the conversation of the other programs asks for.
    '#define MODEL_NAME "exactness"',
    '#define MODEL_DIGEST "0000000000000000"',
    "#define MODEL_INPUT_BYTES 1",
    "#define MODEL_OUTPUT_BYTES 1",
  ];
  return `${lines.join("\n")}\n`;
}

/** Writes the models of one firmware into a new folder. */
export function writeBoardProgram(
  board: string,
  seed: number,
  folder: string,
  count: number,
  draw: Draw,
): BoardProgram {
  mkdirSync(folder, { recursive: true });
  const set = makeCases(seed, folder, count, targetsOf(loadBoard(board)), draw);
  writeFileSync(join(folder, "pioneer_model.h"), header(set.cases));
  return { board, folder, ...set };
}

/** What the device must send for a case: checksums of each step's output and state. */
function expectedBytes(one: Case): Buffer {
  const parts = expectedAnswers(one).flatMap(({ output, state }) => [output, state]);
  return Buffer.from(Uint32Array.from(parts, crc32).buffer);
}

/**
 * The cases whose checksums differ from the twin's.
 * @param level the compiler's, after the firmware's own flags
 * @throws Error when it does not build, faults or sends another number of bytes
 */
export async function wrongOnBoard(
  { board, folder, cases }: BoardProgram,
  level: "-O3" | "-Os",
): Promise<readonly Case[]> {
  const settings = {
    PIONEER_APP: "exactness",
    PIONEER_APP_DIR: APP_DIR,
    PIONEER_MODEL_DIR: folder,
    PIONEER_FLAGS: level,
  };
  const built = buildInto(join(folder, "build"), settings, board);
  if (built.status !== 0) throw new Error(`${folder} does not build for ${board}: ${built.log}`);
  const { emulator, args } = testedBoard(board);
  const sent = join(folder, "sent");
  const link = ["-display", "none", "-monitor", "none", "-serial", `file:${sent}`];
  await execute(emulator, [...args, ...link, "-kernel", built.elf]);
  const output = readFileSync(sent);
  let at = 0;
  const wrong = cases.filter((one) => {
    const expected = expectedBytes(one);
    const actual = output.subarray(at, at + expected.length);
    at += expected.length;
    return !actual.equals(expected);
  });
  if (at !== output.length) throw new Error(`${folder} sent ${output.length} bytes, not ${at}`);
  return wrong;
}
