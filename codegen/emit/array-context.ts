/**
 * Decides the constant arrays of a plan's weights: their names, comments, alignment and rows of literals.
 * Tables are left to table-words.ts, initial states to state-context.ts, the order of the words to plan/.
 */
import type { StreamLayout } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { floatRows, wordRows } from "./c-literal.ts";
import type { ArrayContext } from "./context-types.ts";

/** The weights of a stream, as words or as floats. */
export function streamArray(stream: StreamLayout, float: boolean): ArrayContext {
  return {
    name: `${stream.part ? `${stream.kernel}_${stream.part}` : stream.kernel}_stream`,
    comment: `${stream.blocks} x ${stream.blockBytes} bytes; the header shows their order.`,
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
