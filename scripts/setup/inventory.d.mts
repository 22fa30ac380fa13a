/** Types of inventory.mjs, which has to run before anything is installed and is therefore plain JavaScript. */

/**
 * always: real boards need it too. emulated: demo, tests, emulated Cortex-M boards. boards: the other emulated boards.
 * browser: tests of the page.
 */
export type NeedLevel = "always" | "emulated" | "boards" | "browser";

export interface InventoryFinding {
  readonly name: string;
  readonly status: "ok" | "missing" | "outdated";
  /** Dotted number, or null where it is missing or has none. */
  readonly version: string | null;
  readonly neededFor: string;
  readonly level: NeedLevel;
  /** The command that brings it. */
  readonly fix: string;
}

export function inventory(): InventoryFinding[];
export function atLeast(version: string, minimum: string): boolean;
