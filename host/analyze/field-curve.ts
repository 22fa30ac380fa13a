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
    /** STOI of the mixture, and of what is left; absent in older recordings and for less than 0.4 s of speech. */
    readonly stoiIn?: number;
    readonly models: readonly {
      readonly name: string;
      readonly siSdrOutDb: number;
      readonly stoiOut?: number;
    }[];
  }[];
}

export interface FieldDocument {
  readonly clip: string;
  readonly noise: string;
  readonly rows: readonly {
    readonly snr: Quantity;
    readonly siSdrIn: Quantity;
    /** Where it is known, as in FieldFacts. */
    readonly stoiIn?: Quantity;
    readonly models: readonly {
      readonly name: string;
      readonly siSdrOut: Quantity;
      /** Below 0: the model made it worse. */
      readonly siSdrGain: Quantity;
      readonly stoiOut?: Quantity;
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
    rows: rows.map(({ snrDb, siSdrInDb, stoiIn, models }) => {
      const siSdrIn = measured(siSdrInDb, "dB", "SI-SDR of the mixture against the clean speech");
      return {
        snr: stated(snrDb, "dB", "asked for"),
        siSdrIn,
        ...(stoiIn === undefined
          ? {}
          : { stoiIn: measured(stoiIn, "1", "STOI of the mixture against the clean speech") }),
        models: models.map(({ name, siSdrOutDb, stoiOut }) => {
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
            ...(stoiOut === undefined
              ? {}
              : { stoiOut: measured(stoiOut, "1", `STOI of what the exact twin of ${name} left`) }),
          };
        }),
      };
    }),
  };
}
