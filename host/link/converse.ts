/**
 * Holds a whole conversation with a device: greeting, one piece of work, goodbye.
 * The steps themselves are left to session.ts.
 */
import type { RunResult } from "./outcome.ts";
import { Session, type SessionOptions } from "./session.ts";
import type { Link } from "./source.ts";

/** What a device is asked to do between greeting and goodbye. */
export type Work =
  | {
      readonly kind: "stream";
      readonly frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
    }
  | { readonly kind: "measure"; readonly frames: number; readonly seed: number };

/** A whole conversation: greeting, `work`, goodbye. Throws as Session.open does; how it ended is in the result. */
export async function converse(
  link: Link,
  work: Work,
  options: SessionOptions = {},
): Promise<RunResult> {
  const session = new Session(link, options);
  try {
    await session.open();
    if (work.kind === "stream") await session.stream(work.frames);
    else await session.measure(work.frames, work.seed);
    return await session.finish();
  } finally {
    await session.close();
  }
}
