/**
 * Decides whether the device that answered is the one the host was built to talk to.
 * Asking it is left to session.ts.
 */
import { LinkError } from "../../codegen/index.ts";
import type { HelloRecord } from "../decode/records.gen.ts";
import { WIRE_VERSION } from "../decode/records.ts";

/** What the host knows about the firmware; what is left out is not checked. */
export interface Expectation {
  readonly board?: string;
  readonly app?: string;
  /** First 8 bytes of the plan's SHA-256 in hex. */
  readonly modelDigest?: string;
}

const FIX =
  "load it again: pioneer run with --port, which builds and uploads, or without for an emulator";
const ANOTHER_PORT = "name the port of the board that is meant: pioneer ports lists them";

/** The refusal of a device that speaks another version of the wire. */
export function wireVersionError(found: number): LinkError {
  return new LinkError(
    "TP-LINK-004",
    {
      what: `the device speaks version ${found} of the wire; this host speaks version ${WIRE_VERSION}`,
      why: "its firmware was built by another version of this project",
      fix: FIX,
    },
    { found, expected: WIRE_VERSION },
  );
}

/** Throws LinkError TP-LINK-005 for the first thing that is not as expected. */
export function checkGreeting(hello: HelloRecord, expectation: Expectation): void {
  const names = { board: "board", app: "program", modelDigest: "model digest" } as const;
  for (const key of ["board", "app", "modelDigest"] as const) {
    const expected = expectation[key];
    if (expected === undefined || expected === hello[key]) continue;
    throw new LinkError(
      "TP-LINK-005",
      {
        what: `the device runs ${names[key]} ${hello[key] || "(none)"}; expected ${expected}`,
        why: "its firmware was built from something else, so its values would not compare",
        fix: key === "board" ? ANOTHER_PORT : FIX,
      },
      { field: key, found: hello[key], expected },
    );
  }
}
