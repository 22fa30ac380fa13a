/**
 * Decides which builds of the generated C a challenge compares, and the compiler flags that make each.
 * Building and measuring them is left to workflow/challenge, choosing between them to climb.ts.
 */

/** GCC's optimisation levels, the weakest first. */
export const LEVELS = ["O0", "Og", "Os", "O1", "O2", "O3"] as const;
export type Level = (typeof LEVELS)[number];

/** One way to build the C of one model; every variant computes the same bits. */
export interface Variant {
  readonly level: Level;
  /** portable: the C11 that any compiler takes. simd: the kernel in the core's packed instructions. */
  readonly kernel: "portable" | "simd";
  /** -funroll-loops */
  readonly unroll: boolean;
  /** -flto: the linker optimises across files. */
  readonly linkTime: boolean;
}

/** What a single change of a variant can be about. */
export type Aspect = keyof Variant;
export const ASPECTS: readonly Aspect[] = ["level", "kernel", "unroll", "linkTime"];

/** Portable C without any extra; -Os is what PlatformIO's Arduino boards build with when a project names no level. */
export function naive(level: Level): Variant {
  return { level, kernel: "portable", unroll: false, linkTime: false };
}

/** Unique and fit for a folder's name: "Os-portable", "O3-simd-unroll-lto". */
export function variantId(variant: Variant): string {
  const { level, kernel, unroll, linkTime } = variant;
  return [level, kernel, ...(unroll ? ["unroll"] : []), ...(linkTime ? ["lto"] : [])].join("-");
}

/** For people: "portable C, -Os", "SIMD kernel, -O3, -flto". */
export function variantName(variant: Variant): string {
  const kernel = variant.kernel === "simd" ? "SIMD kernel" : "portable C";
  return [kernel, ...optimisationFlags(variant)].join(", ");
}

/**
 * GCC's flags. The generated C chooses its kernel by the macro with which Arm compilers announce the packed
 * instructions (ACLE 2.1, 5.5.7); taken back, the same file compiles to its portable half.
 */
export function flagsOf(variant: Variant): readonly string[] {
  return [
    ...optimisationFlags(variant),
    ...(variant.kernel === "portable" ? ["-U__ARM_FEATURE_DSP"] : []),
  ];
}

/** Every variant one change away, in a fixed order. */
export function neighbours(variant: Variant): readonly Variant[] {
  return [
    ...LEVELS.filter((level) => level !== variant.level).map((level) => ({ ...variant, level })),
    { ...variant, kernel: variant.kernel === "simd" ? "portable" : "simd" },
    { ...variant, unroll: !variant.unroll },
    { ...variant, linkTime: !variant.linkTime },
  ];
}

/** The aspects in which two variants differ. */
export function differences(a: Variant, b: Variant): readonly Aspect[] {
  return ASPECTS.filter((aspect) => a[aspect] !== b[aspect]);
}

/** One change in words: "-Os to -O3", "portable C to SIMD kernel", "add -flto". */
export function changeName(from: Variant, to: Variant): string {
  const names = differences(from, to).map((aspect) => aspectChange(aspect, from, to));
  return names.join(", ");
}

function aspectChange(aspect: Aspect, from: Variant, to: Variant): string {
  switch (aspect) {
    case "level":
      return `-${from.level} to -${to.level}`;
    case "kernel":
      return to.kernel === "simd" ? "portable C to SIMD kernel" : "SIMD kernel to portable C";
    case "unroll":
      return to.unroll ? "add -funroll-loops" : "drop -funroll-loops";
    case "linkTime":
      return to.linkTime ? "add -flto" : "drop -flto";
  }
}

function optimisationFlags({ level, unroll, linkTime }: Variant): readonly string[] {
  return [`-${level}`, ...(unroll ? ["-funroll-loops"] : []), ...(linkTime ? ["-flto"] : [])];
}
