/**
 * The program ear on the nRF52840's registers, played here as the Product Specification 1.7 gives them: a PDM microphone
 * that fills two buffers in turn, I2S that plays two. Every sample that the microphone gave carries its number, so that a
 * hop that is torn, repeated or lost without being counted shows. Analogue parts and the two clocks stay open.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Nrf52840 } from "./nrf52840-registers.ts";
import { Interpreter, linkForRegisterFile } from "./register-file.ts";
import * as wire from "./wire.ts";

const HOP = 160;
const [HOP_RECORD, SOUND, HEARD, LISTEN] = [0x14, 0x17, 0x18, 0x86];
const SOUND_FLAGS = [
  ...["MICROPHONE_CLOCK=4", "MICROPHONE_DATA=28", "MICROPHONE_POWER=33"],
  ...["I2S_CLOCK=29", "I2S_WORD=30", "I2S_DATA=31"],
].map((pin) => `-DPIONEER_${pin}`);

const folder = mkdtempSync(join(tmpdir(), "pioneer-nrf-sound-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** With microphone and I2S; both take `sampleInstructions` of the core's a sample. */
class SoundingNrf52840 extends Nrf52840 {
  sampleInstructions = 1000;
  /** From START, and from the end of a buffer, to STARTED, when PDM takes over the next address [instruction]. */
  startInstructions = 40;
  /** What I2S played, a hop after the other. */
  readonly played: Int16Array[] = [];
  #recorded = 0;
  #pdm = { pointer: 0, at: 0, on: false };
  #startsAt: number | undefined;
  #i2s = { pointer: 0, at: 0, on: false, hop: new Int16Array(HOP) };
  readonly #counts = new Map<number, number>();

  override read(address: number): number {
    // HFCLKSTAT: running from the crystal, once started.
    if (address === 0x4000_040c) return this.read(0x4000_0100) === 1 ? 0x1_0001 : 0;
    return super.read(address);
  }

  override write(address: number, value: number): void {
    super.write(address, value);
    if (address === 0x4001_d000) this.#startMicrophone();
    if (address === 0x4002_5000) this.#startPlaying();
    for (const timer of [0x4001_a000, 0x4001_b000]) {
      if (address === timer + 0x40) this.values.set(timer + 0x540, this.#counts.get(timer) ?? 0);
    }
  }

  override tick(): void {
    super.tick();
    if (this.instructions === this.#startsAt) this.#takeAddress();
    if (this.instructions % this.sampleInstructions !== 0) return;
    if (this.#pdm.on) this.#record();
    if (this.#i2s.on) this.#play();
  }

  #startMicrophone(): void {
    expect(this.read(0x4001_d500), "PDM.ENABLE").toBe(1);
    this.#startsAt = this.instructions + this.startInstructions;
  }

  /** SAMPLE.PTR is double-buffered, and may be written again once STARTED has come, which it does at every buffer. */
  #takeAddress(): void {
    this.#pdm = { pointer: this.read(0x4001_d560), at: 0, on: true };
    this.#raise(0x4001_d100);
  }

  #record(): void {
    const pdm = this.#pdm;
    this.ram?.setInt16(pdm.pointer - 0x2000_0000 + 2 * pdm.at, this.#recorded++ & 0x7fff, true);
    if (++pdm.at < this.read(0x4001_d564)) return;
    pdm.on = false;
    this.#raise(0x4001_d108);
    this.#startsAt = this.instructions + this.startInstructions;
  }

  #startPlaying(): void {
    expect([this.read(0x4002_5500), this.read(0x4002_550c)], "I2S.ENABLE, TXEN").toEqual([1, 1]);
    this.#i2s = { ...this.#i2s, pointer: this.read(0x4002_5540), at: 0, on: true };
    this.#raise(0x4002_5114);
  }

  #play(): void {
    const i2s = this.#i2s;
    const at = i2s.pointer - 0x2000_0000 + 2 * i2s.at;
    i2s.hop[i2s.at] = this.ram?.getInt16(at, true) ?? 0;
    // MAXCNT is in words of two samples of the one channel.
    if (++i2s.at < 2 * this.read(0x4002_5550)) return;
    this.played.push(i2s.hop.slice());
    i2s.pointer = this.read(0x4002_5540);
    i2s.at = 0;
    this.#raise(0x4002_5114);
  }

  /** An event reaches a timer's count through any enabled channel of PPI. */
  #raise(event: number): void {
    for (let channel = 0; channel < 20; channel++) {
      const isWired = this.read(0x4001_f510 + 8 * channel) === event;
      const timer = this.read(0x4001_f514 + 8 * channel) - 8;
      const counts = this.read(timer + 0x504) === 2 && this.read(timer) === 1;
      if (isWired && counts && this.enabledChannels.has(channel)) {
        this.#counts.set(timer, (this.#counts.get(timer) ?? 0) + 1);
      }
    }
  }
}

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

  function start(output: string, tapEvery: number) {
    const chip = new SoundingNrf52840();
    const interpreter = new Interpreter({ address: 0, bytes: readFileSync(image(output)) }, chip);
    chip.attach(interpreter.ram);
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

  test("a core that is too slow loses whole hops, counts each, and never gives a torn one", () => {
    const { chip, frames, runUntil } = start("I2S", 1);
    runUntil(3, 4_000_000);
    // A hop now lasts for less than its computation and its records.
    chip.sampleInstructions = 37;
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
    expect((ofType(told, SOUND).at(-1) as Buffer).readUInt32LE(12)).toBeGreaterThan(0);
  });

  test("an output that it has not is refused in words, when somebody listens", () => {
    const { chip, interpreter, frames } = start("PWM", 0);
    interpreter.run(() => chip.sent.filter((byte) => byte === 0).length >= 2, 2_000_000);
    expect(frames().map(({ type, payload }) => [type, wire.readText(payload)])).toEqual([
      [0x04, "this board plays by I2S"],
    ]);
  });
});
