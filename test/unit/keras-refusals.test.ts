/** Keras models that use what is not computed, and files that are damaged or hostile. */
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { type ModelFileError, PlanError } from "../../codegen/errors.ts";
import { KERAS_LIMITS } from "../../codegen/model/keras/limits.ts";
import { readKerasModel } from "../../codegen/model/keras/read.ts";
import type { Unsupported } from "../../codegen/model/types.ts";
import {
  type ConfigLayer,
  configured,
  kerasFile,
  layerOf,
  type ModelConfig,
  rewritten,
} from "./keras-files.ts";

const STACK = "keras3-lstm-stack.keras";

function refusalsOf(bytes: Uint8Array): readonly Unsupported[] {
  try {
    readKerasModel(bytes, "changed.keras");
  } catch (error) {
    if (error instanceof PlanError) return error.facts.unsupported as readonly Unsupported[];
    throw error;
  }
  throw new Error("it was read");
}

function codeOf(bytes: Uint8Array): string {
  try {
    readKerasModel(bytes, "changed.keras");
  } catch (error) {
    return `${(error as ModelFileError).code} ${(error as Error).message}`;
  }
  return "read";
}

/** Changes options of the first layer of a class. */
function options(className: string, values: Readonly<Record<string, unknown>>) {
  return (config: ModelConfig) => {
    Object.assign(layerOf(config, className).config, values);
  };
}

const REFUSED: readonly [string, string, (config: ModelConfig) => void, RegExp][] = [
  [
    "another recurrent activation",
    STACK,
    options("LSTM", { recurrent_activation: "hard_sigmoid" }),
    /recurrent_activation is hard_sigmoid/,
  ],
  ["another activation", STACK, options("LSTM", { activation: "relu" }), /activation is relu/],
  ["a dense activation", STACK, options("Dense", { activation: "gelu" }), /activation is gelu/],
  ["time before the batch", STACK, options("LSTM", { time_major: true }), /time_major/],
  ["answers in reverse", STACK, options("LSTM", { go_backwards: true }), /reverse order/],
  [
    "half precision",
    STACK,
    options("Dense", { dtype: { config: { name: "mixed_float16" } } }),
    /mixed_float16/,
  ],
  ["an option of later versions", STACK, options("Dense", { rotation: 2 }), /option rotation/],
  ["adapters", STACK, options("Dense", { lora_rank: 4 }), /option lora_rank/],
  ["stateful and not", STACK, options("LSTM", { stateful: true }), /some of its recurrent layers/],
  [
    "stateful parts of a sequence",
    "keras3-stateful-parts.keras",
    options("LSTM", { return_sequences: false }),
    /at the end of each part/,
  ],
  [
    "a padding that looks ahead",
    "keras3-convolution.keras",
    options("Conv1D", { padding: "same" }),
    /later steps/,
  ],
  [
    "a padding that shortens",
    "keras3-convolution.keras",
    options("Conv1D", { padding: "valid" }),
    /fewer steps/,
  ],
  [
    "strides along time",
    "keras3-convolution.keras",
    options("Conv1D", { strides: [2] }),
    /one step in 2/,
  ],
  [
    "channels first",
    "keras3-convolution.keras",
    options("Conv1D", { data_format: "channels_first" }),
    /channels_first/,
  ],
  [
    "a normalization over time",
    "keras3-normalizations.keras",
    options("BatchNormalization", { axis: 1 }),
    /axis is 1/,
  ],
  [
    "a normalization of roots",
    "keras3-normalizations.keras",
    options("LayerNormalization", { rms_scaling: true }),
    /rms_scaling/,
  ],
  [
    "a merge into two",
    "keras3-bidirectional.keras",
    options("Bidirectional", { merge_mode: null }),
    /merge_mode/,
  ],
  [
    "a layer without kernel",
    STACK,
    (config) => {
      layerOf(config, "LSTM").class_name = "SimpleRNN";
    },
    /no layer computes it/,
  ],
  [
    "code in the file",
    STACK,
    (config) => {
      layerOf(config, "Dense").class_name = "Lambda";
    },
    /no layer computes it/,
  ],
  [
    "a class of the user's own",
    STACK,
    (config) => {
      layerOf(config, "Dense").module = "mine";
    },
    /no class of Keras/,
  ],
  ["an open size", STACK, options("InputLayer", { batch_shape: [null, null, null] }), /shape is/],
  [
    "an initial state",
    "keras3-functional.keras",
    (config) => {
      useOf(config, "LSTM").kwargs.initial_state = [1];
    },
    /initial_state/,
  ],
  [
    "training",
    "keras3-functional.keras",
    (config) => {
      useOf(config, "LSTM").kwargs.training = true;
    },
    /training/,
  ],
  [
    "two answers",
    "keras3-functional.keras",
    (config) => {
      config.config.output_layers = [
        ["lstm", 0, 0],
        ["lstm", 0, 0],
      ].map(([, ...at]) => [nameOf(config, "LSTM"), ...at]);
    },
    /there are 2/,
  ],
  [
    "a cell as the answer",
    "keras3-return-state.keras",
    (config) => {
      config.config.output_layers = [nameOf(config, "LSTM"), 0, 2];
    },
    /cell/,
  ],
  [
    "a subclassed model",
    STACK,
    (config) => {
      config.class_name = "Denoiser";
    },
    /only Sequential and functional/,
  ],
];

