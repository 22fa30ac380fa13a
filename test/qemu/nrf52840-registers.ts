/**
 * An nRF52840's registers as a polled program sees them, played as the Product Specification 1.7 gives them.
 * The core that reads them is register-file.ts's, sound is left to nrf52840-sound.test.ts.
 */
import { expect } from "vitest";
import type { Registers } from "./register-file.ts";

/** Instructions from one byte on the wire to the next: 10 bits at 921,600 baud and 64 MHz. */
const BYTE_INSTRUCTIONS = 694;

/** Clock, UARTE, PPI and timers, as far as a polled program sees them. */
export class Nrf52840 implements Registers {
  readonly sent: number[] = [];
  hasCrystal = true;
  reset = false;
  /** Bytes on their way to the receiver. */
  line: number[] = [];
  /** POWER.RESETREAS, cleared by writing ones. */
  resetReason = 0;
  protected readonly values = new Map<number, number>();
  protected ram: DataView | undefined;
  /** Of PPI, which CHENSET adds to. */
  protected readonly enabledChannels = new Set<number>();
  #receiving = { pointer: 0, length: 0, at: 0, on: false };
  #counted = 0;
  protected instructions = 0;

  attach(ram: DataView): void {
    this.ram = ram;
  }

  read(address: number): number {
    // DWT's counter advances; there is no protection unit.
    if (address === 0xe000_1004) return this.instructions;
    if (address === 0xe000_ed90) return 0;
    if (address === 0x4000_0400) return this.resetReason;
    return this.values.get(address) ?? 0;
  }

  write(address: number, value: number): void {
    if (address === 0x4000_0400) this.resetReason &= ~value;
    if (address === 0x4001_f504) {
      for (let channel = 0; channel < 32; channel++) {
        if ((value & (1 << channel)) !== 0) this.enabledChannels.add(channel);
      }
    }
    this.values.set(address, value);
    if (address === 0x4000_0000 && this.hasCrystal) this.values.set(0x4000_0100, 1);
    if (address === 0x4000_2000) this.#startReceiving();
    if (address === 0x4000_2008) this.#send();
    if (address === 0x4000_8040) this.values.set(0x4000_8540, Math.floor(this.instructions / 64));
    if (address === 0x4000_9040) this.values.set(0x4000_9540, this.#counted);
    if (address === 0xe000_ed0c && value === 0x05fa_0004) this.reset = true;
  }

  tick(): void {
    this.instructions++;
    // A host that sends before the port is on loses its bytes; this one waits.
    if (this.instructions % BYTE_INSTRUCTIONS === 0 && this.read(0x4000_2500) === 8) {
      const byte = this.line.shift();
      if (byte !== undefined) this.#receive(byte);
    }
  }

  /** The pointer is double-buffered: taken over at the start, when the event says that the next may be given. */
  #startReceiving(): void {
    const [pointer, length] = [this.read(0x4000_2534), this.read(0x4000_2538)];
    this.#receiving = { pointer, length, at: 0, on: true };
    this.values.set(0x4000_214c, 1);
  }

  #receive(byte: number): void {
    const receiving = this.#receiving;
    expect(receiving.on, "the receiver has somewhere to write").toBe(true);
    this.ram?.setUint8(receiving.pointer - 0x2000_0000 + receiving.at++, byte);
    const wired = this.read(0x4001_f510) === 0x4000_2108 && this.read(0x4001_f514) === 0x4000_9008;
    const counts = this.read(0x4000_9504) !== 0 && this.read(0x4000_9000) === 1;
    if (wired && counts && this.enabledChannels.has(0)) this.#counted++;
    if (receiving.at < receiving.length) return;
    receiving.on = false;
    if ((this.read(0x4000_2200) & 0x20) !== 0) this.#startReceiving();
  }

  #send(): void {
    const at = this.read(0x4000_2544) - 0x2000_0000;
    expect(at, "EasyDMA reads from RAM").toBeGreaterThanOrEqual(0);
    const length = this.read(0x4000_2548);
    for (let i = 0; i < length; i++) this.sent.push(this.ram?.getUint8(at + i) ?? 0);
    this.values.set(0x4000_2120, 1);
  }
}
