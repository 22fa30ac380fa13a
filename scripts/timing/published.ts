/**
 * The measured workloads that the timing tables are compared with, and which of them may choose a table's parameters.
 * Running them is left to run-program.ts, the page to write-timing.ts.
 */
import type { Program, Workload } from "./workload.ts";

const M4 = ["-mcpu=cortex-m4", "-O2"];
const M4_FLOAT = [...M4, "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"];

const AES_DOCS = "jnk0le/cortexm-AES, doc/aes";
const P256_README = "Emill/P256-Cortex-M4, README.md";

const P256: Program = {
  id: "p256",
  machine: "cortex-m",
  sources: ["p256.c"],
  flags: M4_FLOAT,
  package: {
    name: "p256-cortex-m4-sys",
    version: "0.1.0",
    digest: "54a73da4b90c4bb139ff5cca5526f796451cfeea58f5915bc739df36803977de",
    include: ["P256-Cortex-M4"],
    sources: ["P256-Cortex-M4/p256-cortex-m4.c", "P256-Cortex-M4/p256-cortex-m4-asm-gcc.S"],
  },
};

const AES_ONE_TABLE: Program = {
  id: "aes-one-table",
  machine: "cortex-m",
  sources: ["aes.c", "aes-one-table.S"],
  flags: M4,
};

const AES_FOUR_ROWS: Program = {
  id: "aes-four-rows",
  machine: "cortex-m",
  sources: ["aes.c", "aes-four-rows.S"],
  flags: ["-mcpu=cortex-m0", "-O2"],
};

const EMBENCH_LIKE: Program = {
  id: "embench-like",
  machine: "cortex-m",
  sources: ["embench-like.c"],
  flags: [...M4, "-mfloat-abi=soft"],
};

const P256_OPERATIONS = [
  { name: "P-256 key generation", region: 0, published: 327_000 },
  { name: "P-256 ECDSA sign", region: 1, published: 375_000 },
  { name: "P-256 ECDSA verify", region: 2, published: 976_000 },
  { name: "P-256 shared secret", region: 3, published: 906_000 },
  { name: "P-256 point decompression", region: 4, published: 48_000 },
] as const;

const p256 = P256_OPERATIONS.map(
  (operation): Workload => ({
    ...operation,
    core: "cortex-m4",
    program: P256,
    condition: "nRF52840, 64 MHz, flash with its cache on",
    code: "measured source",
    set: "judging",
    source: P256_README,
  }),
);

const AES_SIZES = ["AES-128", "AES-192", "AES-256"] as const;

/** Whole blocks, and what one round more costs: a quarter of what 256-bit keys take more than 128-bit ones. */
function aes(
  program: Program,
  core: string,
  method: string,
  condition: string,
  file: string,
  published: readonly (number | null)[],
): readonly Workload[] {
  const common = {
    core,
    program,
    condition,
    code: "own code",
    set: "judging",
    source: `${AES_DOCS}/${file}`,
  } as const;
  const blocks = published.flatMap((cycles, region): Workload[] =>
    cycles === null
      ? []
      : [{ ...common, name: `${AES_SIZES[region]}, ${method}`, region, published: cycles }],
  );
  const [short, , long] = published;
  if (short == null || long == null) return blocks;
  const name = `one AES round, ${method}`;
  return [
    ...blocks,
    { ...common, name, region: 2, less: 0, passes: 4, published: (long - short) / 4 },
  ];
}

/** Milliseconds of a run on an STM32F407 at 16 MHz, GCC 14.1 -O2, and the passes of one: 16 times a program's own. */
const EMBENCH = [
  { name: "CRC-32 as in Embench", region: 0, milliseconds: 4006, passes: 16 * 145 },
  {
    name: "matrix product as in Embench",
    region: 1,
    milliseconds: 4010,
    passes: 16 * 47,
  },
] as const;

const embench = EMBENCH.map(
  ({ milliseconds, passes, ...workload }): Workload => ({
    ...workload,
    core: "cortex-m4",
    program: EMBENCH_LIKE,
    published: (milliseconds * 16_000) / passes,
    condition: "STM32F407, 16 MHz, 0 WS, GCC 14.1 -O2",
    code: "own code",
    set: "fitting",
    source: "embench/embench-iot, baseline of the STM32F4 discovery board",
  }),
);

export const WORKLOADS: readonly Workload[] = [
  ...p256,
  ...embench,
  ...aes(AES_FOUR_ROWS, "cortex-m0", "four rows", "STM32F0, 0 WS", "CM0_details.md", [
    1152,
    null,
    1588,
  ]),
  ...aes(
    AES_ONE_TABLE,
    "cortex-m4",
    "one table",
    "STM32F407, 0 WS",
    "CM3_CM4_details.md",
    [626, 742, 858],
  ),
  ...aes(
    AES_ONE_TABLE,
    "cortex-m33",
    "one table",
    "RP2350, code and table in SRAM",
    "CM33_details.md",
    [574, null, 790],
  ),
];
