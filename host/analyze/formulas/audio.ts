/**
 * Formulas of audio at the edge: frames, streams, deadlines, and how clean a signal is.
 * Energy is left to energy.ts, radios to network.ts.
 */
import { programTime } from "../iron-law.ts";
import { timesThatFit } from "./fits.ts";
import { formula, type Theme } from "./formula.ts";
import { amount, count, innerShare, positive, real, withDefault } from "./input.ts";

const FRAMES = "definition of a frame: one hop of samples";
const sampleRate = positive("sample/s", "samples a second");
const hopSamples = count("1", "new samples a frame");
const computeSeconds = amount("s", "computing one frame");
const hopSeconds = positive("s", "time between two frames");
const clockHz = positive("Hz", "clock");
const cyclesPerMac = positive("cycle/MAC", "cycles a multiply-accumulate");

export const AUDIO: Theme = {
  title: "Audio at the edge",
  formulas: [
    formula({
      name: "frame-rate",
      meaning: "frames a second",
      inputs: { sampleRate, hopSamples },
      unit: "frame/s",
      expression: "sampleRate / hopSamples",
      source: FRAMES,
      given: { sampleRate: 16_000, hopSamples: 160 },
      gives: [100, 1e-9],
      compute: (x) => x.sampleRate / x.hopSamples,
    }),
    formula({
      name: "algorithmic-latency",
      meaning: "delay of windowed processing even on an infinitely fast device",
      inputs: { windowSamples: count("1", "samples of the analysis window"), sampleRate },
      unit: "s",
      expression: "windowSamples / sampleRate",
      source: "overlap-add: a sample is complete when the last window over it is",
      given: { windowSamples: 320, sampleRate: 16_000 },
      gives: [20e-3, 1e-12],
      compute: (x) => x.windowSamples / x.sampleRate,
    }),
    formula({
      name: "pcm-bit-rate",
      meaning: "bits a second of plain audio",
      inputs: {
        sampleRate,
        bitsPerSample: withDefault(count("bit", "size of a sample"), 16),
        channels: withDefault(count("1", "channels"), 1),
      },
      unit: "bit/s",
      expression: "sampleRate * bitsPerSample * channels",
      source: "definition",
      given: { sampleRate: 16_000 },
      gives: [256_000, 0],
      compute: (x) => x.sampleRate * x.bitsPerSample * x.channels,
    }),
    formula({
      name: "codec-frame-bytes",
      meaning: "bytes of one frame at a bit rate",
      inputs: {
        bitsPerSecond: positive("bit/s", "Opus 24 k, LC3 32 k, PCM 256 k"),
        frameSeconds: positive("s", "length of a frame"),
      },
      unit: "byte",
      expression: "bitsPerSecond * frameSeconds / 8",
      source: "RFC 6716 (Opus), Bluetooth LC3 1.0",
      given: { bitsPerSecond: 24_000, frameSeconds: 20e-3 },
      gives: [60, 1e-9],
      compute: (x) => (x.bitsPerSecond * x.frameSeconds) / 8,
    }),
    formula({
      name: "frame-time",
      meaning: "time of one frame on a core",
      inputs: { macs: amount("MAC", "multiply-accumulates a frame"), cyclesPerMac, clockHz },
      unit: "s",
      expression: "macs * cyclesPerMac / clockHz",
      source: "Hennessy and Patterson, Computer Architecture, section 1.9",
      given: { macs: 32_768, cyclesPerMac: 3.93, clockHz: 64e6 },
      gives: [2.01e-3, 0.005e-3],
      compute: (x) => programTime(x.macs, x.cyclesPerMac, x.clockHz),
    }),
    formula({
      name: "macs-in-deadline",
      meaning: "multiply-accumulates that fit a deadline",
      inputs: {
        deadlineSeconds: positive("s", "time allowed"),
        overheadSeconds: withDefault(amount("s", "front end and everything else"), 0),
        clockHz,
        cyclesPerMac,
      },
      unit: "MAC",
      expression: "max(0, deadlineSeconds - overheadSeconds) * clockHz / cyclesPerMac",
      source: "frame-time solved for macs",
      given: { deadlineSeconds: 10e-3, clockHz: 64e6, cyclesPerMac: 4 },
      gives: [160_000, 1e-6],
      compute: (x) =>
        (Math.max(0, x.deadlineSeconds - x.overheadSeconds) * x.clockHz) / x.cyclesPerMac,
    }),
    formula({
      name: "real-time-factor",
      meaning: "share of a hop spent computing; below 1 the device keeps up",
      inputs: { computeSeconds, hopSeconds },
      unit: "1",
      expression: "computeSeconds / hopSeconds",
      source: FRAMES,
      given: { computeSeconds: 2e-3, hopSeconds: 10e-3 },
      gives: [0.2, 1e-12],
      compute: (x) => x.computeSeconds / x.hopSeconds,
    }),
    formula({
      name: "streams-per-device",
      meaning: "whole streams that one device carries",
      inputs: { computeSeconds: positive("s", "computing one frame"), hopSeconds },
      unit: "1",
      expression: "floor(hopSeconds / computeSeconds)",
      source: "utilisation law, from Little 1961",
      given: { computeSeconds: 3e-3, hopSeconds: 10e-3 },
      gives: [3, 0],
      compute: (x) => timesThatFit(x.hopSeconds, x.computeSeconds),
    }),
    formula({
      name: "signal-to-noise",
      meaning: "signal to noise from the two amplitudes",
      inputs: {
        signalRms: positive("1", "root mean square of the signal"),
        noiseRms: positive("1", "root mean square of the noise"),
      },
      unit: "dB",
      expression: "20 * log10(signalRms / noiseRms)",
      source: "definition of the decibel",
      given: { signalRms: 1, noiseRms: 0.1 },
      gives: [20, 1e-12],
      compute: (x) => 20 * Math.log10(x.signalRms / x.noiseRms),
    }),
    formula({
      name: "mixing-gain",
      meaning: "factor for a noise that makes a mixture of a signal-to-noise ratio",
      inputs: {
        signalRms: positive("1", "root mean square of the signal"),
        noiseRms: positive("1", "root mean square of the noise before"),
        decibels: real("dB", "signal to noise wanted"),
      },
      unit: "1",
      expression: "signalRms / noiseRms / 10 ^ (decibels / 20)",
      source: "signal-to-noise solved for the noise",
      given: { signalRms: 1, noiseRms: 0.5, decibels: 20 },
      gives: [0.2, 1e-12],
      compute: (x) => x.signalRms / x.noiseRms / 10 ** (x.decibels / 20),
    }),
    formula({
      name: "si-sdr-of-correlation",
      meaning: "scale-invariant signal to distortion from the correlation with the clean signal",
      inputs: { correlation: innerShare("correlation of estimate and clean signal") },
      unit: "dB",
      expression: "10 * log10(correlation ^ 2 / (1 - correlation ^ 2))",
      source: "Le Roux et al., SDR: half-baked or well done?, 2019",
      given: { correlation: 0.9 },
      gives: [6.297, 0.0005],
      compute: (x) =>
        10 * Math.log10(x.correlation ** 2 / ((1 - x.correlation) * (1 + x.correlation))),
    }),
  ],
};
