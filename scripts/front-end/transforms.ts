/**
 * How models hear with the transform they have now against the one before, as rows of a table.
 * Measuring is left to training/compare_transforms.py, the page to write-front-end.ts.
 */

/** What training/compare_transforms.py records of each model: means over the clips of a ratio [dB]. */
export type TransformComparison = Readonly<
  Record<
    string,
    {
      /** The other model. */
      readonly before: string;
      readonly beforeFftSize: number;
      readonly fftSize: number;
      readonly clipsPerSnr: number;
      readonly bySnrDb: Readonly<
        Record<
          string,
          {
            readonly beforeDb: number;
            readonly gainDb: number;
            readonly differenceDb: number;
            /** 95 % interval of the mean difference. */
            readonly lowDb: number;
            readonly highDb: number;
          }
        >
      >;
    }
  >
>;

/** A row a model and ratio, lowest ratio first. */
export function transformRows(compared: TransformComparison): readonly string[] {
  return Object.entries(compared).flatMap(([name, { bySnrDb, ...sizes }]) =>
    Object.entries(bySnrDb)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([snr, { beforeDb, gainDb, differenceDb, lowDb, highDb }]) => {
        const models = [
          `\`${sizes.before}\`, ${sizes.beforeFftSize}`,
          `\`${name}\`, ${sizes.fftSize}`,
        ];
        const interval = `${lowDb.toFixed(3)} to ${highDb.toFixed(3)}`;
        const gains = [beforeDb.toFixed(2), gainDb.toFixed(2), differenceDb.toFixed(3)];
        return `| ${[...models, snr, sizes.clipsPerSnr, ...gains, interval].join(" | ")} |`;
      }),
  );
}