function useOf(config: ModelConfig, className: string) {
  const [use] = layerOf(config, className).inbound_nodes ?? [];
  if (!use) throw new Error(`${className} is not used`);
  return use;
}

function nameOf(config: ModelConfig, className: string): unknown {
  return (layerOf(config, className) as ConfigLayer & { name?: unknown }).name;
}

describe("what is not computed is refused by name", () => {
  it.each(REFUSED)("%s", (_, file, change, why) => {
    const found = refusalsOf(configured(file, change));
    expect(found.map((item) => item.why).join("; ")).toMatch(why);
    for (const { operator, node, instead } of found) {
      expect([operator, node, instead].every((text) => text.length > 0)).toBe(true);
    }
  });

  it("all at once, those behind a refused layer too", () => {
    const bytes = configured(STACK, (config) => {
      for (const layer of config.config.layers) {
        if (layer.class_name === "LSTM") layer.config.activation = "relu";
        if (layer.class_name === "Dense") layer.config.activation = "elu";
      }
      layerOf(config, "LSTM").config.recurrent_activation = "tanh";
    });
    const found = refusalsOf(bytes).map(({ operator, node }) => `${operator} ${node}`);
    expect(found).toEqual(["LSTM lstm", "LSTM lstm", "LSTM lstm_1", "Dense dense"]);
  });

  it("weights without a model", () => {
    const weights = unzipSync(kerasFile(STACK))["model.weights.h5"] as Uint8Array;
    expect(codeOf(weights)).toMatch(/TP-MODEL-002.*weights without/s);
  });
});

/** Both places of an archive that tell a file's size or checksum. */
function patched(bytes: Uint8Array, name: string, field: "crc" | "size", value: number) {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  for (let at = 0; at + 46 < changed.length; at++) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    const length = view.getUint16(at + 28, true);
    if (strFromU8(changed.subarray(at + 46, at + 46 + length)) === name) {
      view.setUint32(at + (field === "crc" ? 16 : 24), value, true);
    }
  }
  return changed;
}

