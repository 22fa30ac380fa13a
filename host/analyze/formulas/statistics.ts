/**
 * Formulas of statistics: averages, tails, what a number of runs can tell.
 * Histograms and tests on whole runs are left to the modules that judge them.
 */

import { timesThatFit } from "./fits.ts";
import { formula, type Theme } from "./formula.ts";
import {
  amount,
  count,
  innerShare,
  listOf,
  positive,
  real,
  share,
  shareBelowOne,
  withDefault,
} from "./input.ts";

const NORMAL = "normal distribution";
const LOADGEN = "mlcommons/inference, loadgen, commit b66003e";
const TENE = "Tene, HdrHistogram: copyValuesCorrectedForCoordinatedOmission";

const values = (atLeast: number) => listOf(real("1", "measurements, all in one unit"), atLeast);
const average = real("1", "average");
const deviation = amount("1", "standard deviation");
const z95 = withDefault(positive("1", "1.96 for 95 %, 2.58 for 99 %"), 1.96);
const quantile = innerShare("share of the values below it");
const variation = positive("1", "coefficient of variation: standard deviation over mean");
const stallSeconds = positive("s", "length of the stall");
const intervalSeconds = positive("s", "time between two intended starts");

function meanOf(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}

/** Sample standard deviation, n - 1 in the denominator. */
function deviationOf(list: readonly number[]): number {
  const average = meanOf(list);
  const squares = list.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return Math.sqrt(squares / (list.length - 1));
}

/** Samples that a stall hid: one for every interval in it but its own. */
function omitted(stall: number, interval: number): number {
  return Math.max(0, timesThatFit(stall, interval) - 1);
}

