/**
 * An I2S microphone and an I2S amplifier as their data sheets have them (Philips format), on the pins of an emulated
 * chip: each knows the wire's levels alone. Analogue behaviour, delays and set-up times stay open.
 */
import { GPIOPinState, type RP2040 } from "rp2040js";

export interface Wiring {
  readonly clock: number;
  readonly word: number;
  readonly data: number;
}

const isHigh = (chip: RP2040, pin: number) => chip.gpio[pin]?.value === GPIOPinState.High;

/** Calls back at every edge of the bit clock. */
function onBitClock(chip: RP2040, pin: number, edge: (isRising: boolean) => void): void {
  chip.gpio[pin]?.addListener((state) => edge(state === GPIOPinState.High));
}

/**
 * An INMP441 with L/R low: 24 bits in the left slot, from the second falling edge after its begin; else its line is let
 * go. `samples` gives the words [24 bits] in order.
 */
export function connectMicrophone(
  chip: RP2040,
  { clock, word, data }: Wiring,
  samples: (index: number) => number,
): void {
  let wasRight = isHigh(chip, word);
  let bits = 0;
  let left = 0;
  let sent = 0;
  onBitClock(chip, clock, (isRising) => {
    if (isRising) {
      const isRight = isHigh(chip, word);
      if (wasRight && !isRight) {
        bits = samples(sent++) & 0xff_ffff;
        left = 24;
      }
      wasRight = isRight;
      return;
    }
    // Pulled down once it is let go.
    const bit = left > 0 ? (bits >>> --left) & 1 : 0;
    chip.gpio[data]?.setInputValue(bit === 1);
  });
}

/** What an amplifier read of one frame: both slots' 32 bits, and how long the frame's 64 bit clocks took [ns]. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly nanos: number;
}

/** Reads data with the rising bit clock; a slot begins one bit clock after its word select. */
export function connectAmplifier(chip: RP2040, { clock, word, data }: Wiring): Frame[] {
  const frames: Frame[] = [];
  let slot: number[] = [];
  let wasRight: boolean | undefined;
  let left: number | undefined;
  let begun = 0;
  onBitClock(chip, clock, (isRising) => {
    if (!isRising) return;
    slot.push(isHigh(chip, data) ? 1 : 0);
    const isRight = isHigh(chip, word);
    if (wasRight === isRight) return;
    // The bit that comes with the new word select is the last of the slot before.
    const bits = slot.reduce((value, bit) => value * 2 + bit, 0) | 0;
    if (isRight) left = slot.length === 32 ? bits : undefined;
    else {
      const { nanos } = chip.clock;
      if (left !== undefined) frames.push({ left, right: bits, nanos: nanos - begun });
      begun = nanos;
    }
    wasRight = isRight;
    slot = [];
  });
  return frames;
}
