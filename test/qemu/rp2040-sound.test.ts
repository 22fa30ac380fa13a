/**
 * The program ear on an emulated RP2040 with its PIO and DMA, a microphone and an amplifier on its pins: every sample
 * that comes in by the wire is known, and what leaves by it is the twin's. Pads, supply and a chip's own clock stay open.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RP2040 } from "rp2040js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepare, writePrepared } from "../../host/workflow/generate.ts";
import { HearableTwin } from "../../host/workflow/hearable/twin.ts";
import { connectAmplifier, connectMicrophone } from "./i2s-parts.ts";
import { linkForRegisterFile } from "./register-file.ts";
import { runPioInTime } from "./rp2040-pio.ts";
import * as wire from "./wire.ts";

const HOP = 160;
const [SOUND, HEARD, LISTEN] = [0x17, 0x18, 0x86];
const [CLOCK, WORD, DATA_OUT, DATA_IN] = [10, 11, 12, 13];
const SOUND_FLAGS = [
  ...[`MICROPHONE_CLOCK=${CLOCK}`, `MICROPHONE_WORD=${WORD}`, `MICROPHONE_DATA=${DATA_IN}`],
  ...[`I2S_CLOCK=${CLOCK}`, `I2S_WORD=${WORD}`, `I2S_DATA=${DATA_OUT}`],
].map((pin) => `-DPIONEER_${pin}`);
const TOY_MODEL = join(import.meta.dirname, "toy-model");
/** The second stage of the start lies before the vectors. */
const VECTORS = 0x1000_0100;
/** Of the core's clock: 64 bit clocks of 130 each. */
const SAMPLE_NANOS = (64 * 130 * 1e9) / 133e6;
/** Until the program takes what arrives. */
const START_NANOS = 2e6;
const [MICROPHONE_CHANNEL, OUTPUT_CHANNEL] = [8, 10];

