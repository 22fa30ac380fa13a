/**
 * Decides which kernels a model in its format becomes, in which order, and which values they pass to each other.
 * Padding, packing and addresses are left to plan/.
 */
import type { FloatLayerNorm } from "../quantize/float32-layer-norm.ts";
import type { FloatDense, FloatGru, FloatLstm } from "../quantize/float32-model.ts";
import type { FloatSoftmax } from "../quantize/float32-softmax.ts";
import type { AnyFormat, Quantization } from "../quantize/params.ts";
import {
  deltaOf,
  hasHalves,
  type QuantizedDense,
  type QuantizedGru,
  type QuantizedLayerNorm,
  type QuantizedLstm,
  type QuantizedSoftmax,
  type QuantizedWindow,
} from "../quantize/quantized-model.ts";
import type { SkipRule } from "../quantize/skip.ts";
import {
  isTfliteLstm,
  type TfliteDense,
  type TfliteLstm,
  type TfliteSoftmax,
} from "../quantize/tflite/layers.ts";
import type { ModelInFormat, Rows } from "../quantize/twin.ts";

/** Values that lie side by side in a line. */
export interface Segment {
  readonly name: string;
  readonly size: number;
}

/**
 * Activations as the multiply-accumulate loop reads them: one source and the hidden states of the recurrent layers that
 * follow one another, [x | h0 | h1 | ...]. Layer d reads segments d and d + 1, which lie together, as its joined vector.
 *
 * A line with recurrent layers exists twice. In a step with phase p the fresh values of segment s are in copy
 * (p + s) & 1; layer d reads copy (p + d) & 1, where segment d is fresh and d + 1 still from the step before, and writes the other copy.
 * The phase flips after each step, and nothing is ever copied.
 */
export interface Line {
  readonly name: string;
  readonly copies: 1 | 2;
  readonly segments: readonly Segment[];
}

/** Where a kernel's values come from or go to: the index of a line and of a segment in it. */
export interface Place {
  readonly line: number;
  readonly segment: number;
}

export interface LoadInputKernel {
  readonly kind: "load-input";
  readonly name: string;
  readonly size: number;
  readonly to: Place;
}

export interface LstmKernel {
  readonly kind: "lstm";
  readonly name: string;
  readonly layer: QuantizedLstm | FloatLstm | TfliteLstm;
  /** Segment of x; h is the next one. */
  readonly from: Place;
  readonly to: Place;
}

export interface GruKernel {
  readonly kind: "gru";
  readonly name: string;
  readonly layer: QuantizedGru | FloatGru;
  /** As an LSTM's. */
  readonly from: Place;
  readonly to: Place;
}

export interface DenseKernel {
  readonly kind: "dense";
  readonly name: string;
  readonly layer: QuantizedDense | FloatDense | TfliteDense;
  readonly from: Place;
  readonly to: Place | "output";
}

/** Moves the values of earlier steps up by one step and puts the fresh ones behind them. */
export interface WindowKernel {
  readonly kind: "window";
  readonly name: string;
  readonly layer: QuantizedWindow;
  readonly from: Place;
  readonly to: Place;
}

export interface LayerNormKernel {
  readonly kind: "layer-norm";
  readonly name: string;
  readonly layer: QuantizedLayerNorm | FloatLayerNorm;
  readonly from: Place;
  readonly to: Place | "output";
}

export interface SoftmaxKernel {
  readonly kind: "softmax";
  readonly name: string;
  readonly layer: QuantizedSoftmax | FloatSoftmax | TfliteSoftmax;
  readonly from: Place;
  readonly to: Place | "output";
}

export interface StoreOutputKernel {
  readonly kind: "store-output";
  readonly name: string;
  readonly size: number;
  readonly from: Place;
}

/** Kernels that multiply weights. */
export type LayerKernel = LstmKernel | GruKernel | DenseKernel;

export type Kernel =
  | LoadInputKernel
  | LayerKernel
  | WindowKernel
  | LayerNormKernel
  | SoftmaxKernel
  | StoreOutputKernel;

export function isLayerKernel(kernel: Kernel): kernel is LayerKernel {
  return kernel.kind === "lstm" || kernel.kind === "gru" || kernel.kind === "dense";
}

/** Rows that read the same columns, in a stream of their own. */
export interface KernelRows {
  /** Of a kernel with several. */
  readonly part?: "gates" | "candidate_input" | "candidate_hidden" | "input" | "hidden" | "columns";
  readonly matrix: Rows;
  /** Rows of the same unit: gate by gate, hiddenSize rows each. */
  readonly gates: number;
  /** What they read: the whole joined vector, or one half of it. */
  readonly reads: "joined" | "input" | "hidden";
}

