/**
 * Which core registers an instruction reads and writes, from objdump's text alone.
 * What the plugin's decoder says of its bits is left to thumb-reads.test.ts.
 */

/** Masks, bit n for rn; pc is no data and has none. */
export interface ReadsAndWrites {
  readonly reads: number;
  readonly writes: number;
}

const NAMES: Readonly<Record<string, number>> = { sl: 10, fp: 11, ip: 12, sp: 13, lr: 14 };
const CONDITIONS = "(?:eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?";

/** LR counts the rounds of a low-overhead loop. */
const LR = 1 << 14;

const SHAPES: readonly (readonly [
  string,
  (operands: readonly string[], text: string) => ReadsAndWrites,
])[] = [
  ["cmp|cmn|tst|teq|cbn?z|bx|msr|pld|pli|tbb|tbh", (o) => ({ reads: all(o), writes: 0 })],
  ["blx?", (o) => ({ reads: all(o.filter((x) => !x.includes("<"))), writes: 1 << 14 })],
  [
    "b|nop|it[te]*|dsb|dmb|isb|svc|bkpt|udf|cpsi[de]|yield|wfi|sev",
    () => ({ reads: 0, writes: 0 }),
  ],
  ["mrs|vmrs", (o) => ({ reads: 0, writes: all(o.slice(0, 1)) })],
  [
    "mov[sw]?|mvns?|[su]xt[bh]|[su]xtb16|clz|rbit|rev|rev16|revsh|ssat|usat|ssat16|usat16|ubfx|sbfx|adr|rrx",
    moves,
  ],
  ["negs", moves],
  ["dls|dlstp\\.\\d+|wls|wlstp\\.\\d+", (o) => ({ reads: all(o.slice(1, 2)), writes: LR })],
  ["le|letp", () => ({ reads: LR, writes: LR })],
  ["movt|bfi|bfc", (o) => ({ reads: all(o), writes: all(o.slice(0, 1)) })],
  ["(?:add|sub|adc|sbc|rsb|and|orr|orn|eor|bic|lsl|lsr|asr|ror|mul)[s]?|addw|subw", sums],
  [
    "[su](?:h|)(?:add|sub)(?:8|16)|u?q(?:add|sub)(?:8|16)?|qd(?:add|sub)|sel|pkh(?:bt|tb)|[su]xta(?:b|h|b16)|[su]div|usad8",
    moves,
  ],
  [
    "mla|mls|smla[bt][bt]|smlaw[bt]|smlad|smlsd|smmla|smmul|smul[bt][bt]|smulw[bt]|smuad|usada8",
    moves,
  ],
  ["[su]mull", (o) => ({ reads: all(o.slice(2)), writes: all(o.slice(0, 2)) })],
  ["[su]mlal|smlal[bt][bt]|smlald|umaal", (o) => ({ reads: all(o), writes: all(o.slice(0, 2)) })],
  ["ldr(?:s?[bh])?t?|ldrex[bh]?|vldr", (o) => access(o, 1, true)],
  ["str[bh]?t?|vstr", (o) => access(o, 1, false)],
  ["ldrd", (o) => access(o, 2, true)],
  ["strd", (o) => access(o, 2, false)],
  ["strex[bh]?", (o) => ({ reads: all(o.slice(1)), writes: all(o.slice(0, 1)) })],
  ["push|vpush", (_, text) => ({ reads: list(text) | (1 << 13), writes: 1 << 13 })],
  ["pop|vpop", (_, text) => ({ reads: 1 << 13, writes: list(text) | (1 << 13) })],
  ["v?ldm(?:ia|db)?", (o, text) => ({ reads: base(o), writes: list(text) | written(o) })],
  ["v?stm(?:ia|db)?", (o, text) => ({ reads: list(text) | base(o), writes: written(o) })],
  ["csel|csinc|csinv|csneg|cset|csetm|cinc|cinv|cneg", moves],
  [
    "(?:ls[lr]|asr)l|[su]qr?sh[lr]l|[su]rshrl",
    (o) => ({ reads: all(o), writes: all(o.slice(0, 2)) }),
  ],
  ["[su]qr?sh[lr]|[su]rshr", (o) => ({ reads: all(o), writes: all(o.slice(0, 1)) })],
  ["clrm", (_, text) => ({ reads: 0, writes: list(text) })],
  // The condition stands before the type.
  [`vmov${CONDITIONS}(?:\\.\\w+)*`, vectorMove],
  ["vmsr", (o) => ({ reads: all(o.slice(1)), writes: 0 })],
  ["v(?!ld|st|mov|mrs|msr|push|pop)\\w+(?:\\.\\w+)*", () => ({ reads: 0, writes: 0 })],
];

