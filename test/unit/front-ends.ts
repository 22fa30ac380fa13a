/** The shipped models' front end with plain statistics, for tests. */

import type { FrontEnd } from "../../codegen/model/sidecar.ts";

export const SHIPPED_FRONT_END: FrontEnd = {
  sampleRateHz: 16000,
  windowLength: 320,
  hopLength: 160,
  fftSize: 512,
  window: "sqrt-hann-periodic",
  bands: { count: 32, scale: "mel", lowHz: 60, highHz: 8000 },
  features: {
    kind: "log2-band-power",
    epsilon: 1e-9,
    mean: new Float64Array(32).fill(-8),
    deviation: new Float64Array(32).fill(4),
  },
  gains: { kind: "band-gain" },
};
