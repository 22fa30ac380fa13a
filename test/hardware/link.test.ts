/**
 * A board with the program `stream` on it, through a port as a user has it.
 *   PIONEER_PORT=/dev/ttyACM0 npm test -- --project hardware
 * Without PIONEER_PORT the board is emulated, and the port a pseudo terminal.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeFrame } from "../../host/decode/frames.ts";
import { EmulatorProcess } from "../../host/link/emulator-process.ts";
import { createSerialLink } from "../../host/link/serial.ts";
import { Session } from "../../host/link/session.ts";
import type { Link } from "../../host/link/source.ts";
import { testedBoard } from "../qemu/boards.ts";
import { build, missing, TOY_MODEL } from "../qemu/device.ts";

const named = process.env.PIONEER_PORT;
const lacks = named === undefined ? missing : [];
/** Of a port of its own or a bridge; a pseudo terminal takes any. */
const BAUD_RATE = named === undefined ? 115_200 : 921_600;
const FRAMES = 200;

if (lacks.length > 0) console.warn(`the hardware level is skipped: ${lacks.join(", ")} missing`);

describe.skipIf(lacks.length > 0)(`a board on ${named ?? "a pseudo terminal"}`, () => {
  let elf = "";
  let emulator: EmulatorProcess | undefined;
  beforeAll(() => {
    if (named !== undefined) return;
    const built = build({ PIONEER_APP: "stream", PIONEER_MODEL_DIR: TOY_MODEL });
    expect(built.status, built.log).toBe(0);
    elf = built.elf;
  });
  afterAll(() => emulator?.stop());

  /** The port; an emulated board is started anew, a real one goes on. */
  async function port(): Promise<string> {
    if (named !== undefined) return named;
    await emulator?.stop();
    const { emulator: program, args } = testedBoard("qemu-m4");
    const own = [...args, "-display", "none", "-monitor", "none", "-kernel", elf];
    const folder = mkdtempSync(join(tmpdir(), "pioneer-hardware-"));
    emulator = new EmulatorProcess(program, [...own, "-serial", "pty"], folder);
    const [, path] = await emulator.waitForOutput(/redirected to (\S+) /);
    return path as string;
  }

  const linkTo = async (): Promise<Link> =>
    createSerialLink({ path: await port(), baudRate: BAUD_RATE });

  const frames = (bytes: number) =>
    Array.from({ length: FRAMES }, (_, frame) =>
      Uint8Array.from({ length: bytes }, (_, at) => (7 * frame + at) & 0x7f),
    );

  test("greets, streams every frame by credits, and gives the same again after a reset", async () => {
    const session = new Session(await linkTo());
    try {
      const hello = await session.open();
      expect(hello).toMatchObject({ app: "stream" });
      expect(hello?.creditFrames).toBeGreaterThan(0);
      const inputs = frames(hello?.inputBytes ?? 0);
      await session.reset();
      await session.stream(inputs);
      await session.reset();
      await session.stream(inputs);
      const { outputs, missingFrames, complaints } = session.run;
      expect([missingFrames, complaints]).toEqual([[], []]);
      const values = outputs.map(({ record }) => Buffer.from(record.values).toString("hex"));
      expect(values).toHaveLength(2 * FRAMES);
      expect(values.slice(FRAMES)).toEqual(values.slice(0, FRAMES));
      const times = outputs.map(({ deviceTimeUs }) => deviceTimeUs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    } finally {
      await session.close();
    }
  });

  test("is whole again after damage at every byte of an input", async () => {
    const damaging = await linkTo();
    const session = new Session(damaging);
    try {
      const hello = await session.open();
      const [values] = frames(hello?.inputBytes ?? 0) as [Uint8Array];
      const frame = encodeFrame({ type: "input", frame: 9999, values }, 1, 0);
      for (let at = 1; at < frame.length - 1; at++) {
        const damaged = frame.slice();
        damaged[at] = (damaged[at] as number) ^ 0x15 || 0x55;
        await damaging.write(damaged);
      }
      await session.stream([values]);
      const { outputs } = session.run;
      expect(outputs.map(({ record }) => record.frame)).toEqual([0]);
      const result = await session.finish();
      // A goodbye over a pseudo terminal may be cut off by the emulator's end.
      expect(result.run.summary?.badFrames ?? frame.length - 2).toBe(frame.length - 2);
    } finally {
      await session.close();
    }
  });
});
