/**
 * Decides how drift, throttling and quality in noise read in a terminal.
 * The numbers are left to analyze/sustained.ts and analyze/field-curve.ts.
 */
import type { FieldDocument } from "../analyze/field-curve.ts";
import type { Quantity } from "../analyze/quantity.ts";
import type { SustainedDocument } from "../analyze/sustained.ts";
import { formatNumber, formatValue, KIND_MARK } from "./format.ts";

/** Level changes shown; the document has all. */
const SHOWN = 5;

const shown = ({ value, unit, kind, simulated }: Quantity): string =>
  `${formatValue(value, unit)}  ${simulated ? "simulated" : `${KIND_MARK[kind]} ${kind}`}`;

export function sustainedLines(document: SustainedDocument): readonly string[] {
  const { duration, frames, latency, late, drift, throttling, temperature, why } = document;
  const { changes } = throttling;
  const range = drift?.interval?.map((value) => formatNumber(value)).join(" to ");
  return [
    `  duration      ${shown(duration)}`,
    `  due to answer ${shown(latency)}, median`,
    `  late          ${formatNumber(late.value, 9)} of ${formatNumber(frames.value, 9)} answers came after the next frame was due`,
    drift
      ? `  drift         ${shown(drift)}, 95 % ${range}`
      : `  drift         none: ${why.drift ?? ""}`,
    `  throttling    ${throttlingLine(document)}`,
    ...changes
      .slice(0, SHOWN)
      .map(
        ({ frame, before, after, at }) =>
          `    at ${formatValue(at.value, "s")}, frame ${formatNumber(frame, 9)}: ${formatValue(before.value, "ms")} to ${formatValue(after.value, "ms")}`,
      ),
    ...(changes.length > SHOWN ? [`    and ${changes.length - SHOWN} more`] : []),
    temperature
      ? `  temperature   ${formatValue(temperature.first.value, "degC")} to ${shown(temperature.last)}`
      : `  temperature   none: ${why.temperature ?? ""}`,
  ];
}

function throttlingLine({ throttling, why }: SustainedDocument): string {
  const { found, changes, falseAlarms } = throttling;
  if (found === null) return `not known: ${why.throttling ?? ""}`;
  if (found) return `THROTTLED: the run ends slower than it began (${falseAlarms})`;
  if (changes.length > 0) return `levels changed, but the run does not end slower (${falseAlarms})`;
  return `none found (${falseAlarms})`;
}

/** A line a ratio, a column a model: SI-SDR after, the gain, and STOI where it is known. */
export function fieldLines({ clip, noise, rows }: FieldDocument): readonly string[] {
  const cell = (value: number) => formatNumber(value).padStart(6);
  const heard = (stoi: { readonly value: number } | undefined): string =>
    stoi === undefined ? "" : ` ${stoi.value.toFixed(3)}`;
  const names = rows[0]?.models.map(({ name }) => name.padEnd(24)) ?? [];
  const withStoi = rows.some(({ stoiIn }) => stoiIn !== undefined);
  return [
    `  ${clip} in ${noise}; SI-SDR [dB]${withStoi ? " and STOI" : ""} by the exact twins, ${KIND_MARK.measured} measured`,
    `  SNR [dB]   ${"mixture".padEnd(withStoi ? 15 : 8)}  ${names.join("  ")}`.trimEnd(),
    ...rows.map(({ snr, siSdrIn, stoiIn, models }) => {
      const cells = models.map(({ siSdrOut, siSdrGain, stoiOut }) =>
        `${cell(siSdrOut.value)} (${siSdrGain.value < 0 ? "" : "+"}${formatNumber(siSdrGain.value)})${heard(stoiOut)}`.padEnd(
          24,
        ),
      );
      return `  ${cell(snr.value)}     ${cell(siSdrIn.value)}${heard(stoiIn).padEnd(withStoi ? 8 : 0)}    ${cells.join("  ")}`.trimEnd();
    }),
  ];
}
