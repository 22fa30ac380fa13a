/**
 * Decides which packed-data and multiply instructions a program holds, function by function, from its disassembly.
 * Whether they run is left to executed.ts.
 */
import { runProcess } from "../process.ts";

/** objdump comes with the board's compiler. */
const INSTALL = "see which compiler the board needs: pioneer doctor";

export interface Instruction {
  readonly address: number;
  /** As objdump spells it, without what follows a dot. */
  readonly mnemonic: string;
  readonly operands: string;
  /** The function that holds it. */
  readonly within: string;
}

/** What an IT block may append to a mnemonic. */
const CONDITION = "(?:eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?";

/**
 * Instructions of the Armv7E-M DSP extension that work on two or four packed values at once (Armv7-M Architecture
 * Reference Manual, A4.4): dual multiplies, packed extends, parallel additions, packing.
 */
const PACKED = new RegExp(
  `^(?:sml[as]l?dx?|smu[as]dx?|[su]xta?b16|(?:s|q|sh|u|uq|uh)(?:add8|add16|sub8|sub16|asx|sax)|pkh(?:bt|tb)|usada?8|[su]sat16|sel)${CONDITION}$`,
);
/** A product added to a sum, of single or of packed values. */
const MULTIPLY_ACCUMULATE = new RegExp(
  `^(?:mla|mls|smla[bt][bt]|smlaw[bt]|sml[as]l?dx?|smlal(?:[bt][bt])?|umlal|umaal|smml[as]r?)${CONDITION}$`,
);

/** A vector register of the M-profile vector extension (Armv8.1-M). */
const VECTOR_REGISTER = /\bq[0-7]\b/;

/** True for instructions that treat a register as several values. */
export function isPacked({ mnemonic, operands }: Instruction): boolean {
  return PACKED.test(mnemonic) || VECTOR_REGISTER.test(operands);
}

/** True for what the timing plugin's class "mac" counts. */
export function isMultiplyAccumulate({ mnemonic }: Instruction): boolean {
  return MULTIPLY_ACCUMULATE.test(mnemonic);
}

/** Every instruction of the program's code, in order of address. */
export async function disassemble(
  { elf, toolchain }: { readonly elf: string; readonly toolchain: string },
  signal: AbortSignal,
): Promise<readonly Instruction[]> {
  const { stdout } = await runProcess(
    `${toolchain}objdump`,
    ["--disassemble", "--no-show-raw-insn", "--section=.text", elf],
    { install: INSTALL, signal },
  );
  return parseDisassembly(stdout);
}

/** `ADDRESS <NAME>:` opens a function, `ADDRESS:<tab>MNEMONIC<tab>OPERANDS` is an instruction; others are skipped. */
export function parseDisassembly(text: string): readonly Instruction[] {
  const instructions: Instruction[] = [];
  let within = "";
  for (const line of text.split("\n")) {
    const opened = /^[0-9a-f]+ <(.+)>:$/.exec(line);
    if (opened) within = opened[1] as string;
    const found = /^\s*([0-9a-f]+):\t([a-z][a-z0-9]*)(?:\.[a-z0-9]+)*(?:\t(.*))?$/.exec(line);
    if (!found) continue;
    const [, address, mnemonic, operands] = found;
    instructions.push({
      address: Number.parseInt(address as string, 16),
      mnemonic: mnemonic as string,
      operands: (operands ?? "").trim(),
      within,
    });
  }
  return instructions;
}