const PATTERNS = SHAPES.map(
  ([names, shape]) => [new RegExp(`^(?:${names})${CONDITIONS}(?:\\.[nw])?$`), shape] as const,
);

/** Null for a mnemonic that is not listed. */
export function readsAndWrites(text: string): ReadsAndWrites | null {
  // GNU as fills with MOV r8, r8 where a core has no NOP, and objdump calls it that.
  const [line = ""] = text.replace(/^nop.*\((mov .*)\)$/, "$1").split(/[;@]/);
  const [, mnemonic = "", rest = ""] = /^(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
  const operands = splitOperands(rest);
  const shape = PATTERNS.find(([pattern]) => pattern.test(mnemonic))?.[1];
  return shape ? shape(operands, rest) : null;
}

/** At commas outside brackets and braces. */
function splitOperands(text: string): readonly string[] {
  return text.split(/,(?![^[]*\])(?![^{]*\})/).map((operand) => operand.trim());
}

function maskOf(name: string): number {
  const number = NAMES[name] ?? /^r(1[0-5]|\d)$/.exec(name)?.[1] ?? 15;
  return Number(number) === 15 ? 0 : 1 << Number(number);
}

function all(operands: readonly string[]): number {
  const words = operands.join(" ").match(/\b(?:r1[0-5]|r\d|sl|fp|ip|sp|lr)\b/g) ?? [];
  return words.reduce((mask, word) => mask | maskOf(word), 0);
}

function moves(o: readonly string[]): ReadsAndWrites {
  return { reads: all(o.slice(1)), writes: all(o.slice(0, 1)) };
}

/** With two operands the first is read as well, unless the second one is shifted by a third. */
function sums(o: readonly string[]): ReadsAndWrites {
  return { reads: all(o.length === 2 ? o : o.slice(1)), writes: all(o.slice(0, 1)) };
}

function access(o: readonly string[], count: number, isLoad: boolean): ReadsAndWrites {
  const address = o.slice(count);
  const isUpdated = address.length > 1 || address.join("").includes("!");
  const update = isUpdated ? all(address.slice(0, 1)) : 0;
  const data = all(o.slice(0, count));
  return {
    reads: all(address) | (isLoad ? 0 : data),
    writes: (isLoad ? data : 0) | update,
  };
}

function base(o: readonly string[]): number {
  return all(o.slice(0, 1));
}

function written(o: readonly string[]): number {
  return o[0]?.includes("!") ? base(o) : 0;
}

/** Core registers between braces, with ranges. */
function list(text: string): number {
  const inside = /\{(.*)\}/.exec(text)?.[1] ?? "";
  return inside.split(",").reduce((mask, part) => {
    const [first = "", last = first] = part.trim().split("-");
    const [from, to] = [numberOf(first), numberOf(last)];
    let range = 0;
    for (let i = from; i >= 0 && i <= to; i++) range |= maskOf(`r${i}`);
    return mask | range;
  }, 0);
}

function numberOf(name: string): number {
  return NAMES[name] ?? Number(/^r(\d+)$/.exec(name)?.[1] ?? -1);
}

/** Core registers come first when they are written, last when they are read. */
function vectorMove(o: readonly string[]): ReadsAndWrites {
  const isToCore = all(o.slice(0, 1)) !== 0;
  const registers = all(o);
  return isToCore ? { reads: 0, writes: registers } : { reads: registers, writes: 0 };
}
