/**
 * Formulas of memory: parameters, key-value caches, attention traffic, checkpointed activations.
 * How fast a served model decodes is left to serving.ts, optimiser states to training.ts.
 */

import { formula, type Theme } from "./formula.ts";
import { amount, count, positive, withDefault } from "./input.ts";
import { contradiction } from "./refusals.ts";

const VLLM = "Kwon et al., PagedAttention, 2023";
const FLASH = "Dao et al., FlashAttention, 2022, theorem 2";

const layers = count("1", "layers");
const kvHeads = count("1", "heads that keep keys and values");
const headSize = count("1", "values a head");
const bytesPerValue = withDefault(positive("byte", "size of one value"), 2);
const tokens = count("1", "tokens kept");
const pageTokens = count("1", "tokens a page");
const sequence = count("1", "tokens of the sequence");
const cacheElements = count("1", "values that fit the fast memory");

interface CacheShape {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly bytesPerValue: number;
}

/** Keys and values of one token over all layers [byte]. */
function bytesPerToken(x: CacheShape): number {
  return 2 * x.layers * x.kvHeads * x.headSize * x.bytesPerValue;
}

export const MEMORY: Theme = {
  title: "Memory, key-value caches and attention",
  formulas: [
    formula({
      name: "parameter-bytes",
      meaning: "size of a model's parameters",
      inputs: {
        parameters: count("1", "parameters"),
        bitsPerParameter: positive("bit", "size of one"),
      },
      unit: "byte",
      expression: "parameters * bitsPerParameter / 8",
      source: "definition",
      given: { parameters: 25.6e6, bitsPerParameter: 32 },
      gives: [102.4e6, 0.5],
      compute: (x) => (x.parameters * x.bitsPerParameter) / 8,
    }),
    formula({
      name: "kv-cache-bytes",
      meaning: "keys and values of all tokens so far",
      inputs: {
        layers,
        kvHeads,
        headSize,
        tokens,
        bytesPerValue,
        sequences: withDefault(count("1", "sequences served together"), 1),
      },
      unit: "byte",
      expression: "2 * layers * kvHeads * headSize * tokens * bytesPerValue * sequences",
      source: "Pope et al., Efficiently Scaling Transformer Inference, 2022",
      given: { layers: 32, kvHeads: 32, headSize: 128, tokens: 2048 },
      gives: [1_073_741_824, 0],
      compute: (x) => bytesPerToken(x) * x.tokens * x.sequences,
    }),
    formula({
      name: "kv-paged-bytes",
      meaning: "keys and values in pages, the last one partly empty",
      inputs: { layers, kvHeads, headSize, tokens, pageTokens, bytesPerValue },
      unit: "byte",
      expression:
        "2 * layers * kvHeads * headSize * bytesPerValue * ceil(tokens / pageTokens) * pageTokens",
      source: VLLM,
      given: { layers: 32, kvHeads: 8, headSize: 128, tokens: 1000, pageTokens: 16 },
      gives: [132_120_576, 0],
      compute: (x) => bytesPerToken(x) * Math.ceil(x.tokens / x.pageTokens) * x.pageTokens,
    }),
    formula({
      name: "kv-paging-waste",
      meaning: "share of the pages that holds no token",
      inputs: { tokens, pageTokens },
      unit: "1",
      expression: "1 - tokens / (ceil(tokens / pageTokens) * pageTokens)",
      source: VLLM,
      given: { tokens: 1000, pageTokens: 16 },
      gives: [0.0079, 0.00005],
      compute: (x) => 1 - x.tokens / (Math.ceil(x.tokens / x.pageTokens) * x.pageTokens),
    }),
    formula({
      name: "kv-reserved-waste",
      meaning: "share of a reservation for the longest sequence that holds no token",
      inputs: { tokens, reservedTokens: count("1", "tokens reserved") },
      unit: "1",
      expression: "1 - tokens / reservedTokens",
      source: VLLM,
      given: { tokens: 1000, reservedTokens: 4096 },
      gives: [0.756, 0.0005],
      compute: (x) => {
        if (x.tokens > x.reservedTokens) {
          throw contradiction(
            `tokens ${x.tokens} are more than reservedTokens ${x.reservedTokens}`,
            "what is kept must fit what is reserved",
          );
        }
        return 1 - x.tokens / x.reservedTokens;
      },
    }),
    formula({
      name: "kv-sequences",
      meaning: "sequences whose keys and values fit beside the weights",
      inputs: {
        memoryBytes: positive("byte", "memory of the device"),
        weightBytes: amount("byte", "weights"),
        sequenceBytes: positive("byte", "keys and values of one sequence"),
      },
      unit: "1",
      expression: "floor((memoryBytes - weightBytes) / sequenceBytes)",
      source: VLLM,
      given: { memoryBytes: 80e9, weightBytes: 14e9, sequenceBytes: 1_073_741_824 },
      gives: [61, 0],
      compute: (x) => {
        if (x.weightBytes > x.memoryBytes) {
          throw contradiction(
            `weightBytes ${x.weightBytes} byte are above memoryBytes ${x.memoryBytes} byte`,
            "the weights alone do not fit",
          );
        }
        return Math.floor((x.memoryBytes - x.weightBytes) / x.sequenceBytes);
      },
    }),
    formula({
      name: "kv-cache-saving",
      meaning: "how many times less work caching makes of generating n tokens one by one",
      inputs: { tokens: count("1", "tokens generated") },
      unit: "x",
      expression: "(tokens + 1) / 2",
      source: "without a cache step t computes t tokens anew: n * (n + 1) / 2 against n",
      given: { tokens: 39 },
      gives: [20, 0],
      compute: (x) => (x.tokens + 1) / 2,
    }),
    formula({
      name: "attention-traffic",
      meaning: "values that plain attention moves, up to a constant factor",
      inputs: { sequence, headSize },
      unit: "1",
      expression: "sequence * headSize + sequence ^ 2",
      source: FLASH,
      given: { sequence: 4096, headSize: 64 },
      gives: [17_039_360, 0],
      compute: (x) => x.sequence * x.headSize + x.sequence ** 2,
    }),
    formula({
      name: "flash-attention-traffic",
      meaning: "values that FlashAttention moves, up to a constant factor",
      inputs: { sequence, headSize, cacheElements },
      unit: "1",
      expression: "sequence ^ 2 * headSize ^ 2 / cacheElements",
      source: FLASH,
      given: { sequence: 4096, headSize: 64, cacheElements: 51_200 },
      gives: [1_342_177.28, 0.005],
      compute: (x) => (x.sequence ** 2 * x.headSize ** 2) / x.cacheElements,
    }),
    formula({
      name: "flash-attention-saving",
      meaning: "how many times less FlashAttention moves than plain attention",
      inputs: { sequence, headSize, cacheElements },
      unit: "x",
      expression:
        "(sequence * headSize + sequence ^ 2) / (sequence ^ 2 * headSize ^ 2 / cacheElements)",
      source: FLASH,
      given: { sequence: 4096, headSize: 64, cacheElements: 51_200 },
      gives: [12.7, 0.005],
      compute: (x) =>
        ((x.sequence * x.headSize + x.sequence ** 2) * x.cacheElements) /
        (x.sequence ** 2 * x.headSize ** 2),
    }),
    formula({
      name: "checkpointed-activations",
      meaning: "activations kept when only the borders of segments are, plus one segment anew",
      inputs: {
        layers,
        segments: count("1", "segments, best near the root of layers"),
        bytesPerLayer: positive("byte", "activations of one layer"),
      },
      unit: "byte",
      expression: "(segments + ceil(layers / segments)) * bytesPerLayer",
      source: "Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016",
      given: { layers: 64, segments: 8, bytesPerLayer: 100e6 },
      gives: [1.6e9, 0.5],
      compute: (x) => (x.segments + Math.ceil(x.layers / x.segments)) * x.bytesPerLayer,
    }),
  ],
};
