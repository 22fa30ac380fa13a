/** Hops in rings that never end: which is taken, what is lost, and what is heard where the core is late. */
import { beforeAll, describe, expect, test } from "vitest";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

const HOP = 16;
const SILENCE = Array.from({ length: HOP }, () => 0);
/** Samples are their numbers, from 1. */
const hopFrom = (first: number) => SILENCE.map((_, i) => first + i);

describe.skipIf(!hasGcc)("hal/hop_ring.c", () => {
  let program = "";
  beforeAll(() => {
    program = buildOnHost("ring", ["firmware/hal/hop_ring.c", "test/unit/firmware/ring_harness.c"]);
  }, 60_000);

  // From zero, and so that every place of the run crosses 2^31 at another moment of a hop.
  test.each([0, 2 ** 31 - 1, 2 ** 31 - 20, 2 ** 31 - 100, 2 ** 31 - 170])(
    "keeps time, loses and plays silence as counted, from place %i on",
    (base) => {
      const looks = [
        ...[16, 20, 34], // the first hop, nothing new, the second
        80, // three more are whole: the last, in time for 96; nothing for 64 and 80
        121, // two more: the last is too late for 128, three samples ahead; nothing for 112
        136, // the next, which four samples are enough for
        ...[144, 163, 176],
        260, // five more: the last, in time for 272; nothing for 208 to 256, longer than the ring lasts
      ];
      const { status, stdout, stderr } = runOnHost(
        program,
        [String(base)],
        Buffer.from(`${looks.join("\n")}\n`),
      );
      expect(status, stderr).toBe(0);
      // Lost: 32 and 48 at 80, 80 at 121, 176 to 224 at 260, and the last one, which the harness lets be overwritten.
      expect(stderr).toBe("1 none 17 65 97 113 129 145 161 241 kept 1 0 lost 8 gaps 8\n");
      const lines = stdout.toString().trim().split("\n");
      expect(lines.slice(0, 17).map((line) => line.trim().split(" ").map(Number))).toEqual([
        ...[SILENCE, SILENCE, hopFrom(1), hopFrom(17)],
        ...[SILENCE, SILENCE, hopFrom(65), SILENCE, SILENCE],
        ...[hopFrom(113), hopFrom(129), hopFrom(145), hopFrom(161)],
        // The last two come round again after 64 samples, until the next is given; those before were made silent.
        ...[SILENCE, SILENCE, hopFrom(145), [...hopFrom(161).slice(0, 8), ...SILENCE.slice(8)]],
      ]);
    },
  );
});
