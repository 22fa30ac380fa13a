/**
 * What an RV32IMC instruction is, from objdump's text alone (-M no-aliases,numeric).
 * What the plugin's decoder says of its bits is left to riscv-decode.test.ts.
 */

export interface Described {
  readonly insnClass: string;
  /** Bytes moved. */
  readonly bytes: number;
  /** L loads, S stores, C conditional, P leaves the line, D to a target of its own, K call or jump. */
  readonly flags: string;
  /** Masks, bit n for xn; x0 has none. */
  readonly reads: number;
  readonly writes: number;
  readonly address: number;
  /** Address of the target, of a direct branch. */
  readonly target: number | null;
}

const WIDTHS: Readonly<Record<string, number>> = { b: 1, bu: 1, h: 2, hu: 2, w: 4, wsp: 4 };

/** Null for a mnemonic that is not listed. */
export function describe(text: string): Described | null {
  const [, name = "", rest = ""] = /^(\S+)\s*([^#<]*)/.exec(text) ?? [];
  const mnemonic = name.replace(/^c\./, "");
  const operands = rest.split(",").map((operand) => operand.trim());
  const isShort = name.startsWith("c.");
  const none = { bytes: 0, flags: "", reads: 0, writes: 0, address: 0, target: null };
  const target = Number.parseInt(operands.at(-1) ?? "", 16);
  const all = mask(operands.join(" "));
  const first = mask(operands[0] ?? "");
  const others = mask(operands.slice(1).join(" "));
  const memory = /^([ls])(b|bu|h|hu|w|wsp)$/.exec(mnemonic);
  if (memory) {
    const [, direction, width = ""] = memory;
    const isLoad = direction === "l";
    const address = mask(/\(.*\)/.exec(rest)?.[0] ?? "");
    return {
      ...none,
      insnClass: isLoad ? "load" : "store",
      bytes: WIDTHS[width] ?? 0,
      flags: isLoad ? "L" : "S",
      reads: isLoad ? address : address | first,
      writes: isLoad ? first : 0,
      address,
    };
  }
  if (/^b(eq|ne|lt|ge)(u|z)?$/.test(mnemonic))
    return { ...none, insnClass: "branch", flags: "CPD", reads: all, target };
  if (mnemonic === "j") return { ...none, insnClass: "branch", flags: "PDK", target };
  if (mnemonic === "jal")
    return { ...none, insnClass: "branch", flags: "PDK", writes: isShort ? 2 : first, target };
  if (mnemonic === "jr") return { ...none, insnClass: "branch", flags: "P", reads: all };
  if (mnemonic === "jalr") {
    const [reads, writes] = isShort ? [all, 2] : [others, first];
    return { ...none, insnClass: "branch", flags: "P", reads, writes };
  }
  if (/^(fence(\.i)?|ecall|ebreak|mret|wfi)$/.test(mnemonic))
    return { ...none, insnClass: "other" };
  if (/^csrr[wsc]i?$/.test(mnemonic)) {
    const reads = mnemonic.endsWith("i") ? 0 : mask(operands[2] ?? "");
    return { ...none, insnClass: "other", reads, writes: first };
  }
  if (/^(lui|li)$/.test(mnemonic)) return { ...none, insnClass: "alu", writes: first };
  if (mnemonic === "auipc") return { ...none, insnClass: "alu", writes: first };
  if (mnemonic === "mv") return { ...none, insnClass: "alu", reads: others, writes: first };
  if (mnemonic === "nop") return { ...none, insnClass: "alu" };
  if (/^(mul(h|hu|hsu)?|(div|rem)u?)$/.test(mnemonic)) {
    const insnClass = mnemonic.startsWith("mul") ? "mul" : "div";
    return { ...none, insnClass, reads: others, writes: first };
  }
  if (/^((add|xor|or|and|sll|srl|sra|slt|sltu)i?|sltiu|sub|addi16sp|addi4spn)$/.test(mnemonic)) {
    const reads = isShort && mnemonic !== "addi4spn" ? all : others;
    return { ...none, insnClass: "alu", reads, writes: first };
  }
  return null;
}

/** All registers of a text; x0 is none. */
function mask(text: string): number {
  const found = text.match(/\bx\d+\b/g) ?? [];
  const bits = found.reduce((sum, name) => sum | (1 << Number(name.slice(1))), 0);
  return (bits & ~1) >>> 0;
}
