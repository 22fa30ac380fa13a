/**
 * Decides how a clip looks: its waveform over its spectrogram, on one time axis.
 * The cells of the spectrogram are left to spectrogram.ts, playing the clip to the page.
 */
import { formatNumber } from "./format.ts";
import { spectrogramOf, spectrogramUri } from "./spectrogram.ts";
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

/** @param reference see spectrogramOf: the same for clips that are to be compared */
export function clipPicture(clip: Clip, reference: number): Picture {
  const seconds = clip.samples.length / clip.sampleRateHz;
  const x = linearScale([0, seconds], [LEFT, RIGHT]);
  const kilohertz = clip.sampleRateHz / 2000;
  const y = linearScale([0, kilohertz], [BOTTOM, TOP]);
  const uri = spectrogramUri(spectrogramOf(clip.samples, reference));
  const body = [
    waveform(clip, x),
    `<image href="${uri}" x="${LEFT}" y="${TOP}" width="${RIGHT - LEFT}" height="${BOTTOM - TOP}" preserveAspectRatio="none"/>`,
    axes(
      {
        scale: x,
        ticks: roundTicks(x.domain, 8),
        label: "time [s]",
        format: (value) => formatNumber(value),
      },
      {
        scale: y,
        ticks: roundTicks(y.domain, 4),
        label: "frequency [kHz]",
        format: (value) => formatNumber(value),
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
function waveform(clip: Clip, x: Scale): string {
  const columns = RIGHT - LEFT;
  const y = linearScale([-32768, 32768], [WAVE_TOP + WAVE_HEIGHT, WAVE_TOP]);
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
