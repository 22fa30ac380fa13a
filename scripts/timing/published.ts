/**
 * The measured workloads that the timing tables are compared with, and which of them may choose a table's parameters.
 * Running them is left to run-program.ts, the page to write-timing.ts.
 */
import { AES } from "./published-aes.ts";
import type { Program, Workload } from "./workload.ts";

const M4 = ["-mcpu=cortex-m4", "-O2"];
const M4_FLOAT = [...M4, "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"];

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

const ML_KEM_FOLDER = "pqclean/crypto_kem/ml-kem-512/clean";

const ML_KEM: Program = {
  id: "ml-kem",
  machine: "cortex-m",
  sources: ["ml-kem.c"],
  flags: ["-mcpu=cortex-m0plus", "-Os"],
  package: {
    name: "pqcrypto-mlkem",
    version: "0.1.1",
    digest: "eb14d207f3749e8a59a026c22ceaa72d70fff931cfbf4c8d9b08f3fc56dc6e60",
    include: [ML_KEM_FOLDER, "pqclean/common"],
    sources: [
      ...[
        "cbd",
        "indcpa",
        "kem",
        "ntt",
        "poly",
        "polyvec",
        "reduce",
        "symmetric-shake",
        "verify",
      ].map((name) => `${ML_KEM_FOLDER}/${name}.c`),
      "pqclean/common/fips202.c",
    ],
  },
};

const EMBENCH_LIKE: Program = {
  id: "embench-like",
  machine: "cortex-m",
  sources: ["embench-like.c"],
  flags: [...M4, "-mfloat-abi=soft"],
};

const PRIMES: Program = {
  ...EMBENCH_LIKE,
  id: "primes",
  sources: ["primes.c"],
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

const mlKem: Workload = {
  name: "ML-KEM-512, keys, wrap and unwrap",
  core: "cortex-m0plus",
  program: ML_KEM,
  region: 0,
  // 35.7 ms at 133 MHz
  published: 35.7 * 133_000,
  condition: "RP2040, 133 MHz, flash with its cache, GCC -Os",
  code: "measured source, other compiler",
  set: "judging",
  source: "R. Chhetri, arXiv 2603.19340",
};

/** Milliseconds of a run on an STM32F407 at 16 MHz, -O2, and the passes of one: 16 times a program's own. */
const EMBENCH: readonly {
  readonly name: string;
  readonly program: Program;
  readonly region: number;
  readonly milliseconds: number;
  readonly passes: number;
  readonly compiler: string;
  readonly why?: string;
}[] = [
  {
    ...{ name: "CRC-32", program: EMBENCH_LIKE, region: 0 },
    ...{ milliseconds: 4006, passes: 16 * 145, compiler: "GCC 14.1" },
  },
  {
    ...{ name: "matrix product", program: EMBENCH_LIKE, region: 1 },
    ...{ milliseconds: 4010, passes: 16 * 47, compiler: "GCC 14.1" },
  },
  {
    ...{ name: "prime count", program: PRIMES, region: 0 },
    ...{ milliseconds: 3834, passes: 16, compiler: "GCC 9.2" },
    why: "a third of it are branches in loops of a few instructions: with a refill of 1 for taken ones, which their targets may allow, it would be 4 % above",
  },
];

const embench = EMBENCH.map(
  ({ name, milliseconds, passes, compiler, ...workload }): Workload => ({
    ...workload,
    name: `${name} as in Embench`,
    core: "cortex-m4",
    published: (milliseconds * 16_000) / passes,
    condition: `STM32F407, 16 MHz, 0 WS, ${compiler} -O2`,
    code: "own code",
    set: "fitting",
    source: "embench/embench-iot, baseline of the STM32F4 discovery board",
  }),
);

export const WORKLOADS: readonly Workload[] = [...p256, mlKem, ...embench, ...AES];