const folder = mkdtempSync(join(tmpdir(), "pioneer-rp2040-sound-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasCompiler = spawnSync("arm-none-eabi-gcc", ["--version"]).status === 0;

describe.skipIf(!hasCompiler)("sound on the RP2040", { timeout: 120_000 }, () => {
  let createChip: (flash: Uint8Array) => RP2040;

  beforeAll(async () => {
    const module = new URL("../../firmware/rp2040js/chip.mjs", import.meta.url).href;
    ({ createChip } = await import(module));
  });

  function imageOf(output: string, model = TOY_MODEL): string {
    const image = join(folder, `${output}-${model === TOY_MODEL ? "toy" : "shipped"}.bin`);
    if (existsSync(image)) return image;
    linkForRegisterFile(image, {
      hal: ["hal/rp2040", "hal/hop_ring.c"],
      script: "hal/rp2040.ld",
      board: "rpipico",
      model,
      apps: ["ear", "hearable_hop", "model_watch"],
      flags: [...SOUND_FLAGS, `-DPIONEER_OUTPUT=SOUND_OUTPUT_${output}`],
    });
    return image;
  }

  /** A chip at its first instruction, between a microphone that gives `samples` with noise below them and an amplifier. */
  function connect(image: string, samples: (index: number) => number) {
    const chip = createChip(readFileSync(image));
    runPioInTime(chip);
    const lines = { clock: CLOCK, word: WORD };
    const noisy = (n: number) => ((samples(n) << 8) | ((n * 37) & 0xff)) >>> 0;
    connectMicrophone(chip, { ...lines, data: DATA_IN }, noisy);
    const frames = connectAmplifier(chip, { ...lines, data: DATA_OUT });
    const sent: number[] = [];
    const uart = chip.uart[0] as RP2040["uart"][number];
    uart.onByte = (byte) => sent.push(byte);
    const line: number[] = [];
    const clock = chip.clock as RP2040["clock"] & {
      tick(nanos: number): void;
      readonly nanosToNextAlarm: number;
    };
    const typing = clock.createAlarm(() => {
      if (uart.enabled) uart.feedByte(line.shift() as number);
      if (line.length > 0) typing.schedule(11_000);
    });
    /** The program's start, which a reset of the core alone is, too. */
    const start = () => {
      const { core } = chip;
      core.VTOR = VECTORS;
      core.reset();
      // rp2040js leaves these as they were.
      Object.assign(core, {
        PM: false,
        waiting: false,
        pendingInterrupts: 0,
        enabledInterrupts: 0,
      });
      sent.length = 0;
      // frames u32: until Stop; every hop whole.
      line.push(0, ...wire.frameBytes(LISTEN, 0, Uint8Array.of(0, 0, 0, 0, 1, 0)));
      typing.schedule(START_NANOS);
    };
    start();
    const told = () => wire.readFrames(Uint8Array.from(sent.slice(0, sent.lastIndexOf(0) + 1)));
    /** Until as many frames were played; an instruction takes `slowness` times its cycles. */
    const runUntil = (wanted: number, slowness = 1, limit = 8_000_000) => {
      const { core } = chip;
      for (let left = limit; frames.length < wanted; left--) {
        if (left === 0) throw new Error(`${frames.length} frames, at ${core.PC.toString(16)}`);
        const nanos = core.waiting
          ? clock.nanosToNextAlarm
          : (slowness * core.executeInstruction() * 1e9) / chip.clkSys;
        clock.tick(nanos);
      }
    };
    return { chip, frames, told, start, runUntil };
  }

  const ofType = (told: readonly wire.Frame[], type: number) =>
    told.filter((frame) => frame.type === type).map(({ payload }) => Buffer.from(payload));
  const samplesAt = (payload: Buffer, at: number) =>
    Array.from({ length: HOP }, (_, n) => payload.readInt16LE(at + 2 * n));
  const heardIn = (told: readonly wire.Frame[]) =>
    ofType(told, HEARD).map((payload) => samplesAt(payload, 6));
  /** frame u32, rate u32, lost hops u32, gaps u32, queued hops u8. */
  const lossesIn = (told: readonly wire.Frame[]) =>
    ofType(told, SOUND).map((payload) => [payload.readUInt32LE(8), payload.readUInt32LE(12)]);
  const numbers = (first: number) => Array.from({ length: HOP }, (_, n) => first + n);

  test("hears the shipped model's sound from the wire and plays what the twin plays, two hops later", () => {
    const prepared = prepare("hearable", { board: "rpipico", format: "int8", withFrontEnd: true });
    // A tone in noise that grows to full scale, both signs.
    const samples = (n: number) => {
      const noise = ((n * 40_503) % 65_536) - 32_768;
      const sum = 20_000 * Math.sin(n / 9) + 0.6 * noise;
      return Math.max(-32_768, Math.min(32_767, Math.round(Math.min(1, n / 400) * sum) + 0));
    };
    const hops = 4;
    const { frames, told, runUntil } = connect(imageOf("I2S", writePrepared(prepared)), samples);
    runUntil((hops + 2) * HOP);

    const twin = new HearableTwin(prepared);
    const wanted = Array.from({ length: hops }, (_, hop) => {
      const heard = Int16Array.from({ length: HOP }, (_, n) => samples(hop * HOP + n));
      return [...twin.clean(heard).samples];
    });
    expect(wanted.flat().some((sample) => Math.abs(sample) > 3_000)).toBe(true);
    // The sample, then 16 zeros, in both slots; silence while the first hop is collected and computed.
    const played = frames.slice(0, (hops + 2) * HOP);
    expect(played.slice(0, 2 * HOP).every(({ left }) => left === 0)).toBe(true);
    expect(played.slice(2 * HOP).map(({ left }) => left / 65_536)).toEqual(wanted.flat());
    expect(played.every(({ left, right }) => left === right)).toBe(true);
    for (const { nanos } of played.slice(1)) expect(nanos).toBeCloseTo(SAMPLE_NANOS, 3);

    const heard = heardIn(told());
    expect(heard.length).toBeGreaterThanOrEqual(hops);
    const first = Array.from({ length: heard.length * HOP }, (_, n) => samples(n));
    expect(heard.flat()).toEqual(first);
    const [sound] = ofType(told(), SOUND);
    // 133 MHz / 8,320 in thousandths of a hertz; one hop waits.
    expect([sound?.readUInt32LE(4), sound?.[16]]).toEqual([Math.round(133e9 / 8_320), 1]);
    expect(lossesIn(told())).toEqual(heard.map(() => [0, 0]));
  });

  test("without an output hears the same, and leaves the amplifier's line alone", () => {
    const { chip, frames, told, runUntil } = connect(imageOf("NONE"), (n) => n);
    runUntil(4 * HOP);
    expect(heardIn(told()).slice(0, 3)).toEqual([0, 1, 2].map((hop) => numbers(hop * HOP)));
    expect(chip.gpio[DATA_OUT]?.outputEnable).toBe(false);
    expect(frames.slice(1).every(({ nanos }) => Math.abs(nanos - SAMPLE_NANOS) < 1e-3)).toBe(true);
    const [sound] = ofType(told(), SOUND);
    expect([sound?.readUInt32LE(8), sound?.readUInt32LE(12), sound?.[16]]).toEqual([0, 0, 0]);
  });

  test("a core that is too slow loses whole hops and plays silence, counts each, and gives no torn one", () => {
    const { frames, told, runUntil } = connect(imageOf("I2S"), (n) => n);
    runUntil(3 * HOP);
    runUntil(12 * HOP, 60);
    runUntil(15 * HOP);
    const heard = heardIn(told());
    for (const hop of heard) expect(hop).toEqual(numbers(hop[0] as number));
    const places = heard.map((hop) => hop[0] as number);
    const losses = lossesIn(told());
    const [lost, gaps] = losses.at(-1) as number[];
    expect(lost).toBeGreaterThan(1);
    // Between two hops that came lie as many as were counted.
    for (const [n, place] of places.entries()) {
      const before = n === 0 ? -HOP : (places[n - 1] as number);
      const missed = (losses[n]?.[0] as number) - (losses[n - 1]?.[0] ?? 0);
      expect(place).toBe(before + (missed + 1) * HOP);
    }
    // Each cleaned hop is heard whole two hops later or not at all; nothing else is heard.
    const cleaned = ofType(told(), wire.OUTPUT).map((payload) => samplesAt(payload, 14));
    let silent = 0;
    const end = (places.at(-2) as number) + 2 * HOP;
    for (let place = 2 * HOP; place <= end; place += HOP) {
      const played = frames.slice(place, place + HOP).map(({ left }) => left / 65_536);
      const at = places.indexOf(place - 2 * HOP);
      const isGiven = at >= 0 && played.join() === cleaned[at]?.join();
      if (!isGiven) silent++;
      expect(isGiven || played.every((sample) => sample === 0)).toBe(true);
    }
    expect(silent).toBe(gaps);
    expect(silent).toBeGreaterThan(lost as number);
  });

  test("goes on when one channel of the DMA hands over to the other", () => {
    const { chip, frames, told, runUntil } = connect(imageOf("I2S"), (n) => n % 30_000);
    // As if 2^31 - 2,048 samples had been moved before, which is whole rings.
    for (const channel of [MICROPHONE_CHANNEL, OUTPUT_CHANNEL]) {
      const one = chip.dma.channels[channel] as unknown as { start(): void; transCount: number };
      const begin = one.start.bind(one);
      one.start = () => {
        begin();
        one.transCount = 2_048;
        one.start = begin;
      };
    }
    runUntil(16 * HOP);
    expect(chip.dma.channels[MICROPHONE_CHANNEL]?.active).toBeFalsy();
    expect(chip.dma.channels[OUTPUT_CHANNEL + 1]?.active).toBeTruthy();
    const heard = heardIn(told());
    const first = heard[0]?.[0] as number;
    expect(heard.flat()).toEqual(Array.from({ length: heard.length * HOP }, (_, n) => first + n));
    expect(first + heard.length * HOP).toBeGreaterThan(2_048 + HOP);
    expect(lossesIn(told())).toEqual(heard.map(() => [0, 0]));
    const cleaned = ofType(told(), wire.OUTPUT).map((payload) => samplesAt(payload, 14));
    const played = frames.slice(first + 2 * HOP, first + 2 * HOP + (heard.length - 3) * HOP);
    expect(played.map(({ left }) => left / 65_536)).toEqual(
      cleaned.slice(0, heard.length - 3).flat(),
    );
  });

  test("starts anew after a reset of the core alone, which leaves PIO and DMA as they run", () => {
    const { frames, told, start, runUntil } = connect(imageOf("I2S"), (n) => n);
    runUntil(3 * HOP + 7);
    start();
    runUntil(8 * HOP);
    const heard = heardIn(told());
    expect(heard.length).toBeGreaterThanOrEqual(2);
    const first = heard[0]?.[0] as number;
    expect(heard.flat()).toEqual(Array.from({ length: heard.length * HOP }, (_, n) => first + n));
    expect(lossesIn(told())).toEqual(heard.map(() => [0, 0]));
    // The amplifier's frames have the microphone's places, but for one that the reset cut. Silence comes before the first.
    const cleaned = ofType(told(), wire.OUTPUT).map((payload) => samplesAt(payload, 14));
    const played = frames.map(({ left }) => left / 65_536);
    const wanted = [numbers(0).fill(0), cleaned[0], cleaned[1]].flat();
    const places = [-1, 0, 1].map((cut) => first + HOP + cut);
    const heardOut = places.map((place) => played.slice(place, place + 3 * HOP).join());
    expect(heardOut).toContain(wanted.join());
  });

  test.each([
    { what: "an output that it has not", output: "PWM", says: "this board plays by I2S" },
    {
      what: "another clock than the rate is made of",
      output: "I2S",
      says: "the core does not run at the 133 MHz that the sound's rate is made of",
    },
  ])("$what is refused in words, when somebody listens", ({ output, says }) => {
    const { chip, frames, told, runUntil } = connect(imageOf(output), () => 0);
    // The loop divides by 6 and by 1, as for 266 MHz.
    if (output === "I2S") {
      const read = chip.readUint32.bind(chip);
      chip.readUint32 = (address) => (address === 0x4002_800c ? 0x6_1000 : read(address));
    }
    expect(() => runUntil(1, 1, 400_000)).toThrow("0 frames");
    const texts = ofType(told(), 0x04).map((payload) => wire.readText(payload));
    expect(texts).toContain(says);
    expect(frames).toEqual([]);
  });
});
