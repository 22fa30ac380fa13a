/**
 * Decides the constant arrays of a plan's weights and powers: their names, comments, alignment and rows of literals.
 * Tables are left to table-words.ts, initial states to state-context.ts, the order of the words to plan/.
 */
import type { StreamLayout } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { POWERS_OF_TWO } from "../quantize/softmax.ts";
import { floatRows, signedRows, wordRows } from "./c-literal.ts";
import type { ArrayContext } from "./context-types.ts";

/** How much of what a stream holds, for its comment. */
function streamSize({ blocks, blockBytes, tiles }: StreamLayout): string {
  return tiles
    ? `${blocks} blocks with ${tiles.stored} of ${tiles.all} tiles`
    : `${blocks} x ${blockBytes} bytes`;
}

/** The weights of a stream, as words or as floats. */
export function streamArray(stream: StreamLayout, float: boolean): ArrayContext {
  return {
    name: `${stream.part ? `${stream.kernel}_${stream.part}` : stream.kernel}_stream`,
    comment: `${streamSize(stream)}; the header shows their order.`,
    elementType: float ? "float" : "uint32_t",
    attributes: ` __attribute__((aligned(${stream.alignment}))) PIONEER_WEIGHTS`,
    rows: float ? floatRows(new Float32Array(stream.words.buffer)) : wordRows(stream.words),
    bytes: stream.words.byteLength,
  };
}

/** Gain and bias of each value of a layer normalization, read as a stream is. */
export function normArrays({ kernels, target }: Plan): readonly ArrayContext[] {
  return kernels.flatMap((kernel): readonly ArrayContext[] => {
    if (kernel.kind !== "layer-norm") return [];
    const { gains, biases } = kernel.layer;
    const values = Array.from({ length: 2 * gains.length }, (_, i) =>
      Number((i % 2 === 0 ? gains : biases)[i >> 1]),
    );
    const float = gains instanceof Float32Array;
    return [
      {
        name: `${kernel.name}_stream`,
        comment: "Gain and bias of each value.",
        elementType: float ? "float" : "uint32_t",
        attributes: ` __attribute__((aligned(${Math.max(8, target.lineBytes)}))) PIONEER_WEIGHTS`,
        rows: float ? floatRows(Float32Array.from(values)) : wordRows(Uint32Array.from(values)),
        bytes: 4 * values.length,
      },
    ];
  });
}

/** Powers of two for all softmaxes of the project's own integers, or of e for each one of a TFLite file. */
export function powerArrays({ kernels, format }: Plan): readonly ArrayContext[] {
  const softmaxes = kernels.filter((kernel) => kernel.kind === "softmax");
  if (softmaxes.length === 0 || format === "float32") return [];
  const own = softmaxes.flatMap(({ name, layer }): readonly ArrayContext[] =>
    "powers" in layer
      ? [
          {
            name: `${name}_powers`,
            comment: "e to the power of each difference to the largest value, downwards, 31 bits.",
            elementType: "int32_t",
            attributes: " PIONEER_TABLES",
            rows: signedRows(layer.powers),
            bytes: layer.powers.byteLength,
          },
        ]
      : [],
  );
  if (own.length > 0) return own;
  return [
    {
      name: "powers",
      comment: "2^-(i / 32), 22 fraction bits.",
      elementType: "uint32_t",
      attributes: " PIONEER_TABLES",
      rows: wordRows(POWERS_OF_TWO),
      bytes: POWERS_OF_TWO.byteLength,
    },
  ];
}
