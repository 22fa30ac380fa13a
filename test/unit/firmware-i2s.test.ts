/** Sound by ESP-IDF 4.4's I2S driver, on one that a harness plays: whole hops of pieces, losses, and what is played. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { buildOnHost, hasGcc, runOnHost } from "./firmware/host-build.ts";

const STAND_INS = fileURLToPath(new URL("../stand-ins/espidf", import.meta.url));

test.skipIf(!hasGcc)(
  "hal/arduino/sound_i2s.c makes hops of pieces, and counts what was lost or not played",
  { timeout: 60_000 },
  () => {
    const pins = ["MICROPHONE_CLOCK=26", "MICROPHONE_WORD=27", "MICROPHONE_DATA=33"];
    const output = ["I2S_CLOCK=26", "I2S_WORD=27", "I2S_DATA=32"];
    const program = buildOnHost(
      "i2s",
      ["firmware/hal/arduino/sound_i2s.c", "test/unit/firmware/i2s_harness.c"],
      [`-I${join(STAND_INS)}`, ...[...pins, ...output].map((pin) => `-DPIONEER_${pin}`)],
    );
    const { status, stdout, stderr } = runOnHost(program, [], new Uint8Array());
    expect([status, stderr]).toEqual([0, ""]);
    // Mode: master 1, receive 8, send 4. A hop of 40 words is 160 B, in pieces of 100 two calls. The last of 120 samples
    // from -32768 on is -32649, in the upper half of its word; the second hop found room for 40 B only.
    // Heard: 6 buffers, two taken when the last 4 come and two kept: 2 lost. Played: one filled of 6, two kept: 3 silent
    // ones beside the hop without room.
    expect(stdout.toString().split("\n")).toEqual([
      "port 0 mode 13 rate 16000 buffers 3 of 40, events 64",
      "pins 26 27 32 33",
      "rate 16000000 queued 2",
      `calls 6 written 360 last ${-32649 * 65536} lost 2 gaps 4`,
      "this board plays by I2S",
      "",
    ]);
  },
);
