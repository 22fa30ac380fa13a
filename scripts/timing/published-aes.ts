/**
 * The measured AES ciphers that the timing tables are judged by: each method is a program of its own, written after the
 * method's description.
 * The other workloads are left to published.ts.
 */
import type { Program, Workload } from "./workload.ts";

/** Measurements of one method on one core: cycles of a block with keys of 128, 192 and 256 bits. */
interface Cipher {
  readonly core: string;
  readonly condition: string;
  /** Names the method; the program's options follow from it. */
  readonly method: string;
  readonly source: string;
  /** Of scripts/timing/programs, without its ending. */
  readonly assembly: string;
  readonly options: readonly string[];
  readonly published: readonly [number, number | null, number];
  /** Why its rows are outside their intervals, where they are. */
  readonly why?: string;
}

const DOCS = "jnk0le/cortexm-AES, doc/aes";
const DECRYPT = "-DDECRYPT";
/** Decryption with the keys of encryption. */
const STRAIGHT = [DECRYPT, "-DSTRAIGHT"];

const M0 = {
  core: "cortex-m0",
  condition: "STM32F0, 0 WS",
  source: `${DOCS}/CM0_details.md`,
} as const;
const M4 = {
  core: "cortex-m4",
  condition: "STM32F407, 0 WS",
  source: `${DOCS}/CM3_CM4_details.md`,
} as const;
const M33 = {
  core: "cortex-m33",
  condition: "RP2350, code and table in SRAM",
  source: `${DOCS}/CM33_details.md`,
} as const;

/** 179 cycles a round where 165 were measured, 171 where 157 were. */
const OTHER_MOVES =
  "no rule that a round needs is unsure on this core, so that the 14 cycles a round are the program's: what it moves between low and high registers, and a loop that no short branch spans";

const FOUR_ROWS = { ...M0, assembly: "aes-four-rows" } as const;
const THUMB1_SBOX = { ...M0, assembly: "aes-sbox-thumb1" } as const;
const ONE_TABLE = { ...M4, assembly: "aes-one-table" } as const;
const DSP_SBOX = { ...M4, assembly: "aes-sbox-dsp" } as const;

const CIPHERS: readonly Cipher[] = [
  { ...FOUR_ROWS, method: "four rows", options: [], published: [1152, null, 1588] },
  {
    ...{ ...FOUR_ROWS, method: "four rows, decryption", options: [DECRYPT] },
    published: [1155, null, 1591],
  },
  {
    ...{ ...FOUR_ROWS, method: "four rows, S-box last", options: ["-DLAST_SBOX"] },
    published: [1138, null, 1574],
  },
  {
    ...{ ...FOUR_ROWS, method: "four rows, S-box last, decryption" },
    ...{ options: [DECRYPT, "-DLAST_SBOX"], published: [1132, null, 1568] },
  },
  { ...THUMB1_SBOX, method: "S-box", options: [], published: [1646, null, 2306], why: OTHER_MOVES },
  {
    ...{ ...THUMB1_SBOX, method: "S-box, decryption", options: STRAIGHT },
    published: [2537, null, 3589],
  },
  {
    ...{ ...THUMB1_SBOX, method: "S-box and products", options: ["-DMULTIPLY"] },
    ...{ published: [1567, null, 2195], why: OTHER_MOVES },
  },
  {
    ...{ ...THUMB1_SBOX, method: "S-box and products, decryption" },
    ...{ options: [...STRAIGHT, "-DMULTIPLY"], published: [2351, null, 3323] },
  },
  { ...ONE_TABLE, method: "one table", options: [], published: [626, 742, 858] },
  {
    ...{ ...ONE_TABLE, method: "one table, decryption", options: [DECRYPT] },
    published: [650, 770, 892],
  },
  {
    ...{ ...ONE_TABLE, method: "one table, unrolled", options: ["-DUNROLLED"] },
    published: [602, 712, 822],
  },
  {
    ...{ ...ONE_TABLE, method: "one table, unrolled, decryption" },
    ...{ options: ["-DUNROLLED", DECRYPT], published: [604, 714, 824] },
  },
  { ...DSP_SBOX, method: "S-box and SIMD", options: [], published: [852, 1020, 1188] },
  {
    ...{ ...DSP_SBOX, method: "S-box and SIMD, decryption", options: STRAIGHT },
    published: [1249, 1505, 1759],
  },
  { ...ONE_TABLE, ...M33, method: "one table", options: [], published: [574, null, 790] },
  {
    ...{ ...ONE_TABLE, ...M33, method: "one table, decryption", options: [DECRYPT] },
    published: [576, null, 792],
  },
];

const SIZES = ["AES-128", "AES-192", "AES-256"] as const;

/** The M33 runs what the M4 does, of which it has all instructions. */
function programOf({ core, assembly, options }: Cipher): Program {
  const processor = core === "cortex-m0" ? "cortex-m0" : "cortex-m4";
  return {
    id: [assembly, ...options.map((option) => option.slice(2).toLowerCase())].join("-"),
    machine: "cortex-m",
    sources: ["aes.c", `${assembly}.S`],
    flags: [`-mcpu=${processor}`, "-O2", ...options],
  };
}

/** Whole blocks, and what one round more costs: a quarter of what 256-bit keys take more than 128-bit ones. */
function workloadsOf(cipher: Cipher): readonly Workload[] {
  const { core, condition, method, source, published, why } = cipher;
  const program = programOf(cipher);
  const common = {
    core,
    program,
    condition,
    source,
    code: "own code",
    set: "judging",
    ...(why ? { why } : {}),
  } as const;
  const blocks = published.flatMap((cycles, region): Workload[] =>
    cycles === null
      ? []
      : [{ ...common, name: `${SIZES[region]}, ${method}`, region, published: cycles }],
  );
  const [short, , long] = published;
  const round = { name: `one AES round, ${method}`, published: (long - short) / 4 };
  return [...blocks, { ...common, ...round, region: 2, less: 0, passes: 4 }];
}

export const AES: readonly Workload[] = CIPHERS.flatMap(workloadsOf);
