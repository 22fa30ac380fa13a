/** The manifest that the tests of captures write. */
import type { CaptureManifest } from "../../host/capture/manifest.ts";

export const MANIFEST: CaptureManifest = {
  schema: 1,
  toolVersion: "0.1.0",
  board: "sim",
  as: null,
  app: "stream",
  format: "int8",
  model: { name: "toy", digest: "0123456789abcdef" },
  wireVersion: 1,
  link: "a socket",
};
