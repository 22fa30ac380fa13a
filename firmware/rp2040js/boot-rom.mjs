/**
 * What an RP2040's boot ROM does before a program's first instruction (data sheet 2.8.1): checks the second stage at
 * the start of flash, copies it into RAM and calls it. Its USB drive is left out: without a second stage there is an error.
 */

const FLASH = 0x10000000;
const COPY = 0x20041f00;
const STACK = 0x20042000;
const CHECKED_BYTES = 252;

/** CRC-32 with polynomial 04C11DB7 from all ones, no bits turned round and none inverted at the end. */
export function bootSum(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}

/** Leaves core 0 at the second stage. @throws {Error} when its sum is wrong */
export function bootFromFlash(chip) {
  const stage = chip.flash.subarray(0, CHECKED_BYTES);
  const stated = chip.readUint32(FLASH + CHECKED_BYTES);
  if (bootSum(stage) !== stated) {
    throw new Error(
      "the boot ROM finds no second stage: the sum over the first 252 bytes is wrong",
    );
  }
  for (let at = 0; at < CHECKED_BYTES; at++) chip.writeUint8(COPY + at, stage[at]);
  const { core } = chip;
  core.SP = STACK;
  core.LR = 0;
  core.PC = COPY;
}
