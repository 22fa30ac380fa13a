/**
 * Decides how it is shown that packed instructions are in a program and ran: disassembly, then executed addresses.
 * Which facts make a proof is left to analyze/challenge.
 */
import { join } from "node:path";
import type { EmulatedBoard } from "../../../codegen/index.ts";
import type { Measurement } from "../../analyze/challenge/measurement.ts";
import type { ExecutionFacts, FunctionProof, Proof } from "../../analyze/challenge/proof.ts";
import { prove } from "../../analyze/challenge/proof.ts";
import type { Instruction } from "./disassembly.ts";
import { disassemble, isMultiplyAccumulate, isPacked } from "./disassembly.ts";
import { executionLogArguments, readExecutions } from "./executed.ts";
import type { Program, VariantRuns } from "./variant-runs.ts";

/** Instructions of the disassembly that are shown. */
const EXCERPT_LINES = 12;

export interface ProofRequest {
  readonly board: EmulatedBoard;
  readonly runs: VariantRuns;
  readonly baselineProgram: Program;
  readonly optimised: Measurement;
  readonly optimisedProgram: Program;
  /** C prefix of the model's functions. */
  readonly prefix: string;
  /** Frames that a run computes, warm-up included. */
  readonly frames: number;
  readonly paddedMacs: number;
  /** For the execution log. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Only the model's own functions count: the C library has packed instructions of its own. The native kernel is a
 * function even where the linker inlines all others.
 */
export async function proveSimd(request: ProofRequest): Promise<Proof> {
  const { baselineProgram, optimised, optimisedProgram, prefix, signal } = request;
  const packedOf = (code: readonly Instruction[]): readonly Instruction[] =>
    code.filter((one) => isPacked(one) && isOwn(one, prefix));
  const before = await disassemble(baselineProgram, signal);
  const code = await disassemble(optimisedProgram, signal);
  const packed = packedOf(code);
  return prove({
    baselinePacked: packedOf(before).length,
    functions: functionsOf(packed),
    excerpt: excerptOf(code, packed[0]),
    execution: packed.length === 0 ? null : await executionOf(request, code, packed),
    pluginMultiplyAccumulates: optimised.counters.multiplyAccumulates?.value ?? null,
    paddedMacs: request.paddedMacs,
  });
}

async function executionOf(
  request: ProofRequest,
  code: readonly Instruction[],
  packed: readonly Instruction[],
): Promise<ExecutionFacts> {
  const { board, runs, optimised, prefix, frames, folder, signal } = request;
  const accumulating = code.filter((one) => isMultiplyAccumulate(one) && isOwn(one, prefix));
  const watched = [...new Set([...packed, ...accumulating])].sort((a, b) => a.address - b.address);
  const log = join(folder, "executed.log");
  const { program } = board.emulator;
  await runs.runAgain(optimised, await executionLogArguments(program, watched, log, signal));
  const executions = await readExecutions(log);
  const executed = ({ address }: Instruction): number => executions.get(address) ?? 0;
  const byMnemonic: Record<string, number> = {};
  for (const one of packed) {
    byMnemonic[one.mnemonic] = (byMnemonic[one.mnemonic] ?? 0) + executed(one);
  }
  // The linker may move the model's code into its callers, where its instructions cannot be told from theirs.
  const separate = !optimised.variant.linkTime;
  const sum = accumulating.reduce((total, one) => total + executed(one), 0);
  return { frames, packed: byMnemonic, multiplyAccumulates: separate ? sum : null };
}

function isOwn({ within }: Instruction, prefix: string): boolean {
  return within.startsWith(`${prefix}_`);
}

function functionsOf(packed: readonly Instruction[]): readonly FunctionProof[] {
  const functions = new Map<string, Record<string, number>>();
  for (const { within, mnemonic } of packed) {
    const mnemonics = functions.get(within) ?? {};
    mnemonics[mnemonic] = (mnemonics[mnemonic] ?? 0) + 1;
    functions.set(within, mnemonics);
  }
  return [...functions].map(([name, mnemonics]) => ({ name, mnemonics }));
}

/** From a little before the first packed instruction on. */
function excerptOf(
  code: readonly Instruction[],
  first: Instruction | undefined,
): readonly string[] {
  if (first === undefined) return [];
  const start = Math.max(0, code.indexOf(first) - 2);
  return code
    .slice(start, start + EXCERPT_LINES)
    .map(
      ({ address, mnemonic, operands }) =>
        `${address.toString(16).padStart(8)}:  ${mnemonic.padEnd(8)}${operands}`,
    );
}
