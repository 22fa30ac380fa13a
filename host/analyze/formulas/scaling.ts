/**
 * Formulas of scaling: what parts, cores, queues and launches do to the whole.
 * Spreading one model over several devices is left to training.ts.
 */
import { amdahlSpeedup } from "../iron-law.ts";
import { formula, type Theme } from "./formula.ts";
import {
  amount,
  count,
  listOf,
  positive,
  positiveShare,
  share,
  shareBelowOne,
  withDefault,
} from "./input.ts";
import { contradiction } from "./refusals.ts";

const AMDAHL = "Amdahl 1967";
const LITTLE = "Little 1961";
const CUDA_GRAPHS = "NVIDIA, Getting Started with CUDA Graphs, 2019";

const parallelShare = share("share of the time that gets faster");
const workers = count("1", "cores or devices");
const seconds = (meaning: string) => positive("s", meaning);
const kernels = count("1", "kernels launched one after the other");
const kernelSeconds = seconds("one kernel's own time");

export const SCALING: Theme = {
  title: "Scaling laws, queues and launches",
  formulas: [
    formula({
      name: "amdahl",
      meaning: "speed-up of the whole when a share of its time gets faster",
      inputs: { parallelShare, factor: positive("x", "how much faster that share gets") },
      unit: "x",
      expression: "1 / (1 - parallelShare + parallelShare / factor)",
      source: AMDAHL,
      given: { parallelShare: 0.9, factor: 10 },
      gives: [5.2632, 0.00005],
      compute: (x) => amdahlSpeedup(x.parallelShare, x.factor),
    }),
    formula({
      name: "amdahl-limit",
      meaning: "speed-up of the whole when a share of its time vanishes",
      inputs: { parallelShare: shareBelowOne("share of the time that vanishes") },
      unit: "x",
      expression: "1 / (1 - parallelShare)",
      source: AMDAHL,
      given: { parallelShare: 0.9 },
      gives: [10, 1e-9],
      compute: (x) => 1 / (1 - x.parallelShare),
    }),
    formula({
      name: "gustafson",
      meaning: "speed-up when the work grows with the workers",
      inputs: {
        parallelShare: share("share of the parallel run's time spent in parallel"),
        workers,
      },
      unit: "x",
      expression: "1 - parallelShare + parallelShare * workers",
      source: "Gustafson, Reevaluating Amdahl's Law, CACM 31(5), 1988",
      given: { parallelShare: 0.9, workers: 10 },
      gives: [9.1, 1e-9],
      compute: (x) => 1 - x.parallelShare + x.parallelShare * x.workers,
    }),
    formula({
      name: "stage-speedup",
      meaning: "speed-up of a pipeline of two stages when the second gets faster",
      inputs: {
        otherSeconds: amount("s", "time of the stage left as it is"),
        stageSeconds: seconds("time of the stage that gets faster"),
        factor: positive("x", "how much faster it gets"),
      },
      unit: "x",
      expression: "(otherSeconds + stageSeconds) / (otherSeconds + stageSeconds / factor)",
      source: AMDAHL,
      given: { otherSeconds: 8e-3, stageSeconds: 10e-3, factor: 5 },
      gives: [1.8, 1e-9],
      compute: (x) => amdahlSpeedup(x.stageSeconds / (x.otherSeconds + x.stageSeconds), x.factor),
    }),
    formula({
      name: "karp-flatt",
      meaning: "serial share of the work, from a measured speed-up",
      inputs: {
        speedup: positive("x", "measured speed-up"),
        workers: count("1", "cores or devices", 2),
      },
      unit: "1",
      expression: "(1 / speedup - 1 / workers) / (1 - 1 / workers)",
      source: "Karp and Flatt, CACM 33(5), 1990",
      given: { speedup: 5.2632, workers: 10 },
      gives: [0.1, 0.00005],
      compute: (x) => (1 / x.speedup - 1 / x.workers) / (1 - 1 / x.workers),
    }),
    formula({
      name: "universal-scalability",
      meaning: "speed-up with contention and with the cost of keeping workers coherent",
      inputs: {
        workers,
        contention: share("share of the work that queues for something shared"),
        coherence: amount("1", "cost of each pair of workers, in shares of the work"),
      },
      unit: "x",
      expression:
        "workers / (1 + contention * (workers - 1) + coherence * workers * (workers - 1))",
      source: "Gunther, Guerrilla Capacity Planning, 2007",
      given: { workers: 10, contention: 0.05, coherence: 0.001 },
      gives: [10 / 1.54, 1e-9],
      compute: (x) =>
        x.workers /
        (1 + x.contention * (x.workers - 1) + x.coherence * x.workers * (x.workers - 1)),
    }),
    formula({
      name: "scaling-efficiency",
      meaning: "speed-up over workers",
      inputs: {
        oneSeconds: seconds("time on one worker"),
        manySeconds: seconds("time on all of them"),
        workers,
      },
      unit: "1",
      expression: "oneSeconds / (workers * manySeconds)",
      source: "definition",
      given: { oneSeconds: 8, manySeconds: 2.5, workers: 4 },
      gives: [0.8, 1e-12],
      compute: (x) => x.oneSeconds / (x.workers * x.manySeconds),
    }),
    formula({
      name: "speedup",
      meaning: "how many times faster",
      inputs: {
        baselineSeconds: seconds("time before"),
        optimizedSeconds: seconds("time after"),
      },
      unit: "x",
      expression: "baselineSeconds / optimizedSeconds",
      source: "definition",
      given: { baselineSeconds: 18e-3, optimizedSeconds: 10e-3 },
      gives: [1.8, 1e-12],
      compute: (x) => x.baselineSeconds / x.optimizedSeconds,
    }),
    formula({
      name: "improvement",
      meaning: "share of the time saved; the challenge asks for 30 %",
      inputs: {
        baselineSeconds: seconds("time before"),
        optimizedSeconds: amount("s", "time after"),
      },
      unit: "1",
      expression: "(baselineSeconds - optimizedSeconds) / baselineSeconds",
      source: "definition",
      given: { baselineSeconds: 10e-3, optimizedSeconds: 7e-3 },
      gives: [0.3, 1e-12],
      compute: (x) => (x.baselineSeconds - x.optimizedSeconds) / x.baselineSeconds,
    }),
    formula({
      name: "cumulative-speedup",
      meaning: "speed-up of several changes, each measured on top of the ones before",
      inputs: { speedups: listOf(positive("x", "speed-up of each change"), 1) },
      unit: "x",
      expression: "product(speedups)",
      source: "definition",
      given: { speedups: [1.5, 1.2, 1.1] },
      gives: [1.98, 1e-12],
      compute: (x) => x.speedups.reduce((product, each) => product * each, 1),
    }),
    formula({
      name: "littles-law",
      meaning: "average number in a system that neither gains nor loses in the long run",
      inputs: {
        ratePerSecond: amount("1/s", "arrivals a second"),
        seconds: amount("s", "average time in the system"),
      },
      unit: "1",
      expression: "ratePerSecond * seconds",
      source: LITTLE,
      given: { ratePerSecond: 200, seconds: 0.12 },
      gives: [24, 1e-9],
      compute: (x) => x.ratePerSecond * x.seconds,
    }),
    formula({
      name: "offered-load",
      meaning: "share of the servers' time that arrivals ask for; above 1 the queue grows for ever",
      inputs: {
        ratePerSecond: amount("1/s", "arrivals a second"),
        serviceSeconds: seconds("time of one service"),
        servers: withDefault(count("1", "servers"), 1),
      },
      unit: "1",
      expression: "ratePerSecond * serviceSeconds / servers",
      source: `utilisation law, from ${LITTLE}`,
      given: { ratePerSecond: 1000, serviceSeconds: 300e-6 },
      gives: [0.3, 1e-12],
      compute: (x) => (x.ratePerSecond * x.serviceSeconds) / x.servers,
    }),
    formula({
      name: "queue-response",
      meaning: "average time in a queue with one server and random arrivals and services (M/M/1)",
      inputs: {
        serviceSeconds: seconds("average time of one service"),
        load: shareBelowOne("share of the server's time asked for"),
      },
      unit: "s",
      expression: "serviceSeconds / (1 - load)",
      source: "Kleinrock, Queueing Systems I, 1975",
      given: { serviceSeconds: 5e-3, load: 0.9 },
      gives: [50e-3, 1e-12],
      compute: (x) => x.serviceSeconds / (1 - x.load),
    }),
    formula({
      name: "fixed-service-wait",
      meaning: "average wait for one server of constant service time and random arrivals (M/D/1)",
      inputs: {
        serviceSeconds: seconds("time of every service"),
        load: shareBelowOne("share of the server's time asked for"),
      },
      unit: "s",
      expression: "load * serviceSeconds / (2 * (1 - load))",
      source: "Pollaczek 1930, Khinchine 1932",
      given: { serviceSeconds: 5e-3, load: 0.8 },
      gives: [10e-3, 1e-12],
      compute: (x) => (x.load * x.serviceSeconds) / (2 * (1 - x.load)),
    }),
    formula({
      name: "serialized-streams",
      meaning:
        "time until the last of several streams is served when one engine takes them in turn",
      inputs: {
        streams: count("1", "streams that arrive together, as cameras do"),
        serviceSeconds: seconds("time of one service"),
      },
      unit: "s",
      expression: "streams * serviceSeconds",
      source: "MLPerf MultiStream: a query is as slow as its slowest sample",
      given: { streams: 8, serviceSeconds: 5e-3 },
      gives: [40e-3, 1e-12],
      compute: (x) => x.streams * x.serviceSeconds,
    }),
    formula({
      name: "launch-overhead",
      meaning: "time of kernels launched one by one: the slower of launching and computing decides",
      inputs: { kernels, kernelSeconds, launchSeconds: amount("s", "launch of one kernel") },
      unit: "s",
      expression: "kernels * max(kernelSeconds, launchSeconds)",
      source: CUDA_GRAPHS,
      given: { kernels: 300, kernelSeconds: 2e-6, launchSeconds: 5e-6 },
      gives: [1500e-6, 1e-12],
      compute: (x) => x.kernels * Math.max(x.kernelSeconds, x.launchSeconds),
    }),
    formula({
      name: "graph-capture",
      meaning: "time of the same kernels as one captured graph",
      inputs: { kernels, kernelSeconds, graphSeconds: amount("s", "launch of the graph") },
      unit: "s",
      expression: "graphSeconds + kernels * kernelSeconds",
      source: CUDA_GRAPHS,
      given: { kernels: 300, kernelSeconds: 2e-6, graphSeconds: 10e-6 },
      gives: [610e-6, 1e-12],
      compute: (x) => x.graphSeconds + x.kernels * x.kernelSeconds,
    }),
    formula({
      name: "call-overhead",
      meaning: "time of an empty call, from calls of two lengths: t = a + b * steps, solved for a",
      inputs: {
        shortSteps: count("1", "steps of the short call"),
        shortSeconds: seconds("time of the short call"),
        longSteps: count("1", "steps of the long call"),
        longSeconds: seconds("time of the long call"),
      },
      unit: "s",
      expression:
        "(shortSeconds * longSteps - longSeconds * shortSteps) / (longSteps - shortSteps)",
      source: "straight line through two points",
      given: { shortSteps: 1, shortSeconds: 20e-6, longSteps: 11, longSeconds: 120e-6 },
      gives: [10e-6, 1e-15],
      compute: (x) => {
        if (x.longSteps <= x.shortSteps) {
          throw contradiction(
            `longSteps ${x.longSteps} is not above shortSteps ${x.shortSteps}`,
            "calls of one length do not tell overhead from steps",
          );
        }
        return (
          (x.shortSeconds * x.longSteps - x.longSeconds * x.shortSteps) /
          (x.longSteps - x.shortSteps)
        );
      },
    }),
    formula({
      name: "overhead-share",
      meaning: "share of a call that is not work",
      inputs: {
        callSeconds: seconds("time of the whole call"),
        emptySeconds: amount("s", "time of an empty call"),
      },
      unit: "1",
      expression: "emptySeconds / callSeconds",
      source: "definition",
      given: { callSeconds: 20e-6, emptySeconds: 10e-6 },
      gives: [0.5, 1e-12],
      compute: (x) => {
        if (x.emptySeconds > x.callSeconds) {
          throw contradiction(
            `emptySeconds ${x.emptySeconds} s is above callSeconds ${x.callSeconds} s`,
            "a call takes at least as long as an empty one",
          );
        }
        return x.emptySeconds / x.callSeconds;
      },
    }),
    formula({
      name: "required-factor",
      meaning: "how much faster a share of the time must get for the whole to reach a speed-up",
      inputs: {
        parallelShare: positiveShare("share of the time that gets faster"),
        speedup: positive("x", "speed-up of the whole that is asked for"),
      },
      unit: "x",
      expression: "parallelShare / (1 / speedup - 1 + parallelShare)",
      source: `${AMDAHL}, solved for the factor`,
      given: { parallelShare: 0.8, speedup: 2.5 },
      gives: [4, 1e-9],
      compute: (x) => {
        const left = 1 / x.speedup - 1 + x.parallelShare;
        if (left <= 0) {
          throw contradiction(
            `speedup ${x.speedup} is out of reach of a share of ${x.parallelShare}`,
            "even if that share vanished, the rest would take too long (amdahl-limit)",
          );
        }
        return x.parallelShare / left;
      },
    }),
  ],
};
