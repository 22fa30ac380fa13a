/**
 * The published measurements that were looked at, row by row: which are programs here, and why the others are none.
 * The programs are left to published.ts; a row's set is read from them.
 */
import { WORKLOADS } from "./published.ts";
import type { Workload } from "./workload.ts";

/** Published cycles (or a time) of one method in one condition. */
export interface ReferenceRow {
  readonly core: string;
  readonly measured: string;
  /** As its source has it. */
  readonly published: string;
  /** Names of the workloads of that core that run it; without them `why` says why there are none. */
  readonly workloads?: readonly string[];
  readonly why?: string;
}

const NO_TABLE = "the core has no table";
const AUTHOR =
  "belongs to its author's assembly, which no package registry was found to carry unchanged";
const WAITS = "a flash's waits, which belong to no core's table";
const DERIVED =
  "the Xtensa table was derived from this list of measurements, so that it cannot judge it";
const FLOATS = "floats of Xtensa are not decoded";
const FRAMEWORK = "a whole framework, with its own kernels";

export const REFERENCE: readonly ReferenceRow[] = [
  {
    ...{ core: "cortex-m0", measured: "AES-128, four rows, STM32F0, 0 WS", published: "1,152" },
    workloads: ["AES-128, four rows"],
  },
  {
    ...{ core: "cortex-m0", measured: "AES-128, S-box, STM32F0, 0 WS", published: "1,646" },
    workloads: ["AES-128, S-box"],
  },
  {
    ...{ core: "cortex-m0", measured: "AES-128, S-box, STM32F0, 1 WS", published: "1,659" },
    why: WAITS,
  },
  {
    ...{ core: "cortex-m0plus", measured: "ML-KEM-512, RP2040", published: "35.7 ms" },
    workloads: ["ML-KEM-512, keys, wrap and unwrap"],
  },
  {
    ...{ core: "cortex-m3", measured: "FFT of 1,024, radix 4, q15, STM32F1, 0, 1 and 2 WS" },
    ...{ published: "98,541, 105,113, 128,070", why: NO_TABLE },
  },
  {
    ...{ core: "cortex-m3", measured: "AES-128, one table, STM32F1, 0 and 2 WS" },
    ...{ published: "627, 841", why: `${NO_TABLE}; the same method is judged on the M4` },
  },
  {
    ...{ core: "cortex-m4", measured: "pqm4, ML-KEM-768 clean: keys, wrap, unwrap" },
    published: "988,722, 1,138,225, 1,387,984",
    why: "C, but its Keccak is pqm4's assembly, which no package registry was found to carry",
  },
  {
    ...{ core: "cortex-m4", measured: "pqm4, ML-KEM-768 m4fspeed: keys, wrap, unwrap" },
    ...{ published: "642,096, 658,754, 707,827", why: AUTHOR },
  },
  {
    ...{ core: "cortex-m4", measured: "pqm4, ML-DSA-65 m4f: verify", published: "2,415,944" },
    why: AUTHOR,
  },
  {
    ...{
      core: "cortex-m4",
      measured: "Embench crc32 and matmult-int",
      published: "4,006, 4,010 ms",
    },
    workloads: ["CRC-32 as in Embench", "matrix product as in Embench"],
  },
  {
    ...{ core: "cortex-m4", measured: "Embench nettle-aes, picojpeg and 15 more" },
    published: "3,956, 3,915 ms",
    why: "of most, the passes that belong to a time are not certain, or one version of the compiler decides; `prime count` is in the fitting set",
  },
  {
    ...{ core: "cortex-m4", measured: "AES-128, one table, unrolled, STM32F407, 0 WS" },
    ...{ published: "601 (602 in the version read)", workloads: ["AES-128, one table, unrolled"] },
  },
  {
    ...{
      core: "cortex-m4",
      measured: "the same, 5 WS",
      published: "715 (779 in the version read)",
    },
    why: WAITS,
  },
  { core: "cortex-m4", measured: "X25519", published: "548,873", why: AUTHOR },
  {
    ...{ core: "cortex-m4", measured: "P-256 on the nRF52840: keys, sign, verify" },
    published: "327,000, 375,000, 976,000",
    workloads: ["P-256 key generation", "P-256 ECDSA sign", "P-256 ECDSA verify"],
  },
  {
    ...{ core: "cortex-m7", measured: "AES-128 and AES-256, one table and S-box, STM32H7, DTCM" },
    published: "292, 400; 400, 556",
    why: "belong to an order of instructions made for its two pipes; another order says nothing of them",
  },
  {
    ...{ core: "cortex-m33", measured: "AES-128 and AES-256, RP2350", published: "574, 790" },
    workloads: ["AES-128, one table", "AES-256, one table"],
  },
  {
    ...{ core: "cortex-m55", measured: "ML-DSA poly_ntt in C, STM32N657", published: "28,441" },
    why: "the compiler's version and options are not published with it",
  },
  {
    ...{ core: "cortex-m55", measured: "the same with vectors; Keccak-f, STM32N657" },
    published: "3,402, 2,716; 9,353, 9,623, 10,055",
    why: AUTHOR,
  },
  {
    ...{
      core: "cortex-m55",
      measured: "MobileNetV2 by operator, Alif E8",
      published: "by operator",
    },
    why: FRAMEWORK,
  },
  {
    ...{ core: "xtensa-mac16", measured: "ESP-DSP, LX6: dotprod s16; C in s8, 64 x 64" },
    ...{ published: "437; 37,962", why: DERIVED },
  },
  {
    ...{ core: "xtensa-mac16", measured: "ESP-DSP, LX6: dotprod f32, FIR, FFT, mat16" },
    ...{ published: "1,047; 1,078,691; 113,205; 24,659", why: `${FLOATS}; ${DERIVED}` },
  },
  {
    ...{ core: "LX7", measured: "ESP-DSP, ESP32-S3: the same" },
    published: "307; 33,733; 432; 443,671; 97,847; 6,280",
    why: `the core has no table of its own, and its vectors and floats are not decoded; ${DERIVED}`,
  },
  {
    ...{ core: "LX7, rv32imc", measured: "ESP-NN on ESP32-S3 and ESP32-C3; person detection" },
    ...{ published: "ticks; 3,355 and 426 ms", why: FRAMEWORK },
  },
];

/** The workloads that run a row. @throws RangeError when it names one that is none */
export function workloadsOf({ core, workloads = [] }: ReferenceRow): readonly Workload[] {
  return workloads.map((name) => {
    const found = WORKLOADS.find((one) => one.core === core && one.name === name);
    if (found === undefined) throw new RangeError(`${core}, ${name} is no workload`);
    return found;
  });
}

/** All rows as Markdown. */
export function referenceBlock(rows: readonly ReferenceRow[] = REFERENCE): string {
  return [
    "",
    "| core | measured | published | set | why not |",
    "|---|---|---|---|---|",
    ...rows.map((row) => {
      const set = workloadsOf(row)[0]?.set ?? "none";
      return `| ${[row.core, row.measured, row.published, set, row.why ?? ""].join(" | ")} |`;
    }),
    "",
  ].join("\n");
}
