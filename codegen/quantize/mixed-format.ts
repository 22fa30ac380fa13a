/**
 * Decides how a format is written that gives some layers 4-bit weights and others bytes, and which layers a text means.
 * What that costs and how it sounds is left to size/ and to the host; why activations stay int8 stands in
 * docs/decisions/2026-11-21-bits-by-layer.md.
 */
import { UsageError } from "../errors.ts";
import type { RecurrentModel } from "../model/types.ts";
import { operatorsOf } from "./operators.ts";
import { ALL_FORMATS, type AnyFormat } from "./params.ts";

/** Bits of a layer's weights, in the words of a format; activations are int8 in both. */
export const LAYER_FORMATS = ["int8", "int4"] as const;
export type LayerFormat = (typeof LAYER_FORMATS)[number];

/** A format, or layer by layer: LAYER=int4,..., behind what all others have: int8,LAYER=int4. */
export type FormatText = AnyFormat | `${string}=${string}`;

export interface ChosenFormat {
  readonly format: AnyFormat;
  /** Of int8: layers whose weights have 4 bits, by name, in the model's order; empty: none. */
  readonly fourBits: readonly string[];
}

/** What a text may be before there is a model. */
export function isFormatText(text: string): text is FormatText {
  return text.includes("=") || isFormat(text);
}

function isFormat(text: string): text is AnyFormat {
  return (ALL_FORMATS as readonly string[]).includes(text);
}

/** Names of the layers that multiply weights, in order. @throws PlanError TP-PLAN-010 */
export function weightedLayers(model: RecurrentModel): readonly string[] {
  return operatorsOf(model)
    .filter(({ kind }) => kind === "lstm" || kind === "gru" || kind === "dense")
    .map(({ layer }) => layer.name);
}

/** How a choice is written: the text that means the same again. */
export function formatName({
  format,
  fourBits = [],
}: {
  readonly format: AnyFormat;
  readonly fourBits?: readonly string[];
}): FormatText {
  if (fourBits.length === 0) return format;
  return `${format},${fourBits.map((name) => `${name}=int4`).join(",")}` as FormatText;
}

/**
 * What a text means for a model. All layers in 4 bits are the format int4, none the format int8.
 * @throws UsageError TP-USE-485 for a layer or bits that there are not; PlanError TP-PLAN-010
 */
export function chosenFormat(text: FormatText, model: RecurrentModel): ChosenFormat {
  if (isFormat(text)) return { format: text, fourBits: [] };
  const names = weightedLayers(model);
  const refuse = (why: string): never => {
    const example = names.at(-1) ?? "LAYER";
    throw new UsageError(
      "TP-USE-485",
      {
        what: `--format ${text} cannot be used on ${model.name}`,
        why,
        fix: `--format int8,${example}=int4; pioneer inspect MODEL lists the layers`,
      },
      { layers: names },
    );
  };
  const layerFormat = (word: string): LayerFormat =>
    LAYER_FORMATS.find((one) => one === word) ??
    refuse(`layers can have ${LAYER_FORMATS.join(" or ")} weights, not "${word}"`);
  const [first = "", ...rest] = text.split(",");
  const others = first.includes("=") ? "int8" : layerFormat(first);
  const bits = new Map<string, LayerFormat>();
  for (const choice of first.includes("=") ? [first, ...rest] : rest) {
    const at = choice.lastIndexOf("=");
    const name = choice.slice(0, Math.max(0, at));
    if (at < 0 || !names.includes(name)) {
      refuse(`"${choice}" names none of its layers with weights, which are ${names.join(", ")}`);
    }
    if (bits.has(name)) refuse(`${name} is named twice`);
    bits.set(name, layerFormat(choice.slice(at + 1)));
  }
  const fourBits = names.filter((name) => (bits.get(name) ?? others) === "int4");
  if (fourBits.length === names.length) return { format: "int4", fourBits: [] };
  return { format: "int8", fourBits };
}
