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
import type { VariantRuns } from "./variant-runs.ts";

/** Instructions of the disassembly that are shown. */
const EXCERPT_LINES = 12;

export interface ProofRequest {
  readonly board: EmulatedBoard;
  readonly runs: VariantRuns;
  readonly baselineElf: string;
  readonly optimised: Measurement;
  readonly optimisedElf: string;
  /** C prefix of the model's functions. */
  readonly prefix: string;
  /** Frames that a run computes, warm-up included. */
  readonly frames: number;
  readonly paddedMacs: number;
  /** For the execution log. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export async function proveSimd(request: ProofRequest): Promise<Proof> {
  const { baselineElf, optimised, optimisedElf, signal } = request;
  const code = await disassemble(optimisedElf, signal);
  const packed = code.filter(({ mnemonic }) => isPacked(mnemonic));
  const before = await disassemble(baselineElf, signal);
  return prove({
    baselinePacked: before.filter(({ mnemonic }) => isPacked(mnemonic)).length,
    functions: functionsOf(packed),
    excerpt: excerptOf(code),
    execution: packed.length === 0 ? null : await executionOf(request, code),
    pluginMultiplyAccumulates: optimised.counters.multiplyAccumulates.value,
    paddedMacs: request.paddedMacs,
  });
}

async function executionOf(
  request: ProofRequest,
  code: readonly Instruction[],
): Promise<ExecutionFacts> {
  const { board, runs, optimised, prefix, frames, folder, signal } = request;
  const watched = code.filter(
    ({ mnemonic }) => isPacked(mnemonic) || isMultiplyAccumulate(mnemonic),
  );
  const log = join(folder, "executed.log");
  const { program } = board.emulator;
  await runs.runAgain(optimised, await executionLogArguments(program, watched, log, signal));
  const executions = await readExecutions(log);
  const packed: Record<string, number> = {};
  let multiplyAccumulates = 0;
  for (const { address, mnemonic, within } of watched) {
    const count = executions.get(address) ?? 0;
    if (isPacked(mnemonic)) packed[mnemonic] = (packed[mnemonic] ?? 0) + count;
    if (isMultiplyAccumulate(mnemonic) && within.startsWith(`${prefix}_`)) {
      multiplyAccumulates += count;
    }
  }
  // The linker moves the model's code into its callers, where its instructions cannot be told from theirs.
  const separate = !optimised.variant.linkTime;
  return { frames, packed, multiplyAccumulates: separate ? multiplyAccumulates : null };
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
function excerptOf(code: readonly Instruction[]): readonly string[] {
  const first = code.findIndex(({ mnemonic }) => isPacked(mnemonic));
  if (first < 0) return [];
  const start = Math.max(0, first - 2);
  return code
    .slice(start, start + EXCERPT_LINES)
    .map(
      ({ address, mnemonic, operands }) =>
        `${address.toString(16).padStart(8)}:  ${mnemonic.padEnd(8)}${operands}`,
    );
}
