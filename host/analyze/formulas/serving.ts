/**
 * Formulas of serving language models: decoding, batches, speculation, mixtures of experts.
 * Memory of caches is left to memory.ts, number formats to number-formats.ts, money to cost.ts.
 */
import { timeOf } from "../iron-law.ts";
import { ridgePoint } from "../roofline.ts";
import { formula, type Theme } from "./formula.ts";
import {
  amount,
  count,
  positive,
  positiveShare,
  share,
  shareBelowOne,
  withDefault,
} from "./input.ts";
import { contradiction } from "./refusals.ts";

const LEVIATHAN = "Leviathan, Kalman and Matias, Fast Inference via Speculative Decoding, 2022";
const MIXTRAL = "Jiang et al., Mixtral of Experts, 2024";
const POPE = "Pope et al., Efficiently Scaling Transformer Inference, 2022";
const ORCA = "Yu et al., Orca, 2022";

const parameters = count("1", "parameters that a token uses");
const batch = count("1", "sequences decoded together");
const bytesPerWeight = withDefault(positive("byte", "size of one weight"), 2);
const peakOpsPerSecond = positive("op/s", "highest rate of arithmetic");
const peakBytesPerSecond = positive("byte/s", "bandwidth of the memory of the weights");
const acceptance = shareBelowOne("chance that a drafted token is accepted");
const drafted = count("1", "tokens drafted a round");
const experts = count("1", "experts a layer");
const chosen = count("1", "experts a token uses, at most all");
const sharedParameters = count("1", "parameters outside the experts", 0);
const expertParameters = count("1", "parameters of one expert over all layers");

interface Decoding {
  readonly parameters: number;
  readonly batch: number;
  readonly bytesPerWeight: number;
  readonly peakOpsPerSecond: number;
  readonly peakBytesPerSecond: number;
}

/** One step of a batch, the caches' own traffic left out [s]. */
function decodeSeconds(x: Decoding): number {
  return timeOf(
    { ops: 2 * x.batch * x.parameters, bytesMoved: x.parameters * x.bytesPerWeight },
    { ...x, computeEfficiency: 1, memoryEfficiency: 1, overheadSeconds: 0 },
  ).totalSeconds;
}

/** 1 + a + ... + a^k. */
function expectedTokens(a: number, k: number): number {
  // 1 - a^(k+1) loses its digits near a = 1; expm1 does not.
  return a === 0 ? 1 : -Math.expm1((k + 1) * Math.log(a)) / (1 - a);
}

function requireChosen(x: { readonly experts: number; readonly chosen: number }): void {
  if (x.chosen <= x.experts) return;
  throw contradiction(
    `chosen ${x.chosen} is above experts ${x.experts}`,
    "a token cannot use more experts than there are",
  );
}

