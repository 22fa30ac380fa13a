/**
 * What an Xtensa instruction is, from objdump's text alone.
 * What the plugin's decoder says of its bits is left to xtensa-decode.test.ts.
 */

export interface Described {
  readonly insnClass: string;
  /** Bytes moved. */
  readonly bytes: number;
  /** L loads, S stores, C conditional, P leaves the line, D to a target of its own, N no operation, K call. */
  readonly flags: string;
  /** Masks, bit n for an. */
  readonly reads: number;
  readonly writes: number;
  readonly address: number;
  /** Address of the target, of a direct branch. */
  readonly target: number | null;
}

const WIDTHS: Readonly<Record<string, number>> = { "8": 1, "16": 2, "32": 4 };

/** Null for a mnemonic that is not listed. */
export function describe(text: string): Described | null {
  const [, full = "", rest = ""] = /^(\S+)\s*([^<]*)/.exec(text) ?? [];
  const name = full.replace(/\.n$/, "");
  const operands = rest.split(",").map((operand) => operand.trim());
  const none = { bytes: 0, flags: "", reads: 0, writes: 0, address: 0, target: null };
  const last = operands.at(-1) ?? "";
  const target = Number.parseInt(last.replace(/^0x/, ""), 16);
  const all = mask(rest);
  const first = mask(operands[0] ?? "");
  const others = mask(operands.slice(1).join(" "));
  const memory = /^([ls])(8|16|32)(?:[us]?i|r|ri|ai)$/.exec(name);
  if (memory) {
    const [, direction, width = ""] = memory;
    const isLoad = direction === "l";
    return {
      ...none,
      insnClass: isLoad ? "load" : "store",
      bytes: WIDTHS[width] ?? 0,
      flags: isLoad ? "L" : "S",
      reads: isLoad ? others : all,
      writes: isLoad ? first : 0,
      address: others,
    };
  }
  if (/^b(eq|ne|lt|ge)(z|i|u|ui)?$|^b(any|none|all|nall|bc|bs|bci|bsi)$/.test(name))
    return {
      ...none,
      insnClass: "branch",
      flags: "CPD",
      reads: mask(operands.slice(0, -1).join(" ")),
      target,
    };
  if (name === "j") return { ...none, insnClass: "branch", flags: "PD", target };
  if (name === "call0") return { ...none, insnClass: "branch", flags: "PDK", writes: 1, target };
  if (name === "callx0")
    return { ...none, insnClass: "branch", flags: "PK", reads: all, writes: 1 };
  if (name === "jx") return { ...none, insnClass: "branch", flags: "P", reads: all };
  if (name === "ret") return { ...none, insnClass: "branch", flags: "P", reads: 1 };
  if (name === "nop") return { ...none, insnClass: "other", flags: "N" };
  if (/^(isync|rsync|esync|dsync|memw|extw|break|syscall|simcall|waiti)$/.test(name))
    return { ...none, insnClass: "other" };
  if (/^rsr|^rur|^rsil$/.test(name)) return { ...none, insnClass: "other", writes: first };
  if (/^wsr|^wur/.test(name)) return { ...none, insnClass: "other", reads: all };
  if (/^xsr/.test(name)) return { ...none, insnClass: "other", reads: all, writes: first };
  if (/^rf[ei]$/.test(name)) return { ...none, insnClass: "other", flags: "P" };
  if (/^ss(r|l|a8l|a8b)$/.test(name)) return { ...none, insnClass: "alu", reads: all };
  if (name === "ssai") return { ...none, insnClass: "alu" };
  if (/^movi$/.test(name)) return { ...none, insnClass: "alu", writes: first };
  if (/^mov(eqz|nez|ltz|gez)$/.test(name))
    return { ...none, insnClass: "alu", reads: all, writes: first };
  if (/^(mull|mul16[us]|mulu?h|muls?h)$/.test(name))
    return { ...none, insnClass: "mul", reads: others, writes: first };
  if (/^(quo|rem)[us]$/.test(name))
    return { ...none, insnClass: "div", reads: others, writes: first };
  const sum =
    /^(add|sub|and|x?or|addi|addmi|(add|sub)x[248]|mov|neg|abs|s[lr][la]i?|srli|src|extui|nsau?|sext|clamps|(min|max)u?)$/;
  if (sum.test(name)) return { ...none, insnClass: "alu", reads: others, writes: first };
  return null;
}

/** All registers of a text. */
function mask(text: string): number {
  const found = text.match(/\ba\d+\b/g) ?? [];
  return found.reduce((sum, name) => sum | (1 << Number(name.slice(1))), 0);
}
