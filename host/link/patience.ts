/**
 * Decides how long a conversation waits for a device, and for what.
 * Waiting is left to session.ts.
 */
import type { LinkKind } from "./source.ts";

export const IDENTIFY_EVERY_MS = 500;

/** A port that was silent for so long holds nothing more of an earlier run; one that never is gets asked all the same [ms]. */
export const QUIET_MS = 100;
export const LONGEST_DRAIN_MS = 2000;
/** An emulator starts with its link, and a recording has no past. */
export const HAS_A_PAST: Readonly<Record<LinkKind, boolean>> = {
  serial: true,
  tcp: true,
  qemu: false,
  replay: false,
};
export const GREETING_TIMEOUT_MS = 15_000;
/** An emulator that counts on a busy computer takes seconds a step and says nothing meanwhile. */
export const SILENCE_TIMEOUT_MS: Readonly<Record<LinkKind, number>> = {
  serial: 15_000,
  tcp: 15_000,
  qemu: 60_000,
  replay: 15_000,
};

/** What a device that lost frames gets to answer a Stop, and an emulator to leave after its last record [ms]. */
export const GOODBYE_TIMEOUT_MS = 5000;

/** What a board that went away in the middle of a run gets to come back: a cable is plugged in again, a board restarts [ms]. */
export const RETURN_TIMEOUT_MS = 60_000;
