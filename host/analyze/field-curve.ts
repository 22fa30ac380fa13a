/**
 * The document of a curve of quality in noise: one model and another beside it, at each signal-to-noise ratio.
 * Mixing and computing is left to workflow/field-curve.ts.
 */
import { requireFiniteIn } from "./number-limits.ts";
import type { Quantity } from "./quantity.ts";
import { derive, measured, stated } from "./quantity.ts";

/** What the exact twins made of one clip in noise [dB]. */
export interface FieldFacts {
  readonly clip: string;
  readonly noise: string;
  readonly rows: readonly {
    readonly snrDb: number;
    readonly siSdrInDb: number;
    readonly models: readonly { readonly name: string; readonly siSdrOutDb: number }[];
  }[];
}

export interface FieldDocument {
  readonly clip: string;
  readonly noise: string;
  readonly rows: readonly {
    readonly snr: Quantity;
    readonly siSdrIn: Quantity;
    readonly models: readonly {
      readonly name: string;
      readonly siSdrOut: Quantity;
      /** Below 0: the model made it worse. */
      readonly siSdrGain: Quantity;
    }[];
  }[];
}

/** @throws AnalysisError TP-USE-242 for a number that is not finite */
export function fieldDocument(facts: FieldFacts): FieldDocument {
  requireFiniteIn("a curve of quality", facts);
  const { clip, noise, rows } = facts;
  return {
    clip,
    noise,
    rows: rows.map(({ snrDb, siSdrInDb, models }) => {
      const siSdrIn = measured(siSdrInDb, "dB", "SI-SDR of the mixture against the clean speech");
      return {
        snr: stated(snrDb, "dB", "asked for"),
        siSdrIn,
        models: models.map(({ name, siSdrOutDb }) => {
          const siSdrOut = measured(
            siSdrOutDb,
            "dB",
            `SI-SDR of what the exact twin of ${name} left`,
          );
          const gain = siSdrOutDb - siSdrInDb;
          return {
            name,
            siSdrOut,
            siSdrGain: derive(gain, "dB", "SI-SDR after - before", [siSdrOut, siSdrIn]),
          };
        }),
      };
    }),
  };
}