/** The matrices of a kernel, in the order it reads them. */
export function kernelRows({ layer }: LayerKernel): readonly KernelRows[] {
  switch (layer.kind) {
    case "lstm":
      if (isTfliteLstm(layer)) {
        return [
          { part: "input", matrix: layer.fromInput, gates: 4, reads: "input" },
          { part: "hidden", matrix: layer.fromHidden, gates: 4, reads: "hidden" },
        ];
      }
      if (hasHalves(layer)) {
        return [
          { part: "input", matrix: layer.inputHalf, gates: 4, reads: "input" },
          { part: "hidden", matrix: layer.hiddenHalf, gates: 4, reads: "hidden" },
        ];
      }
      return [
        {
          ...(deltaOf(layer) === null ? {} : { part: "columns" as const }),
          matrix: layer.matrix,
          gates: 4,
          reads: "joined",
        },
      ];
    case "gru":
      return [
        { part: "gates", matrix: layer.gates, gates: 2, reads: "joined" },
        { part: "candidate_input", matrix: layer.candidateInput, gates: 1, reads: "input" },
        { part: "candidate_hidden", matrix: layer.candidateHidden, gates: 1, reads: "hidden" },
      ];
    case "dense":
      return [{ matrix: layer.matrix, gates: 1, reads: "input" }];
  }
}

export interface Program {
  readonly name: string;
  readonly format: AnyFormat;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly input: Quantization;
  readonly output: Quantization;
  readonly lines: readonly Line[];
  /** In order of execution. */
  readonly kernels: readonly Kernel[];
  /** Of int8: layers whose weights have 4 bits, by name; absent: none. */
  readonly fourBits?: readonly string[];
  /** When a step repeats the result of the one before it; absent: never. */
  readonly skip?: SkipRule;
}

interface OpenLine {
  readonly name: string;
  readonly segments: Segment[];
}

/** What a kernel of each kind is called, before its number. */
const NAMES = {
  lstm: "lstm",
  gru: "gru",
  dense: "dense",
  window: "window",
  "layer-norm": "norm",
  softmax: "softmax",
} as const;

/** The kernels of a model: its input loaded, one kernel a layer, its output stored. */
export function lower(model: ModelInFormat): Program {
  const lines: OpenLine[] = [];
  const kernels: Kernel[] = [];
  const open = (source: Segment): Place => {
    lines.push({ name: `line${lines.length}`, segments: [source] });
    return { line: lines.length - 1, segment: 0 };
  };
  let at = open({ name: "input", size: model.inputSize });
  kernels.push({ kind: "load-input", name: "load_input", size: model.inputSize, to: at });
  let written = false;
  model.layers.forEach((layer, index) => {
    const count = kernels.filter((kernel) => kernel.kind === layer.kind).length;
    const name = `${NAMES[layer.kind]}${count}`;
    const result = (size: number): Place | "output" => {
      written = index === model.layers.length - 1;
      return written ? "output" : open({ name: `${name} output`, size });
    };
    const from = at;
    switch (layer.kind) {
      case "lstm":
      case "gru":
        at = { line: from.line, segment: from.segment + 1 };
        lines[from.line]?.segments.push({ name: `${name} hidden`, size: layer.hiddenSize });
        kernels.push(
          layer.kind === "lstm"
            ? { kind: "lstm", name, layer, from, to: at }
            : { kind: "gru", name, layer, from, to: at },
        );
        return;
      case "window":
        at = open({ name, size: layer.taps * layer.inputSize });
        kernels.push({ kind: "window", name, layer, from, to: at });
        return;
      case "dense": {
        const to = result(layer.outputSize);
        kernels.push({ kind: "dense", name, layer, from, to });
        if (to !== "output") at = to;
        return;
      }
      case "layer-norm":
      case "softmax": {
        const to = result(layer.size);
        kernels.push(
          layer.kind === "softmax"
            ? { kind: "softmax", name, layer, from, to }
            : { kind: "layer-norm", name, layer, from, to },
        );
        if (to !== "output") at = to;
      }
    }
  });
  if (!written) {
    kernels.push({ kind: "store-output", name: "store_output", size: model.outputSize, from: at });
  }
  return {
    name: model.name,
    format: model.format,
    inputSize: model.inputSize,
    outputSize: model.outputSize,
    input: model.input,
    output: model.output,
    lines: lines.map(({ name, segments }) => ({
      name,
      copies: segments.length > 1 ? 2 : 1,
      segments,
    })),
    kernels,
    ...("fourBits" in model && model.fourBits !== undefined ? { fourBits: model.fourBits } : {}),
    ...("skip" in model && model.skip !== undefined ? { skip: model.skip } : {}),
  };
}
