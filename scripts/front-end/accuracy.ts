/**
 * How far a generated front end is from the float64 one on clips: SI-SDR of the cleaned audio with the same network.
 * Which clips, and how the rows are shown, is left to the callers.
 */
import { join } from "node:path";
import {
  analyse,
  type CalibrationData,
  createFrontEndTwin,
  createTwin,
  dequantizeValues,
  type FrontEnd,
  type FrontEndArithmetic,
  generate,
  type IntegerFormat,
  type LoadedModel,
  loadBoard,
  quantizeValues,
  type Sidecar,
  synthesise,
} from "../../codegen/index.ts";
import { readRecordings } from "../../host/audio/recordings.ts";
import { siSdrDb } from "../../host/audio/si-sdr.ts";
import { readMono } from "../../host/audio/wav-file.ts";

/** Paths of one clip. */
export interface FrontEndClip {
  readonly name: string;
  readonly noisy: string;
  readonly clean: string;
}

/** SI-SDR against the clean clip [dB]. */
export interface ClipAccuracy {
  readonly name: string;
  readonly noisyDb: number;
  /** Cleaned with float64 front end and integer network. */
  readonly float64Db: number;
  /** Cleaned with the generated front end and the same network. */
  readonly generatedDb: number;
}

/** @param fftSize in place of the sidecar's: the network then hears what it was not trained on, in both alike */
export function frontEndAccuracy(
  { model, sidecar, directory }: LoadedModel & { readonly sidecar: Sidecar },
  format: IntegerFormat,
  clips: readonly FrontEndClip[],
  fftSize = sidecar.frontEnd.fftSize,
  frontEndArithmetic: FrontEndArithmetic = "fixed",
): readonly ClipAccuracy[] {
  const frontEnd: FrontEnd = { ...sidecar.frontEnd, fftSize };
  const { sampleRateHz, hopLength } = frontEnd;
  const recordings = readRecordings(join(directory, sidecar.calibration), sampleRateHz);
  const calibration: CalibrationData = {
    source: sidecar.calibration,
    sequences: recordings.map(({ samples }) => analyse(samples, frontEnd).features),
  };
  const board = loadBoard("qemu-m4");
  const generated = generate({
    ...{ model, board, format, calibration },
    ...{ frontEnd, frontEndArithmetic },
  });
  if (generated.frontEnd === null) throw new RangeError("no front end was generated");
  const { input, output } = generated.frontEnd;
  const audio = createFrontEndTwin(generated.frontEnd);
  const network = createTwin(generated.stages.quantize.model);

  const viaFloat64 = (noisy: Int16Array): ArrayLike<number> => {
    network.reset();
    const { features, spectra } = analyse(noisy, frontEnd);
    const gains = features.map((frame) =>
      dequantizeValues(network.step(quantizeValues(frame, input).values), output),
    );
    return synthesise(spectra, gains, frontEnd, noisy.length);
  };
  const viaGenerated = (noisy: Int16Array): ArrayLike<number> => {
    network.reset();
    audio.reset();
    // One hop more, which brings the last one out.
    const samples = new Int16Array((Math.ceil(noisy.length / hopLength) + 1) * hopLength);
    samples.set(noisy);
    const cleaned = new Int16Array(samples.length);
    for (let start = 0; start < samples.length; start += hopLength) {
      const values = network.step(audio.analyse(samples.subarray(start, start + hopLength)));
      cleaned.set(audio.synthesise(values), start);
    }
    return cleaned.subarray(hopLength, hopLength + noisy.length);
  };
  return clips.map((clip) => {
    const noisy = readMono(clip.noisy, sampleRateHz);
    const clean = readMono(clip.clean, sampleRateHz);
    return {
      name: clip.name,
      noisyDb: siSdrDb(noisy, clean),
      float64Db: siSdrDb(viaFloat64(noisy), clean),
      generatedDb: siSdrDb(viaGenerated(noisy), clean),
    };
  });
}