export const STATISTICS: Theme = {
  title: "Tails and statistics",
  formulas: [
    formula({
      name: "mean",
      meaning: "average",
      inputs: { values: values(1) },
      unit: "1",
      expression: "mean(values)",
      source: "definition",
      given: { values: [1.2, 3.1, 1.4, 1.3, 1.5, 1.1, 1.6] },
      gives: [1.6, 1e-12],
      compute: (x) => meanOf(x.values),
    }),
    formula({
      name: "standard-deviation",
      meaning: "standard deviation of a sample",
      inputs: { values: values(2) },
      unit: "1",
      expression: "sd(values)",
      source: "Bessel's correction: n - 1 in the denominator",
      given: { values: [1, 2, 3, 4, 5] },
      gives: [1.5811, 0.00005],
      compute: (x) => deviationOf(x.values),
    }),
    formula({
      name: "coefficient-of-variation",
      meaning: "standard deviation over mean",
      inputs: { values: values(2) },
      unit: "1",
      expression: "sd(values) / mean(values)",
      source: "definition",
      given: { values: [1.2, 3.1, 1.4, 1.3, 1.5, 1.1, 1.6] },
      gives: [0.43, 0.005],
      compute: (x) => deviationOf(x.values) / meanOf(x.values),
    }),
    formula({
      name: "confidence-half-width",
      meaning: "half of the normal confidence interval of an average",
      inputs: { values: values(2), z: z95 },
      unit: "1",
      expression: "z * sd(values) / sqrt(count(values))",
      source: NORMAL,
      given: { values: [1.2, 3.1, 1.4, 1.3, 1.5, 1.1, 1.6] },
      gives: [0.51, 0.005],
      compute: (x) => (x.z * deviationOf(x.values)) / Math.sqrt(x.values.length),
    }),
    formula({
      name: "geometric-mean",
      meaning: "average of ratios",
      inputs: { ratios: listOf(positive("x", "ratios, as speed-ups are"), 1) },
      unit: "x",
      expression: "product(ratios) ^ (1 / count(ratios))",
      source: "Fleming and Wallace, How Not to Lie with Statistics, CACM 29(3), 1986",
      given: { ratios: [1, 4, 2] },
      gives: [2, 1e-12],
      compute: (x) => Math.exp(meanOf(x.ratios.map(Math.log))),
    }),
    formula({
      name: "normal-quantile",
      meaning: "quantile of a normal distribution; a real, skewed tail lies higher",
      inputs: {
        average,
        deviation,
        z: withDefault(real("1", "2.33 for P99, 1.645 for P95"), 2.33),
      },
      unit: "1",
      expression: "average + z * deviation",
      source: NORMAL,
      given: { average: 10, deviation: 5 },
      gives: [21.65, 1e-12],
      compute: (x) => x.average + x.z * x.deviation,
    }),
    formula({
      name: "lognormal-quantile",
      meaning: "quantile of a skewed distribution with the same mean and deviation",
      inputs: {
        average: positive("1", "average"),
        deviation,
        z: withDefault(real("1", "2.33 for P99, 1.645 for P95"), 2.33),
      },
      unit: "1",
      expression:
        "average / sqrt(1 + (deviation / average) ^ 2) * exp(z * sqrt(ln(1 + (deviation / average) ^ 2)))",
      source: "Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, chapter 14",
      given: { average: 10, deviation: 5 },
      gives: [26.89, 0.005],
      compute: (x) => {
        const squared = Math.log1p((x.deviation / x.average) ** 2);
        return x.average * Math.exp(x.z * Math.sqrt(squared) - squared / 2);
      },
    }),
    formula({
      name: "exponential-quantile",
      meaning: "quantile of an exponential distribution, as of random inter-arrival times",
      inputs: { average: positive("1", "average"), quantile },
      unit: "1",
      expression: "-average * ln(1 - quantile)",
      source: "exponential distribution",
      given: { average: 10, quantile: 0.99 },
      gives: [46.05, 0.005],
      compute: (x) => -x.average * Math.log1p(-x.quantile),
    }),
    formula({
      name: "percentile-rank",
      meaning: "place of a percentile among sorted values, counted from 0, without interpolation",
      inputs: {
        samples: count("1", "values"),
        quantile: shareBelowOne("share of the values below it"),
      },
      unit: "1",
      expression: "floor(samples * quantile)",
      source: LOADGEN,
      given: { samples: 1000, quantile: 0.99 },
      gives: [990, 0],
      compute: (x) => Math.trunc(x.samples * x.quantile),
    }),
    formula({
      name: "early-stopping-samples",
      meaning: "fewest queries, none of them late, that prove a percentile",
      inputs: {
        quantile,
        confidence: withDefault(innerShare("confidence"), 0.99),
      },
      unit: "1",
      expression: "ceil(ln(1 - confidence) / ln(quantile))",
      source: `${LOADGEN}: early stopping with 0 over-latency queries`,
      given: { quantile: 0.99 },
      gives: [459, 0],
      compute: (x) => Math.ceil(Math.log1p(-x.confidence) / Math.log(x.quantile)),
    }),
    formula({
      name: "coordinated-omission-samples",
      meaning: "samples that a load generator which waits did not take during a stall",
      inputs: { stallSeconds, intervalSeconds },
      unit: "1",
      expression: "max(0, floor(stallSeconds / intervalSeconds) - 1)",
      source: TENE,
      given: { stallSeconds: 100, intervalSeconds: 0.01 },
      gives: [9999, 0],
      compute: (x) => omitted(x.stallSeconds, x.intervalSeconds),
    }),
    formula({
      name: "coordinated-omission-mean",
      meaning: "average latency with the samples that one stall hid",
      inputs: {
        samples: count("1", "samples taken outside the stall", 0),
        sampleSeconds: amount("s", "their latency"),
        stallSeconds,
        intervalSeconds,
      },
      unit: "s",
      expression:
        "(samples * sampleSeconds + stallSeconds + max(0, floor(stallSeconds / intervalSeconds) - 1) * (stallSeconds - intervalSeconds * max(1, floor(stallSeconds / intervalSeconds)) / 2)) / (samples + 1 + max(0, floor(stallSeconds / intervalSeconds) - 1))",
      source: `${TENE}: the hidden samples fall from the stall by one interval each`,
      given: { samples: 10_000, sampleSeconds: 1e-3, stallSeconds: 100, intervalSeconds: 0.01 },
      gives: [25.003, 0.0005],
      compute: (x) => {
        const hidden = omitted(x.stallSeconds, x.intervalSeconds);
        const hiddenSum = hidden * (x.stallSeconds - (x.intervalSeconds * (hidden + 1)) / 2);
        return (
          (x.samples * x.sampleSeconds + x.stallSeconds + hiddenSum) / (x.samples + 1 + hidden)
        );
      },
    }),
    formula({
      name: "minimum-detectable-effect",
      meaning: "smallest relative difference of two averages that stands out from noise",
      inputs: { variation, runs: count("1", "runs of each"), z: z95 },
      unit: "1",
      expression: "z * sqrt(2) * variation / sqrt(runs)",
      source: "two-sample normal test at half power, equal variances",
      given: { variation: 0.05, runs: 20 },
      gives: [0.031, 0.00005],
      compute: (x) => (x.z * Math.SQRT2 * x.variation) / Math.sqrt(x.runs),
    }),
    formula({
      name: "runs-needed",
      meaning: "runs of each of two variants to see a relative difference",
      inputs: { variation, effect: positive("1", "relative difference"), z: z95 },
      unit: "1",
      expression: "ceil(2 * (z * variation / effect) ^ 2)",
      source: "minimum-detectable-effect solved for runs",
      given: { variation: 0.05, effect: 0.031 },
      gives: [20, 0],
      compute: (x) => Math.ceil(2 * ((x.z * x.variation) / x.effect) ** 2),
    }),
    formula({
      name: "runs-for-power",
      meaning: "the same, with a stated chance to see the difference when it is there",
      inputs: {
        variation,
        effect: positive("1", "relative difference"),
        z: z95,
        powerZ: withDefault(amount("1", "0.84 for a power of 80 %, 1.28 for 90 %"), 0.84),
      },
      unit: "1",
      expression: "ceil(2 * ((z + powerZ) * variation / effect) ^ 2)",
      source: "Cohen, Statistical Power Analysis, 1988, normal approximation",
      given: { variation: 0.05, effect: 0.05 },
      gives: [16, 0],
      compute: (x) => Math.ceil(2 * (((x.z + x.powerZ) * x.variation) / x.effect) ** 2),
    }),
    formula({
      name: "proportion-half-width",
      meaning: "half of the normal confidence interval of a share, as of an accuracy",
      inputs: { proportion: share("share observed"), samples: count("1", "samples"), z: z95 },
      unit: "1",
      expression: "z * sqrt(proportion * (1 - proportion) / samples)",
      source: "normal approximation of the binomial distribution",
      given: { proportion: 0.6, samples: 100 },
      gives: [0.096, 0.0005],
      compute: (x) => x.z * Math.sqrt((x.proportion * (1 - x.proportion)) / x.samples),
    }),
    formula({
      name: "expected-accuracy",
      meaning: "accuracy in the field from that on clean and on noisy input",
      inputs: {
        cleanAccuracy: share("accuracy on clean input"),
        noisyAccuracy: share("accuracy on noisy input"),
        noisyShare: share("share of the field that is noisy"),
      },
      unit: "1",
      expression: "(1 - noisyShare) * cleanAccuracy + noisyShare * noisyAccuracy",
      source: "law of total probability",
      given: { cleanAccuracy: 0.99, noisyAccuracy: 0.5, noisyShare: 0.8 },
      gives: [0.598, 1e-12],
      compute: (x) => (1 - x.noisyShare) * x.cleanAccuracy + x.noisyShare * x.noisyAccuracy,
    }),
    formula({
      name: "z-score",
      meaning: "distance from the average in standard deviations",
      inputs: {
        value: real("1", "measurement"),
        average,
        deviation: positive("1", "standard deviation"),
      },
      unit: "1",
      expression: "(value - average) / deviation",
      source: NORMAL,
      given: { value: 21.65, average: 10, deviation: 5 },
      gives: [2.33, 1e-12],
      compute: (x) => (x.value - x.average) / x.deviation,
    }),
  ],
};
