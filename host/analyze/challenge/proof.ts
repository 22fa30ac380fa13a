/**
 * Decides whether the packed instructions are in a program and whether they did its work.
 * Reading disassemblies and execution logs is left to workflow/challenge.
 */
import { requireFiniteIn } from "../number-limits.ts";
import type { Quantity } from "../quantity.ts";
import { counted } from "../quantity.ts";

/** Packed instructions of one function of the optimised program. */
export interface FunctionProof {
  readonly name: string;
  /** Occurrences in the code by mnemonic. */
  readonly mnemonics: Readonly<Record<string, number>>;
}

/** What ran, by the emulator's own log of executed addresses. */
export interface ExecutionFacts {
  /** Frames of the logged run. */
  readonly frames: number;
  /** Executions of packed instructions by mnemonic, in all frames. */
  readonly packed: Readonly<Record<string, number>>;
  /** Executions of every multiply-accumulate in the model's own functions; null where they were inlined elsewhere. */
  readonly multiplyAccumulates: number | null;
}

export interface ProofFacts {
  /** Packed instructions in the baseline's code. */
  readonly baselinePacked: number;
  readonly functions: readonly FunctionProof[];
  /** A stretch of the disassembly with packed instructions, as objdump prints it. */
  readonly excerpt: readonly string[];
  /** Null when the optimised program holds no packed instruction. */
  readonly execution: ExecutionFacts | null;
  /** Multiply-accumulates of a frame by the timing plugin's class "mac"; null where it has none. */
  readonly pluginMultiplyAccumulates: number | null;
  /** Multiply-accumulates that the plan executes a frame, padding included. */
  readonly paddedMacs: number;
}

export interface Proof extends Omit<ProofFacts, "execution"> {
  /** Packed instructions in the optimised code. */
  readonly optimisedPacked: number;
  /** Executions a frame by mnemonic; empty without packed instructions. */
  readonly executedPerFrame: Readonly<Record<string, Quantity>>;
  /** The log's multiply-accumulates a frame equal the plugin's; null where they cannot be held against each other. */
  readonly countersAgree: boolean | null;
  /** Packed instructions are in the optimised program, and they ran. */
  readonly proven: boolean;
  readonly why: string;
}

const LOG = "the emulator's log of executed addresses";

/** @throws AnalysisError TP-USE-242 for a number that is not finite */
export function prove(facts: ProofFacts): Proof {
  requireFiniteIn("the proof", facts);
  const { execution, functions, baselinePacked, ...rest } = facts;
  const optimisedPacked = functions
    .flatMap(({ mnemonics }) => Object.values(mnemonics))
    .reduce((sum, count) => sum + count, 0);
  const perFrame = Object.entries(execution?.packed ?? {}).map(
    ([mnemonic, count]) =>
      [mnemonic, counted(count / (execution?.frames ?? 1), "instruction", LOG)] as const,
  );
  const executed = perFrame.reduce((sum, [, quantity]) => sum + quantity.value, 0);
  return {
    ...rest,
    baselinePacked,
    functions,
    optimisedPacked,
    executedPerFrame: Object.fromEntries(perFrame),
    countersAgree: agreement(facts),
    proven: optimisedPacked > 0 && executed > 0,
    why: reason(facts, optimisedPacked, executed),
  };
}

function agreement({ execution, pluginMultiplyAccumulates }: ProofFacts): boolean | null {
  if (execution === null || execution.multiplyAccumulates === null) return null;
  if (pluginMultiplyAccumulates === null) return null;
  return execution.multiplyAccumulates === pluginMultiplyAccumulates * execution.frames;
}

function reason(facts: ProofFacts, optimisedPacked: number, executed: number): string {
  if (optimisedPacked === 0) return "the optimised program holds no packed instruction";
  if (executed === 0) return "the packed instructions are in the program, but none ran";
  const inBaseline =
    facts.baselinePacked === 0
      ? "none"
      : `${facts.baselinePacked}, which the compiler found by itself`;
  const dual = (facts.execution?.packed.smlad ?? 0) / (facts.execution?.frames ?? 1);
  const work =
    2 * dual === facts.paddedMacs
      ? `; ${dual} SMLAD a frame, two multiply-accumulates each, are all ${facts.paddedMacs} of the model`
      : "";
  return `${optimisedPacked} packed instructions in the program (baseline: ${inBaseline}) ran ${executed} times a frame${work}`;
}
