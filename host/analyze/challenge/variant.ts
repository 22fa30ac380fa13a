/**
 * Decides which builds of the generated C a challenge compares, and the compiler flags that make each.
 * Building and measuring them is left to workflow/challenge, choosing between them to climb.ts.
 */

/** GCC's optimisation levels, the weakest first. */
export const LEVELS = ["O0", "Og", "Os", "O1", "O2", "O3"] as const;
export type OptimisationLevel = (typeof LEVELS)[number];

/** One way to build the C of one model; every variant computes the same bits. */
export interface Variant {
  readonly level: OptimisationLevel;
  /** portable: the C11 that any compiler takes. native: the kernel in the core's own instructions. */
  readonly kernel: "portable" | "native";
  /** -funroll-loops */
  readonly unroll: boolean;
  /** -flto: the linker optimises across files. */
  readonly linkTime: boolean;
}

/** What a single change of a variant can be about. */
export type Aspect = keyof Variant;
export const ASPECTS: readonly Aspect[] = ["level", "kernel", "unroll", "linkTime"];

/** Portable C without any extra; -Os is what PlatformIO's Arduino boards build with when a project names no level. */
export function naive(level: OptimisationLevel): Variant {
  return { level, kernel: "portable", unroll: false, linkTime: false };
}

/** Unique and fit for a folder's name: "Os-portable", "O3-native-unroll-lto". */
export function variantId(variant: Variant): string {
  const { level, kernel, unroll, linkTime } = variant;
  return [level, kernel, ...(unroll ? ["unroll"] : []), ...(linkTime ? ["lto"] : [])].join("-");
}

/** For people: "portable C, -Os", "native kernel, -O3, -flto". */
export function variantName(variant: Variant): string {
  const kernel = variant.kernel === "native" ? "native kernel" : "portable C";
  return [kernel, ...optimisationFlags(variant)].join(", ");
}

/**
 * GCC's flags. The generated C takes its native kernel where the compiler announces the instructions by a macro; with
 * that taken back, the same file compiles to its portable half.
 * @param macro for example __ARM_FEATURE_DSP; null when the C has no native kernel
 */
export function flagsOf(variant: Variant, macro: string | null): readonly string[] {
  const portable = variant.kernel === "portable" && macro !== null;
  return [...optimisationFlags(variant), ...(portable ? [`-U${macro}`] : [])];
}

/** Every variant one change away, in a fixed order. @param hasNative whether the C has a native kernel */
export function neighbours(variant: Variant, hasNative: boolean): readonly Variant[] {
  return [
    ...LEVELS.filter((level) => level !== variant.level).map((level) => ({ ...variant, level })),
    ...(hasNative ? [otherKernel(variant)] : []),
    { ...variant, unroll: !variant.unroll },
    { ...variant, linkTime: !variant.linkTime },
  ];
}

/** The aspects in which two variants differ. */
export function differences(a: Variant, b: Variant): readonly Aspect[] {
  return ASPECTS.filter((aspect) => a[aspect] !== b[aspect]);
}

/** One change in words: "-Os to -O3", "portable C to native kernel", "add -flto". */
export function changeName(from: Variant, to: Variant): string {
  const names = differences(from, to).map((aspect) => aspectChange(aspect, from, to));
  return names.join(", ");
}

function aspectChange(aspect: Aspect, from: Variant, to: Variant): string {
  switch (aspect) {
    case "level":
      return `-${from.level} to -${to.level}`;
    case "kernel":
      return to.kernel === "native" ? "portable C to native kernel" : "native kernel to portable C";
    case "unroll":
      return to.unroll ? "add -funroll-loops" : "drop -funroll-loops";
    case "linkTime":
      return to.linkTime ? "add -flto" : "drop -flto";
  }
}

function optimisationFlags({ level, unroll, linkTime }: Variant): readonly string[] {
  return [`-${level}`, ...(unroll ? ["-funroll-loops"] : []), ...(linkTime ? ["-flto"] : [])];
}

function otherKernel(variant: Variant): Variant {
  return { ...variant, kernel: variant.kernel === "native" ? "portable" : "native" };
}
