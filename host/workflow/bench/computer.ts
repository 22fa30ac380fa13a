/**
 * Describes this computer: processor, cores, caches, governor, load, and what of it makes a measurement doubtful.
 * Measuring it is left to the modules beside this one.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import {
  arch,
  availableParallelism,
  cpus,
  freemem,
  loadavg,
  release,
  totalmem,
  type,
} from "node:os";
import { join } from "node:path";

const PROCESSORS = "/sys/devices/system/cpu";
const PROCESSOR_INFO = "/proc/cpuinfo";
/** Taken where the system does not tell; larger than the caches of most laptops. */
const SUPPOSED_CACHE_BYTES = 32 << 20;
/** Other programs' share of the cores that is worth a warning. */
const BUSY_SHARE = 0.25;

/** A cache that holds data. */
export interface Cache {
  readonly level: number;
  readonly bytes: number;
  /** Logical processors that share one. */
  readonly sharedBy: number;
}

export interface Computer {
  readonly cpu: string;
  readonly logicalCores: number;
  /** What this process may use. */
  readonly usableCores: number;
  /** Nearest first; empty where the system does not tell. */
  readonly caches: readonly Cache[];
  /** Of the largest cache, or what is taken for it [byte]. */
  readonly lastLevelBytes: number;
  readonly memoryBytes: number;
  readonly governor: string | null;
  readonly system: string;
  /** Runnable programs, averaged over the last minute. */
  readonly load: number;
  readonly warnings: readonly string[];
}

/** @param processors where Linux shows its processors @param load null where the system has none */
export function describeComputer(processors = PROCESSORS, load = loadavg()[0] ?? 0): Computer {
  const caches = cachesIn(join(processors, "cpu0", "cache"));
  const governor = lineIn(join(processors, "cpu0", "cpufreq", "scaling_governor"));
  const usableCores = availableParallelism();
  return {
    cpu: cpus()[0]?.model.trim() || "unknown processor",
    logicalCores: cpus().length,
    usableCores,
    caches,
    lastLevelBytes: Math.max(0, ...caches.map(({ bytes }) => bytes)) || SUPPOSED_CACHE_BYTES,
    memoryBytes: totalmem(),
    governor,
    system: `${type()} ${release()} ${arch()}`,
    load,
    warnings: [
      ...(load > BUSY_SHARE * usableCores
        ? [
            `the load was ${load.toFixed(1)} on ${usableCores} cores before the start: other programs took part of them`,
          ]
        : []),
      ...(governor !== null && governor !== "performance"
        ? [`the governor is ${governor}: the clock may change meanwhile`]
        : []),
      ...(caches.length === 0
        ? [`the system does not tell its caches: ${SUPPOSED_CACHE_BYTES >> 20} MiB are taken`]
        : []),
      ...(isVirtual() ? ["a virtual machine: others share its memory, caches and clock"] : []),
    ],
  };
}

/** Memory that arrays may take without driving other programs out [byte]. */
export function spareMemory(): number {
  const limit = process.constrainedMemory();
  const left = limit > 0 && limit < totalmem() ? limit - process.memoryUsage.rss() : freemem();
  return Math.max(0, Math.min(left, freemem())) / 2;
}

function cachesIn(folder: string): readonly Cache[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder).flatMap((index): Cache[] => {
    const field = (name: string) => lineIn(join(folder, index, name)) ?? "";
    const [, size, unit] = /^(\d+)([KM]?)$/.exec(field("size")) ?? [];
    const level = Number(field("level"));
    const holdsData = /^(Data|Unified)$/.test(field("type"));
    if (size === undefined || !(level >= 1) || !holdsData) return [];
    const scale = unit === "M" ? 1 << 20 : unit === "K" ? 1 << 10 : 1;
    return [{ level, bytes: Number(size) * scale, sharedBy: listLength(field("shared_cpu_list")) }];
  });
  return found.sort((a, b) => a.level - b.level);
}

/** How many numbers a list of the kernel names: "0-3,8" are 5. At least 1. */
function listLength(list: string): number {
  const counts = list.split(",").map((part) => {
    const [from, to] = part.split("-").map(Number);
    return from === undefined || Number.isNaN(from) ? 0 : (to ?? from) - from + 1;
  });
  return Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
}

function isVirtual(): boolean {
  try {
    return /^flags\s*:.*\bhypervisor\b/m.test(readFileSync(PROCESSOR_INFO, "utf8"));
  } catch {
    return false;
  }
}

/** The file's text without its end of line; null where it cannot be read. */
function lineIn(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}
