/**
 * Runs a generated front end alone on an emulated board and compares every hop of its answers with the twin's.
 * Writing its C and counting it is left to count-front-end.ts, which hops it is given to the callers.
 */
import {
  type ActivationArray,
  createFrontEndTwin,
  type EmulatedBoard,
  type FrontEndPlan,
} from "../../../codegen/index.ts";
import { explainEnding } from "../../link/outcome.ts";
import { Session } from "../../link/session.ts";
import { prepareDevice } from "../device.ts";
import type { Progress } from "../progress.ts";

/** What one hop is given. */
export interface FrontEndHop {
  /** [hopLength] */
  readonly samples: Int16Array;
  /** The model's output for it, in its own type. [bandCount] */
  readonly gains: ActivationArray;
}

export interface FrontEndBitsRequest {
  readonly board: EmulatedBoard;
  /** Folder, key and plan of its C, as writeFrontEnd gives them. */
  readonly modelDir: string;
  readonly key: string;
  readonly plan: FrontEndPlan;
  /** From silence on. */
  readonly hops: readonly FrontEndHop[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const joined = (...parts: readonly ActivationArray[]): Buffer =>
  Buffer.concat(
    parts.map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    ),
  );

/**
 * The numbers, from 0, of the hops whose features or samples are not the twin's bits; empty when all are.
 * @throws what prepareDevice and the session throw; RangeError when the board answers another number of hops
 */
export async function differingHops(request: FrontEndBitsRequest): Promise<readonly number[]> {
  const { plan, hops, ...where } = request;
  const device = await prepareDevice({ ...where, app: "stream" });
  const session = new Session(device.link);
  try {
    await session.open();
    await session.stream(hops.map(({ samples, gains }) => joined(samples, gains)));
    const result = await session.finish();
    const failure = explainEnding(result);
    if (failure) throw failure;
    const { outputs } = result.run;
    if (outputs.length !== hops.length) {
      throw new RangeError(`${outputs.length} of ${hops.length} hops were answered`);
    }
    const twin = createFrontEndTwin(plan);
    return hops.flatMap(({ samples, gains }, hop) => {
      const features = joined(twin.analyse(samples));
      const expected = Buffer.concat([features, joined(twin.synthesise(gains))]);
      return expected.equals(outputs[hop]?.record.values ?? new Uint8Array()) ? [] : [hop];
    });
  } finally {
    await session.close();
    await device.dispose();
  }
}
