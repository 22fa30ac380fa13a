/**
 * The program ear on the nRF52840's registers: every sample that the microphone gave carries its number, so that a hop
 * that is torn, repeated or lost without being counted shows, by I2S as it is, by PWM as the width of its pulses.
 * Analogue parts and the clocks themselves stay open.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOP, SoundingNrf52840 } from "./nrf52840-sound-registers.ts";
import { Interpreter, linkForRegisterFile, type Write } from "./register-file.ts";
import * as wire from "./wire.ts";

const [HOP_RECORD, SOUND, HEARD, LISTEN] = [0x14, 0x17, 0x18, 0x86];
const SOUND_FLAGS = [
  ...["MICROPHONE_CLOCK=4", "MICROPHONE_DATA=28", "MICROPHONE_POWER=33"],
  ...["I2S_CLOCK=29", "I2S_WORD=30", "I2S_DATA=31", "PWM_SIGNAL=40"],
].map((pin) => `-DPIONEER_${pin}`);

const folder = mkdtempSync(join(tmpdir(), "pioneer-nrf-sound-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasCompiler = spawnSync("arm-none-eabi-gcc", ["--version"]).status === 0;

describe.skipIf(!hasCompiler)("sound on the nRF52840", { timeout: 120_000 }, () => {
  const image = (output: string) => join(folder, `${output}.bin`);

  beforeAll(() => {
    for (const output of ["NONE", "I2S", "PWM"]) {
      linkForRegisterFile(image(output), {
        hal: ["hal/nrf52840", "hal/hop_slots.c"],
        script: "hal/nrf52840.ld",
        board: "nrf52840-dk",
        model: join(import.meta.dirname, "toy-model"),
        apps: ["ear", "hearable_hop", "model_watch"],
        flags: [...SOUND_FLAGS, `-DPIONEER_OUTPUT=SOUND_OUTPUT_${output}`],
      });
    }
  }, 120_000);

  /** With a host that asks to listen at once, or behind so many pulses of PWM. */
  function start(output: string, tapEvery: number, pulses = 0) {
    const chip = new SoundingNrf52840();
    const interpreter = new Interpreter({ address: 0, bytes: readFileSync(image(output)) }, chip);
    chip.attach(interpreter.ram);
    if (pulses > 0) {
      chip.sampleInstructions = 300;
      interpreter.run(() => chip.pulses.length >= pulses, 6_000_000);
      chip.sampleInstructions = 1000;
    }
    // frames u32: until Stop.
    const listen = Uint8Array.of(0, 0, 0, 0, tapEvery, 0);
    chip.line = [0, ...wire.frameBytes(LISTEN, 0, listen)];
    const frames = () => {
      const last = chip.sent.lastIndexOf(0);
      return wire.readFrames(Uint8Array.from(chip.sent.slice(0, last + 1)));
    };
    let outputs = 0;
    let counted = 0;
    /** Runs until so many Outputs were sent. */
    const runUntil = (wanted: number, limit: number) =>
      interpreter.run(() => {
        if (chip.sent.length === counted) return false;
        counted = chip.sent.length;
        outputs = chip.sent.at(-1) === 0 ? ofType(frames(), wire.OUTPUT).length : outputs;
        return outputs >= wanted;
      }, limit);
    return { chip, interpreter, frames, runUntil };
  }

  const ofType = (frames: readonly wire.Frame[], type: number) =>
    frames.filter((frame) => frame.type === type).map(({ payload }) => Buffer.from(payload));
  const samplesAt = (payload: Buffer, at: number) =>
    Array.from({ length: HOP }, (_, n) => payload.readInt16LE(at + 2 * n));
  /** Of Heard records: their samples, which are numbers. */
  const heardIn = (frames: readonly wire.Frame[]) =>
    ofType(frames, HEARD).map((payload) => samplesAt(payload, 6));

  test("the microphone alone runs at 16 kHz, from its pins, and gives every hop once", () => {
    const { interpreter, frames, runUntil } = start("NONE", 1);
    runUntil(6, 4_000_000);
    const written = new Map(interpreter.writes.map(({ address, value }) => [address, value]));
    // 32 MHz / 25 = 1.28 MHz, of which a sample takes 80; mono; pins P0.04 and P0.28, power on P1.01.
    expect(written.get(0x4001_d504)).toBe(0x0a00_0000);
    expect(written.get(0x4001_d520)).toBe(1);
    expect(written.get(0x4001_d508)).toBe(1);
    expect([written.get(0x4001_d540), written.get(0x4001_d544)]).toEqual([4, 28]);
    expect(written.get(0x4001_d564)).toBe(HOP);
    expect([written.get(0x5000_0808), written.get(0x5000_0818)]).toEqual([2, 2]);
    expect(written.has(0x4002_5000), "I2S started").toBe(false);

    const told = frames();
    const heard = heardIn(told);
    expect(heard.length).toBeGreaterThanOrEqual(6);
    const first = heard[0]?.[0] as number;
    expect(first % HOP).toBe(0);
    expect(heard.flat()).toEqual(Array.from({ length: heard.length * HOP }, (_, n) => first + n));
    const sound = ofType(told, SOUND);
    expect(sound.map((payload) => payload.readUInt32LE(0))).toEqual(sound.map((_, n) => n));
    // 16,000 Hz, nothing lost, no gap, no output.
    for (const payload of sound) {
      expect(payload.readUInt32LE(4)).toBe(16_000_000);
      expect([payload.readUInt32LE(8), payload.readUInt32LE(12), payload[16]]).toEqual([0, 0, 0]);
    }
    expect(ofType(told, HOP_RECORD)).toHaveLength(sound.length);
  });

  test("I2S plays every cleaned hop once, in order, a hop later, by the microphone's clock", () => {
    const { chip, interpreter, frames, runUntil } = start("I2S", 1);
    runUntil(8, 4_000_000);
    const written = new Map(interpreter.writes.map(({ address, value }) => [address, value]));
    // Both 32 MHz / 31 with 64 clocks a sample; 16 bits, left alone; 80 words of two samples.
    expect([written.get(0x4001_d504), written.get(0x4001_d520)]).toEqual([0x0840_0000, 0]);
    expect([written.get(0x4002_5514), written.get(0x4002_5518)]).toEqual([0x0840_0000, 2]);
    expect([written.get(0x4002_551c), written.get(0x4002_5528)]).toEqual([1, 1]);
    expect(written.get(0x4002_5550)).toBe(HOP / 2);
    expect([0x564, 0x568, 0x570].map((pin) => written.get(0x4002_5000 + pin))).toEqual([
      29, 30, 31,
    ]);

    const told = frames();
    // frame u32, cycles u64, then length u16 and the values.
    const cleaned = ofType(told, wire.OUTPUT).map((payload) => samplesAt(payload, 14));
    const played = chip.played.map((hop) => [...hop]);
    // What was cleaned before the host asked is played before, and the last hops are not yet out.
    const from = played.findIndex((hop) => hop.join() === cleaned[0]?.join());
    expect(from).toBeGreaterThanOrEqual(0);
    const rest = played.slice(from);
    expect(rest.length).toBeGreaterThanOrEqual(cleaned.length - 2);
    expect(rest).toEqual(cleaned.slice(0, rest.length));
    const last = ofType(told, SOUND).at(-1) as Buffer;
    // 32 MHz / (31 x 64) in thousandths of a hertz; nothing lost, no gap; one hop waits.
    expect(last.readUInt32LE(4)).toBe(Math.round((32e6 / (31 * 64)) * 1000));
    expect([last.readUInt32LE(8), last.readUInt32LE(12), last[16]]).toEqual([0, 0, 1]);
  });

  test.each(["I2S", "PWM"])(
    "a core that is too slow beside %s loses whole hops, counts each, and never gives a torn one",
    (output) => {
      const { chip, interpreter, frames, runUntil } = start(output, 1);
      runUntil(3, 4_000_000);
      // A hop now lasts for less than its computation and its records.
      chip.sampleInstructions = 36;
      runUntil(12, 4_000_000);
      const told = frames();
      const heard = heardIn(told);
      for (const hop of heard) {
        const first = hop[0] as number;
        expect(hop).toEqual(Array.from({ length: HOP }, (_, n) => first + n));
      }
      const lost = ofType(told, SOUND).map((payload) => payload.readUInt32LE(8));
      expect(lost.at(-1)).toBeGreaterThan(0);
      // Between two hops that came lie as many as were counted.
      for (const [n, hop] of heard.entries()) {
        if (n === 0) continue;
        const passed = ((hop[0] as number) - (heard[n - 1]?.[0] as number)) / HOP - 1;
        expect(passed).toBe((lost[n] as number) - (lost[n - 1] as number));
      }
      const gaps = (ofType(told, SOUND).at(-1) as Buffer).readUInt32LE(12);
      expect(gaps).toBeGreaterThan(0);
      // The monitor's pin goes high, P0.03, for each hop that is cleaned; what PWM began beside those it played again.
      const isCleaned = ({ address, value }: Write) => address === 0x5000_0508 && value === 1 << 3;
      const cleaned = interpreter.writes.filter(isCleaned).length;
      expect(gaps).toBeGreaterThanOrEqual(chip.sequences.length - cleaned - 2);
    },
  );

  /** From where the line between two samples meets the pulse's end, by one step: see pulse_widths.h [tick]. */
  const widthsBetween = (before: number, sample: number) =>
    [0, 0.5].map((from) => {
      const [rise, start] = [
        (sample - before) / 65_536,
        (before + from * (sample - before) + 32_768) / 65_536,
      ];
      return 1 + 498 * (start + (start * rise) / 2);
    });

  test("PWM plays every cleaned hop once, in order, beside a microphone at 16 kHz, and comes to rest", () => {
    const { chip, interpreter, frames, runUntil } = start("PWM", 1, 60 * 2 * HOP);
    const written = new Map(interpreter.writes.map(({ address, value }) => [address, value]));
    // The microphone's 32 MHz / 25 / 80. 16 MHz / 500 = 32 kHz, counting up, one value for all channels, each for one period,
    // 320 a sequence; sequence 0 again when both were played 65,535 times. Pin P1.08, low beforehand.
    expect([written.get(0x4001_d504), written.get(0x4001_d520)]).toEqual([0x0a00_0000, 1]);
    const setup = [0x504, 0x508, 0x50c, 0x510, 0x514, 0x200, 0x560];
    expect(setup.map((at) => written.get(0x4001_c000 + at))).toEqual([
      ...[0, 500, 0, 0, 0xffff, 4, 40],
    ]);
    for (const sequence of [0x4001_c520, 0x4001_c540]) {
      expect([4, 8, 12].map((at) => written.get(sequence + at))).toEqual([2 * HOP, 0, 0]);
    }
    const toPin = interpreter.writes.filter(({ value }) => value === 1 << 8);
    expect(toPin.map(({ address }) => address)).toEqual([0x5000_080c, 0x5000_0818]);
    expect(written.has(0x4002_5000), "I2S started").toBe(false);

    runUntil(8, 6_000_000);
    const told = frames();
    const last = ofType(told, SOUND).at(-1) as Buffer;
    expect(last.readUInt32LE(4)).toBe(16_000_000);
    expect([last.readUInt32LE(8), last.readUInt32LE(12), last[16]]).toEqual([0, 0, 1]);
    expect(chip.sequences).toEqual(chip.sequences.map((_, n) => n % 2));
    // Every period begins high.
    expect(chip.pulses.every((width) => width >= 0x8000)).toBe(true);
    const played = chip.pulses.map((width) => width & 0x7fff);
    // frame u32, cycles u64, then length u16 and the values. What rounding carried on makes less than a tick.
    const cleaned = ofType(told, wire.OUTPUT).flatMap((payload) => samplesAt(payload, 14));
    const wanted = cleaned.flatMap((sample, n) =>
      // Before the first one lies what was cleaned before the host asked.
      n === 0 ? [Number.NaN, Number.NaN] : widthsBetween(cleaned[n - 1] as number, sample),
    );
    const fits = (from: number) =>
      played
        .slice(from, from + wanted.length)
        .every((width, n) => !(Math.abs(width - (wanted[n] as number)) >= 1.05));
    const hops = Array.from({ length: chip.sequences.length }, (_, hop) => hop);
    const begins = hops.filter((hop) => (hop + 5) * 2 * HOP < played.length && fits(hop * 2 * HOP));
    expect(begins).toHaveLength(1);
    // All but the last, which waits, and the one before it, which is being played.
    expect((begins[0] as number) + cleaned.length / HOP).toBeLessThanOrEqual(hops.length + 1);

    chip.sampleInstructions = 300;
    chip.line = [0, ...wire.frameBytes(wire.STOP, 0, Uint8Array.of(0))];
    interpreter.run(() => chip.reset, 6_000_000);
    expect(chip.isPulsing).toBe(false);
    // 8192 samples, 51.2 hops, from the last pulse of sound to 1 of 500 ticks: a tick at a time, or what was carried on.
    const fall = chip.pulses.slice(-52 * 2 * HOP - 1).map((width) => width & 0x7fff);
    expect(fall[0]).toBeGreaterThan(100);
    const steps = fall.map((width, n) => Math.abs(width - (fall[n - 1] ?? width)));
    expect(Math.max(...steps)).toBeLessThanOrEqual(2);
    expect(new Set(fall.slice(-HOP))).toEqual(new Set([1]));
  });
});
