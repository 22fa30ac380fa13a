/**
 * Where things lie in a checkout.
 * What is read or written there is left to the verbs.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT_DIR = fileURLToPath(new URL("../..", import.meta.url));
export const BOARDS_DIR = join(PROJECT_DIR, "boards");
export const MODELS_DIR = join(PROJECT_DIR, "models");
export const FIRMWARE_DIR = join(PROJECT_DIR, "firmware");
/** Generator output; git-ignored. */
export const GENERATED_DIR = join(FIRMWARE_DIR, "gen");
/** Builds, tools and caches; git-ignored, safe to delete. */
export const WORK_DIR = join(PROJECT_DIR, ".pioneer");
/** Reports and audio of `demo`; git-ignored. */
export const OUT_DIR = join(PROJECT_DIR, "out");
