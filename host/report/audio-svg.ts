/**
 * Decides how a clip looks: its waveform over its spectrogram, on one time axis.
 * The cells of the spectrogram are left to spectrogram.ts, playing the clip to the page.
 */
import { formatNumber, formatTick } from "./format.ts";
import { loudestBin, spectrogramOf, spectrogramUri } from "./spectrogram.ts";
import type { Picture, Scale } from "./svg.ts";
import { at, axes, linearScale, roundTicks } from "./svg.ts";

/** A sound with the samples to draw. */
export interface Clip {
  /** Short and unique: "noisy", "cleaned", "clean". */
  readonly id: string;
  /** As the reader sees it. */
  readonly label: string;
  readonly sampleRateHz: number;
  /** Mono, 16-bit PCM. */
  readonly samples: Int16Array;
  /** The whole WAV file, for the player. */
  readonly wav: Uint8Array;
}

const WIDTH = 760;
const LEFT = 78;
const RIGHT = WIDTH - 16;
const WAVE_TOP = 6;
const WAVE_HEIGHT = 48;
const TOP = WAVE_TOP + WAVE_HEIGHT + 6;
const BOTTOM = TOP + 120;

/** What is drawn at full height and full brightness. */
export interface Loudness {
  /** Largest sample. */
  readonly peak: number;
  /** Largest magnitude of a bin, see spectrogramOf. */
  readonly bin: number;
}

/** The loudest of several clips: the common scale of pictures that are to be compared. */
export function loudnessOf(clips: readonly Clip[]): Loudness {
  const peaks = clips.map((clip) =>
    clip.samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 1),
  );
  return {
    peak: Math.max(1, ...peaks),
    bin: Math.max(...clips.map((clip) => loudestBin(clip.samples))),
  };
}

/** @param loudness the same for clips that are to be compared */
export function clipPicture(clip: Clip, loudness: Loudness): Picture {
  const seconds = clip.samples.length / clip.sampleRateHz;
  const x = linearScale([0, seconds], [LEFT, RIGHT]);
  const kilohertz = clip.sampleRateHz / 2000;
  const y = linearScale([0, kilohertz], [BOTTOM, TOP]);
  const uri = spectrogramUri(spectrogramOf(clip.samples, loudness.bin));
  const body = [
    waveform(clip, loudness.peak, x),
    `<image href="${uri}" x="${LEFT}" y="${TOP}" width="${RIGHT - LEFT}" height="${BOTTOM - TOP}" preserveAspectRatio="none"/>`,
    axes(
      {
        scale: x,
        ticks: roundTicks(x.domain, 8),
        label: "time [s]",
        format: formatTick,
      },
      {
        scale: y,
        ticks: roundTicks(y.domain, 4),
        label: "frequency [kHz]",
        format: formatTick,
      },
    ).replaceAll("tp-grid", "tp-grid tp-over"),
  ].join("\n");
  return {
    id: `clip-${clip.id}`,
    title: `${clip.label}: waveform and spectrogram`,
    description: `${formatNumber(seconds)} s at ${formatNumber(clip.sampleRateHz / 1000)} kHz; brighter is louder.`,
    width: WIDTH,
    height: BOTTOM + 46,
    body,
  };
}

/** Least and largest sample of every pixel column. */
function waveform(clip: Clip, peak: number, x: Scale): string {
  const columns = RIGHT - LEFT;
  const y = linearScale([-peak, peak], [WAVE_TOP + WAVE_HEIGHT, WAVE_TOP]);
  const upper: string[] = [];
  const lower: string[] = [];
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * clip.samples.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * clip.samples.length) / columns));
    let low = 0;
    let high = 0;
    for (let i = from; i < to; i++) {
      const sample = clip.samples[i] ?? 0;
      if (sample < low) low = sample;
      if (sample > high) high = sample;
    }
    const px = at(x.range[0] + column);
    upper.push(`${px} ${at(y(high) - 0.3)}`);
    lower.push(`${px} ${at(y(low) + 0.3)}`);
  }
  return `<path class="tp-main" d="M${upper.join("L")}L${lower.reverse().join("L")}Z"/>`;
}
