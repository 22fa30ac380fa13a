/**
 * What an instruction of the M-profile vector extension is, from objdump's text alone: pipe and result by the lists of
 * LLVM's ARMScheduleM55.td, registers by the operands.
 * What the plugin's decoder says of its bits is left to vector-decode.test.ts.
 */

/** Masks: bit n of `q...` for qn, of the others for rn. */
export interface VectorText {
  readonly insnClass: string;
  readonly pipe: Pipe;
  readonly result: Result;
  readonly reads: number;
  readonly writes: number;
  readonly qReads: number;
  readonly qWrites: number;
  /** Vectors that addresses are formed from. */
  readonly qAddress: number;
}

export const PIPES = ["none", "memory", "integer", "multiply", "control"] as const;
export type Pipe = (typeof PIPES)[number];
export const RESULTS = [
  "short",
  "long",
  "lengthened",
  "narrowed",
  "loaded",
  "gathered",
  "interleaved",
  "reduced",
  "across",
] as const;
export type Result = (typeof RESULTS)[number];

type Shape = "plain" | "keep" | "reduce" | "across" | "compare" | "ramp" | "carry" | "memory";

/** First match wins; `f` in a type means floats, whose sums and compares are on the other pipe. */
const KINDS: readonly (readonly [string, string, Pipe, Result, Shape])[] = [
  ["vld[24]\\d\\..*", "load", "memory", "interleaved", "memory"],
  ["vst[24]\\d\\..*", "store", "memory", "interleaved", "memory"],
  ["vldr[bhwd]\\..*", "load", "memory", "loaded", "memory"],
  ["vstr[bhwd]\\..*", "store", "memory", "loaded", "memory"],
  [
    "vrml[as]ldavh?a?x?\\..*|vml[as](?:l?d)?ava?x?\\..*|vmlava?\\..*|vmlalva?\\..*|vrmlalvha?\\..*|vrml[as]ldavha?x?\\..*",
    "mac",
    "multiply",
    "reduced",
    "reduce",
  ],
  ["vaddl?va?\\..*", "alu", "multiply", "reduced", "reduce"],
  ["v(?:max|min)(?:nm)?a?v\\..*|vabav\\..*", "alu", "integer", "across", "across"],
  ["v(?:cmp|pt[te]*)\\..*", "alu", "multiply", "short", "compare"],
  ["vpst[te]*|vpnot|vctp\\..*", "other", "control", "short", "compare"],
  ["v[id]w?dup\\..*", "alu", "integer", "short", "ramp"],
  ["vshlc", "alu", "integer", "short", "carry"],
  ["vfmas?\\.f.*|vfms\\.f.*|vcmla\\.f.*", "fpu", "multiply", "long", "keep"],
  ["vq?r?d?ml[as](?:s|dhx?|h|sh)?\\..*", "mac", "multiply", "long", "keep"],
  ["vcvt[tb]\\.f16\\.f32", "fpu", "multiply", "narrowed", "keep"],
  [
    "v(?:cvt[tbanmp]?|rint[nxazmp])\\..*|vcmul\\.f.*|vmul\\.f.*",
    "fpu",
    "multiply",
    "long",
    "plain",
  ],
  ["v(?:add|sub)\\.f.*", "fpu", "multiply", "short", "plain"],
  ["v(?:max|min)nma\\.f.*", "fpu", "multiply", "short", "keep"],
  ["v(?:abd|abs|neg|cadd|maxnm|minnm)\\.f.*", "fpu", "multiply", "short", "plain"],
  ["vmull[bt]\\.p.*", "mul", "integer", "long", "plain"],
  ["v(?:q?r?d?mulh|mul|q?d?mull[bt])\\..*", "mul", "multiply", "long", "plain"],
  ["vq?mov(?:u?n)[bt]\\..*|vq?r?shr(?:u?n)[bt]\\..*", "alu", "integer", "narrowed", "keep"],
  ["vs[lr]i\\..*", "alu", "integer", "lengthened", "keep"],
  ["vmovl[bt]\\..*|vshll[bt]\\..*", "alu", "integer", "lengthened", "plain"],
  ["v(?:adc|sbc)i?\\..*|v(?:qshlu?|rshl|qrshl|rshr)\\..*", "alu", "integer", "long", "plain"],
  ["v(?:max|min)a\\..*", "alu", "integer", "short", "keep"],
  ["v(?:and|bic|orr|orn|eor|mvn|psel)(?:\\..*)?", "alu", "integer", "short", "plain"],
  [
    "v(?:add|sub|abd|abs|neg|max|min|hadd|hsub|rhadd|qadd|qsub|qabs|qneg|cls|clz|rev\\d+|brsr|cadd|hcadd|shl|shr|dup)\\..*",
    "alu",
    "integer",
    "short",
    "plain",
  ],
];

const PATTERNS = KINDS.map(
  ([pattern, ...rest]) => [new RegExp(`^(?:${pattern})$`), ...rest] as const,
);

