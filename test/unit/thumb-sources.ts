/** The files of the plugin's decoder of Thumb-2, for the programs that tests build of it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the plugin's sources lie. */
export const PLUGIN_SOURCES = fileURLToPath(new URL("../../firmware/qemu/", import.meta.url));

const NAMES = ["thumb", "thumb_wide", "thumb_v81m", "thumb_fpu", "thumb_mve", "thumb_mve_memory"];

/** What thumb_decode is made of. */
export const THUMB_SOURCES: readonly string[] = NAMES.map((name) =>
  join(PLUGIN_SOURCES, `${name}.c`),
);

/** The same with the classes of the counts file. */
export const THUMB_CLASS_SOURCES: readonly string[] = [
  ...THUMB_SOURCES,
  ...["counts.c", "cost.c", "rules.c", "lanes.c"].map((name) => join(PLUGIN_SOURCES, name)),
];
