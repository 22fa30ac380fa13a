/**
 * Names the causes that Fault and Boot records carry as numbers, and tells which starts follow a failure.
 * How a run ends by them is left to outcome.ts.
 */
import type { BootRecord } from "../decode/records.gen.ts";

/** The causes of a Fault record, by number. */
export const FAULT_CAUSES: readonly string[] = [
  "an unknown fault",
  "a hard fault",
  "a bus fault",
  "a usage fault",
  "a memory fault",
  "a failed assertion",
  "the watchdog",
  "a full stack",
];

/** The causes of a Boot record, by number. */
const BOOT_CAUSES: readonly string[] = [
  "an unknown cause",
  "power-on",
  "a brown-out",
  "power-on or a brown-out",
  "the reset pin",
  "software",
  "the watchdog",
  "a lock-up",
  "the debugger",
  "a wake from sleep",
];

export function bootCause({ cause }: Pick<BootRecord, "cause">): string {
  return BOOT_CAUSES[cause] ?? (BOOT_CAUSES[0] as string);
}

/** Those that mean that something went wrong before this start. */
const BAD_BOOTS: ReadonlySet<number> = new Set([2, 6, 7]);

/** What to say of a start that followed a failure; undefined for any other, and for a board that does not tell. */
export function badBoot(boot: BootRecord | undefined): string | undefined {
  if (boot === undefined || !BAD_BOOTS.has(boot.cause)) return undefined;
  return `the device's last reset came from ${bootCause(boot)} (status ${hexWord(boot.status)})`;
}

/** 32 bits as a person reads them in a manual. */
export function hexWord(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
