/**
 * Mutates the JSON that lies beside a model and says how audio becomes its input.
 * How JSON is changed is left to mutate-json.ts.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { analyse } from "../../codegen/frontend/analyse.ts";
import { parseSidecar } from "../../codegen/model/sidecar.ts";
import type { Format } from "./campaign.ts";
import { mutateJson } from "./mutate-json.ts";

const MODELS = join(import.meta.dirname, "../../models");
/** Long enough for a few frames, of whatever length. */
const SAMPLES = new Int16Array(16_384).map((_, index) => (index * 7919) % 2000);

/** Every sidecar of a shipped model, mutated; one that is read must give finite features. */
export const SIDECAR_FORMAT: Format = {
  seeds: readdirSync(MODELS)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => Uint8Array.from(readFileSync(join(MODELS, file)))),
  mutate: mutateJson,
  read: (bytes) => {
    const sidecar = parseSidecar(new TextDecoder().decode(bytes), "mutant.json");
    const { features } = analyse(
      SAMPLES.subarray(0, 2 * sidecar.frontEnd.windowLength),
      sidecar.frontEnd,
    );
    if (!features.every((frame) => frame.every(Number.isFinite))) {
      throw new RangeError("a feature is not finite");
    }
    return null;
  },
};
