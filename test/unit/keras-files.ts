/** Keras files of the vectors, whole or with their configuration or weights changed. */
import { readdirSync, readFileSync } from "node:fs";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";

const VECTORS = new URL("../vectors/keras/", import.meta.url);

/** Names of the recorded files, with their endings. */
export const KERAS_FILES: readonly string[] = readdirSync(VECTORS).filter((name) =>
  /\.(keras|h5)$/.test(name),
);

export interface Golden {
  readonly input: readonly number[];
  readonly expectedOutput: readonly number[];
}

/** A copy that starts at the start of its buffer. */
export function kerasFile(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(name, VECTORS)));
}

export function kerasGolden(name: string): Golden {
  const golden = name.replace(/\.(keras|h5)$/, ".golden.json");
  return JSON.parse(readFileSync(new URL(golden, VECTORS), "utf8"));
}

/** A layer in a configuration, as far as tests change it. */
export interface ConfigLayer {
  class_name: string;
  module?: string;
  config: Record<string, unknown>;
  inbound_nodes?: { args: unknown[]; kwargs: Record<string, unknown> }[];
}

export interface ModelConfig {
  class_name: string;
  config: { layers: ConfigLayer[]; [key: string]: unknown };
}

/** A .keras file written again, deflated, with its files changed. */
export function rewritten(
  name: string,
  change: (files: Record<string, Uint8Array>) => void,
): Uint8Array {
  const files = unzipSync(kerasFile(name));
  change(files);
  return zipSync(files, { level: 6 });
}

/** The same with another configuration. */
export function configured(name: string, change: (config: ModelConfig) => void): Uint8Array {
  return rewritten(name, (files) => {
    const config = JSON.parse(strFromU8(files["config.json"] as Uint8Array)) as ModelConfig;
    change(config);
    files["config.json"] = strToU8(JSON.stringify(config));
  });
}

/** The first layer of a class. */
export function layerOf({ config }: ModelConfig, className: string): ConfigLayer {
  const found = config.layers.find((layer) => layer.class_name === className);
  if (!found) throw new Error(`there is no ${className}`);
  return found;
}
