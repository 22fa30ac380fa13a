/**
 * An nRF52840's sound as its registers show it, played as the Product Specification 1.7 gives them: a PDM microphone that
 * fills two buffers in turn, I2S and PWM that play two.
 * The core that reads them is register-file.ts's, the rest of the chip nrf52840-registers.ts's.
 */
import { expect } from "vitest";
import { Nrf52840 } from "./nrf52840-registers.ts";

/** Samples of a hop. */
export const HOP = 160;

/** With microphone, I2S and PWM 0; each takes `sampleInstructions` of the core's a sample. */
export class SoundingNrf52840 extends Nrf52840 {
  sampleInstructions = 1000;
  /** From START, and from the end of a buffer, to STARTED, when PDM takes over the next address [instruction]. */
  startInstructions = 40;
  /** What I2S played, a hop after the other. */
  readonly played: Int16Array[] = [];
  /** The widths that PWM 0 played, a period after the other, with their bit 15. */
  readonly pulses: number[] = [];
  /** Which sequences it began, in order. */
  readonly sequences: number[] = [];
  isPulsing = false;
  #recorded = 0;
  #pdm = { pointer: 0, at: 0, on: false };
  #startsAt: number | undefined;
  #i2s = { pointer: 0, at: 0, on: false, hop: new Int16Array(HOP) };
  #pwm = { sequence: 0, pointer: 0, at: 0 };
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
    if (address === 0x4001_c008) this.#startPulses();
    if (address === 0x4001_c004) this.#stopPulses();
    for (const timer of [0x4001_a000, 0x4001_b000]) {
      if (address === timer + 0x40) this.values.set(timer + 0x540, this.#counts.get(timer) ?? 0);
    }
  }

  override tick(): void {
    super.tick();
    if (this.instructions === this.#startsAt) this.#takeAddress();
    // A period is half a sample.
    if (this.isPulsing && this.instructions % (this.sampleInstructions / 2) === 0) this.#pulse();
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

  #startPulses(): void {
    expect(this.read(0x4001_c500), "PWM.ENABLE").toBe(1);
    expect(this.isPulsing, "PWM runs already").toBe(false);
    this.isPulsing = true;
    this.#beginSequence(0);
  }

  /** The pointer is read when a sequence begins, which SEQSTARTED tells, values as they are due. */
  #beginSequence(sequence: number): void {
    this.sequences.push(sequence);
    this.#pwm = { sequence, pointer: this.read(0x4001_c520 + 0x20 * sequence), at: 0 };
    this.#raise(0x4001_c108 + 4 * sequence);
  }

  /** LOOP is not 0: the other sequence follows, and the first again by the shortcut in the end. */
  #pulse(): void {
    const pwm = this.#pwm;
    this.pulses.push(this.ram?.getUint16(pwm.pointer - 0x2000_0000 + 2 * pwm.at, true) ?? 0);
    if (++pwm.at < this.read(0x4001_c524 + 0x20 * pwm.sequence)) return;
    expect(this.read(0x4001_c514), "PWM.LOOP").toBeGreaterThan(0);
    this.#beginSequence(pwm.sequence ^ 1);
  }

  #stopPulses(): void {
    this.isPulsing = false;
    this.values.set(0x4001_c104, 1);
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