describe("damaged and hostile archives", () => {
  const whole = rewritten(STACK, () => {});

  it("a sound one that is deflated is read", () => {
    expect(codeOf(whole)).toBe("read");
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(), /TP-MODEL-002/],
    ["cut short", whole.slice(0, -30), /TP-MODEL-002/],
    ["no archive", strToU8("GIF89a, not a model at all, but long enough"), /TP-MODEL-002/],
    ["another checksum", patched(whole, "config.json", "crc", 1), /TP-MODEL-002.*checksum/s],
    ["a larger size", patched(whole, "config.json", "size", 9_999_999), /TP-MODEL-002.*size/s],
    [
      "a smaller size",
      patched(whole, "config.json", "size", 10),
      /TP-MODEL-002.*larger than it says/s,
    ],
    [
      "a size beyond memory",
      patched(whole, "model.weights.h5", "size", 0xffffffff),
      /TP-MODEL-003.*inflate/s,
    ],
    [
      "no weights",
      rewritten(STACK, (files) => delete files["model.weights.h5"]),
      /TP-MODEL-002.*model\.weights\.h5/s,
    ],
    [
      "no configuration",
      rewritten(STACK, (files) => delete files["config.json"]),
      /TP-MODEL-002.*config\.json/s,
    ],
  ])("%s", (_, bytes, expected) => {
    expect(codeOf(bytes)).toMatch(expected);
  });

  it("a bomb is refused before it is inflated", () => {
    const bomb = zipSync(
      { "config.json": new Uint8Array(KERAS_LIMITS.inflatedBytes + 1e6) },
      { level: 9 },
    );
    expect(bomb.length).toBeLessThan(30_000);
    expect(codeOf(bomb)).toMatch(/TP-MODEL-003.*inflate/s);
    // One that lies of its size is stopped after as much as it said.
    expect(codeOf(patched(bomb, "config.json", "size", 1000))).toMatch(
      /TP-MODEL-002.*larger than/s,
    );
  });

  it("configurations that are too deep, too long, or none", () => {
    const withConfig = (text: string) =>
      rewritten(STACK, (files) => {
        files["config.json"] = strToU8(text);
      });
    expect(codeOf(withConfig(`${"[".repeat(200_000)}${"]".repeat(200_000)}`))).toMatch(
      /TP-MODEL-003/,
    );
    expect(codeOf(withConfig(" ".repeat(KERAS_LIMITS.configCharacters + 1)))).toMatch(
      /TP-MODEL-003/,
    );
    expect(codeOf(withConfig("{"))).toMatch(/TP-MODEL-002/);
    expect(codeOf(withConfig("[1]"))).toMatch(/TP-MODEL-002/);
    expect(codeOf(withConfig('{"class_name":"Sequential","config":{"layers":7}}'))).toMatch(/TP-/);
  });

  it.each<[string, (config: ModelConfig) => void]>([
    ["no units", options("LSTM", { units: 0 })],
    ["negative units", options("LSTM", { units: -4 })],
    ["half a unit", options("LSTM", { units: 1.5 })],
    ["units of text", options("LSTM", { units: "4" })],
    ["more units than weights", options("LSTM", { units: 60_000 })],
    ["no input values", options("LSTM", { use_bias: "yes" })],
  ])("%s", (_, change) => {
    expect(codeOf(configured(STACK, change))).toMatch(/TP-MODEL-006/);
  });

  it("functional models that run in a circle", () => {
    const bytes = configured("keras3-functional.keras", (config) => {
      const add = layerOf(config, "Add");
      const text = JSON.stringify(useOf(config, "Add").args);
      useOf(config, "Add").args = JSON.parse(
        text.replaceAll(
          /"keras_history":\["[^"]*"/g,
          `"keras_history":["${(add as ConfigLayer & { name?: string }).name}"`,
        ),
      );
    });
    expect(codeOf(bytes)).toMatch(/TP-MODEL-006.*nothing makes/s);
  });
});

it("weights that are NaN or infinite are refused", () => {
  const bytes = kerasFile("keras3-lstm-stack.h5");
  const view = new DataView(bytes.buffer);
  const model = readKerasModel(bytes, "whole.h5");
  const dense = model.layers.find(({ kind }) => kind === "dense");
  if (dense?.kind !== "dense") throw new Error("there is no dense layer");
  const wanted = dense.bias[0] as number;
  let at = 0;
  while (view.getFloat32(at, true) !== wanted) at++;
  for (const bits of [0x7fc00000, 0x7f800000]) {
    view.setUint32(at, bits, true);
    expect(codeOf(bytes)).toMatch(/TP-MODEL-007.*element 0/s);
  }
});