/** Null for what is no vector instruction, or a mnemonic that is not listed. */
export function vectorText(text: string): VectorText | null {
  const [line = ""] = text.split(/[;@]/);
  const [, mnemonic = "", all = ""] = /^(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
  // objdump 2.40 lists a register too many for these two.
  const rest = /^vq(?:abs|neg)/.test(mnemonic) ? all.replace(/, q\d,/, ",") : all;
  if (/^vmov/.test(mnemonic)) return moveOf(mnemonic, rest);
  // In a block that a predicate governs each name ends with T or E.
  const plain = mnemonic.replace(/[te](?=\.|$)/, "");
  const found =
    PATTERNS.find(([pattern]) => pattern.test(mnemonic)) ??
    PATTERNS.find(([pattern]) => pattern.test(plain));
  if (!found) return null;
  const [, insnClass, pipe, result, shape] = found;
  const isScalarFloat = /^v(?:add|sub)\.f/.test(mnemonic) && coresOf(rest) !== 0;
  const known = { insnClass, pipe, result: isScalarFloat ? ("long" as const) : result };
  return registersOf(known, shape, mnemonic, rest);
}

function registersOf(
  known: Pick<VectorText, "insnClass" | "pipe" | "result">,
  shape: Shape,
  mnemonic: string,
  rest: string,
): VectorText | null {
  const operands = rest.split(/,(?![^[{]*[\]}])/).map((operand) => operand.trim());
  const [first = "", ...others] = operands;
  const none = { reads: 0, writes: 0, qReads: 0, qWrites: 0, qAddress: 0 };
  const later = others.join(",");
  switch (shape) {
    case "memory":
      return memoryOf(known, first, others);
    case "reduce": {
      const writes = coresOf(rest);
      const accumulates = /vh?ax?\./.test(mnemonic); // vmladava, vrmlaldavha, vaddva, with x or without
      return {
        ...known,
        ...none,
        writes,
        reads: accumulates ? writes : 0,
        qReads: vectorsOf(rest),
      };
    }
    case "across":
      return {
        ...known,
        ...none,
        reads: coresOf(first),
        writes: coresOf(first),
        qReads: vectorsOf(later),
      };
    case "compare":
      return { ...known, ...none, reads: coresOf(rest), qReads: vectorsOf(rest) };
    case "ramp":
      return {
        ...known,
        ...none,
        reads: coresOf(later),
        writes: coresOf(others[0] ?? ""),
        qWrites: vectorsOf(first),
      };
    case "carry":
      return {
        ...known,
        ...none,
        reads: coresOf(later),
        writes: coresOf(later),
        qReads: vectorsOf(first),
        qWrites: vectorsOf(first),
      };
    default: {
      const isInPlace = shape === "keep" || vectorsOf(later) === 0;
      const isFilled = /^v(?:dup|mvn)/.test(mnemonic);
      return {
        ...known,
        ...none,
        reads: coresOf(later),
        qWrites: vectorsOf(first),
        qReads: vectorsOf(later) | (isInPlace && !isFilled ? vectorsOf(first) : 0),
      };
    }
  }
}

function memoryOf(
  known: Pick<VectorText, "insnClass" | "pipe" | "result">,
  data: string,
  address: readonly string[],
): VectorText {
  const text = address.join(",");
  const isUpdated = text.includes("!") || address.length > 1;
  const qAddress = vectorsOf(text);
  const isLoad = known.insnClass === "load";
  const list = [...data.matchAll(/q(\d)/g)].map(([, number]) => Number(number));
  const range = /q(\d)-q(\d)/.exec(data);
  const last = range ? Number(range[2]) : (list.at(-1) ?? 0);
  let moved = 0;
  for (let i = list[0] ?? 0; i <= last; i++) moved |= 1 << i;
  return {
    ...known,
    result: qAddress === 0 ? known.result : "gathered",
    reads: coresOf(text),
    writes: isUpdated ? coresOf(text) : 0,
    qReads: isLoad ? 0 : moved,
    qWrites: (isLoad ? moved : 0) | (isUpdated ? qAddress : 0),
    qAddress,
  };
}

/** VMOV of a constant; of a register it is VORR. Those of lanes are the FPU's. */
function moveOf(mnemonic: string, rest: string): VectorText | null {
  const [first = "", second = "", ...more] = rest.split(",").map((operand) => operand.trim());
  if (!/^q\d$/.test(first) || more.length > 0) return narrowingMove(mnemonic, rest);
  const none = { reads: 0, writes: 0, qReads: 0, qWrites: vectorsOf(first), qAddress: 0 };
  if (second.startsWith("#")) {
    return { ...none, insnClass: "alu", pipe: "multiply", result: "long" };
  }
  if (mnemonic !== "vmov") return narrowingMove(mnemonic, rest);
  return { ...none, insnClass: "alu", pipe: "integer", result: "short", qReads: vectorsOf(second) };
}

function narrowingMove(mnemonic: string, rest: string): VectorText | null {
  const found = PATTERNS.find(([pattern]) => pattern.test(mnemonic));
  if (!found) return null;
  const [, insnClass, pipe, result, shape] = found;
  return registersOf({ insnClass, pipe, result }, shape, mnemonic, rest);
}

function vectorsOf(text: string): number {
  return [...text.matchAll(/\bq([0-7])\b/g)].reduce((mask, [, n]) => mask | (1 << Number(n)), 0);
}

const NAMES: Readonly<Record<string, number>> = { sl: 10, fp: 11, ip: 12, sp: 13, lr: 14 };

function coresOf(text: string): number {
  const words = text.match(/\b(?:r1[0-5]|r\d|sl|fp|ip|sp|lr)\b/g) ?? [];
  return words.reduce((mask, word) => mask | (1 << (NAMES[word] ?? Number(word.slice(1)))), 0);
}