export const SERVING: Theme = {
  title: "Serving language models",
  formulas: [
    formula({
      name: "decode-step-time",
      meaning: "time of one token for every sequence of a batch, caches left out",
      inputs: { parameters, batch, bytesPerWeight, peakOpsPerSecond, peakBytesPerSecond },
      unit: "s",
      expression:
        "max(2 * batch * parameters / peakOpsPerSecond, parameters * bytesPerWeight / peakBytesPerSecond)",
      source: POPE,
      given: { parameters: 7e9, batch: 32, peakOpsPerSecond: 312e12, peakBytesPerSecond: 2039e9 },
      gives: [6.866e-3, 0.0005e-3],
      compute: decodeSeconds,
    }),
    formula({
      name: "decode-token-rate",
      meaning: "tokens a second of a whole batch, caches left out",
      inputs: { parameters, batch, bytesPerWeight, peakOpsPerSecond, peakBytesPerSecond },
      unit: "token/s",
      expression:
        "batch / max(2 * batch * parameters / peakOpsPerSecond, parameters * bytesPerWeight / peakBytesPerSecond)",
      source: POPE,
      given: { parameters: 7e9, batch: 32, peakOpsPerSecond: 312e12, peakBytesPerSecond: 2039e9 },
      gives: [4661, 0.5],
      compute: (x) => x.batch / decodeSeconds(x),
    }),
    formula({
      name: "critical-batch",
      meaning: "batch from which decoding is bound by arithmetic",
      inputs: { peakOpsPerSecond, peakBytesPerSecond, bytesPerWeight },
      unit: "1",
      expression: "peakOpsPerSecond * bytesPerWeight / (2 * peakBytesPerSecond)",
      source: POPE,
      given: { peakOpsPerSecond: 312e12, peakBytesPerSecond: 2039e9 },
      gives: [153, 0.05],
      compute: (x) => (ridgePoint(x.peakOpsPerSecond, x.peakBytesPerSecond) * x.bytesPerWeight) / 2,
    }),
    formula({
      name: "prefill-time",
      meaning: "time to read a prompt, bound by arithmetic",
      inputs: {
        parameters,
        promptTokens: count("1", "tokens of all prompts together"),
        peakOpsPerSecond,
        utilization: withDefault(positiveShare("share of the peak rate reached"), 1),
      },
      unit: "s",
      expression: "2 * parameters * promptTokens / (peakOpsPerSecond * utilization)",
      source: POPE,
      given: { parameters: 7e9, promptTokens: 2048, peakOpsPerSecond: 312e12, utilization: 0.5 },
      gives: [0.18379, 0.000005],
      compute: (x) => (2 * x.parameters * x.promptTokens) / (x.peakOpsPerSecond * x.utilization),
    }),
    formula({
      name: "generation-time",
      meaning: "time of a whole answer",
      inputs: {
        firstTokenSeconds: positive("s", "time to the first token"),
        tokenSeconds: positive("s", "time of each further token"),
        tokens: count("1", "tokens of the answer"),
      },
      unit: "s",
      expression: "firstTokenSeconds + (tokens - 1) * tokenSeconds",
      source: "Databricks, LLM Inference Performance Engineering, 2023",
      given: { firstTokenSeconds: 0.2, tokenSeconds: 7e-3, tokens: 101 },
      gives: [0.9, 1e-12],
      compute: (x) => x.firstTokenSeconds + (x.tokens - 1) * x.tokenSeconds,
    }),
    formula({
      name: "speculative-tokens",
      meaning: "tokens a round of speculative decoding yields on average",
      inputs: { acceptance, drafted },
      unit: "1",
      expression: "(1 - acceptance ^ (drafted + 1)) / (1 - acceptance)",
      source: LEVIATHAN,
      given: { acceptance: 0.8, drafted: 4 },
      gives: [3.3616, 0.00005],
      compute: (x) => expectedTokens(x.acceptance, x.drafted),
    }),
    formula({
      name: "speculative-speedup",
      meaning: "speed-up by speculative decoding",
      inputs: {
        acceptance,
        drafted,
        draftCost: amount("1", "time of one drafted token over one of the large model"),
      },
      unit: "x",
      expression: "(1 - acceptance ^ (drafted + 1)) / (1 - acceptance) / (drafted * draftCost + 1)",
      source: LEVIATHAN,
      given: { acceptance: 0.8, drafted: 4, draftCost: 0.05 },
      gives: [2.8013, 0.00005],
      compute: (x) => expectedTokens(x.acceptance, x.drafted) / (x.drafted * x.draftCost + 1),
    }),
    formula({
      name: "moe-parameters",
      meaning: "parameters of a mixture of experts that must be stored",
      inputs: { sharedParameters, expertParameters, experts },
      unit: "1",
      expression: "sharedParameters + experts * expertParameters",
      source: MIXTRAL,
      given: { sharedParameters: 1_605_636_096, expertParameters: 5_637_144_576, experts: 8 },
      gives: [46_702_792_704, 0],
      compute: (x) => x.sharedParameters + x.experts * x.expertParameters,
    }),
    formula({
      name: "moe-active-parameters",
      meaning: "parameters of a mixture of experts that one token uses",
      inputs: { sharedParameters, expertParameters, experts, chosen },
      unit: "1",
      expression: "sharedParameters + min(chosen, experts) * expertParameters",
      source: MIXTRAL,
      given: {
        sharedParameters: 1_605_636_096,
        expertParameters: 5_637_144_576,
        experts: 8,
        chosen: 2,
      },
      gives: [12_879_925_248, 0],
      compute: (x) => {
        requireChosen(x);
        return x.sharedParameters + x.chosen * x.expertParameters;
      },
    }),
    formula({
      name: "moe-distinct-experts",
      meaning: "experts that a batch loads on average when tokens choose at random",
      inputs: { experts, chosen, batch: count("1", "tokens computed together") },
      unit: "1",
      expression: "experts * (1 - (1 - chosen / experts) ^ batch)",
      source: MIXTRAL,
      given: { experts: 8, chosen: 2, batch: 4 },
      gives: [5.469, 0.0005],
      compute: (x) => {
        requireChosen(x);
        return x.experts * -Math.expm1(x.batch * Math.log1p(-x.chosen / x.experts));
      },
    }),
    formula({
      name: "static-batching-efficiency",
      meaning: "useful share of a batch that runs until its longest sequence ends",
      inputs: {
        meanTokens: positive("1", "average length of the answers"),
        longestTokens: positive("1", "length of the longest"),
      },
      unit: "1",
      expression: "meanTokens / longestTokens",
      source: `${ORCA}; continuous batching refills the places`,
      given: { meanTokens: 250, longestTokens: 400 },
      gives: [0.625, 1e-12],
      compute: (x) => {
        if (x.meanTokens > x.longestTokens) {
          throw contradiction(
            `meanTokens ${x.meanTokens} is above longestTokens ${x.longestTokens}`,
            "an average is at most the largest value",
          );
        }
        return x.meanTokens / x.longestTokens;
      },
    }),
    formula({
      name: "exponential-batching-efficiency",
      meaning: "the same share when lengths are exponentially distributed",
      inputs: { batch: { ...batch, range: { min: 1, max: 1e6, whole: true } } },
      unit: "1",
      expression: "1 / harmonic(batch)",
      source: `${ORCA}; the largest of n exponentials averages harmonic(n) times the mean`,
      given: { batch: 8 },
      gives: [0.368, 0.0005],
      compute: (x) => 1 / harmonic(x.batch),
    }),
    formula({
      name: "continuous-batching-speedup",
      meaning: "speed-up by refilling places of a batch as sequences end",
      inputs: {
        staticEfficiency: positiveShare("useful share of a static batch"),
        refillOverhead: withDefault(share("share of the time spent refilling"), 0),
      },
      unit: "x",
      expression: "(1 - refillOverhead) / staticEfficiency",
      source: ORCA,
      given: { staticEfficiency: 0.625 },
      gives: [1.6, 1e-12],
      compute: (x) => (1 - x.refillOverhead) / x.staticEfficiency,
    }),
  ],
};

/** 1 + 1/2 + ... + 1/n, small terms first. */
function harmonic(n: number): number {
  let sum = 0;
  for (let k = n; k >= 1; k--) sum += 1 / k;
  return sum;
}
