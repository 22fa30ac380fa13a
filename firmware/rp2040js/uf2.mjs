/**
 * Reads a UF2 file, which is what a Pico's drive takes: blocks of 512 bytes, each with its address.
 * https://github.com/microsoft/uf2: three magic words, payload and its address; other families' blocks are refused.
 */

const BLOCK_BYTES = 512;
const MAGIC = [
  [0, 0x0a324655],
  [4, 0x9e5d5157],
  [508, 0x0ab16f30],
];
const RP2040_FAMILY = 0xe48bff56;
const LONGEST_PAYLOAD = 476;

/** @param {Uint8Array} file */
export function isUf2(file) {
  return (
    file.length >= 4 && Buffer.from(file.buffer, file.byteOffset, 4).readUInt32LE() === 0x0a324655
  );
}

/**
 * @param {Uint8Array} file a UF2 for the RP2040
 * @returns {{address: number, bytes: Uint8Array}[]} its blocks by address
 * @throws {Error} for another file
 */
export function uf2Parts(file) {
  if (file.length % BLOCK_BYTES !== 0) throw new Error("the UF2 file is cut off");
  const parts = [];
  for (let at = 0; at < file.length; at += BLOCK_BYTES) {
    const block = Buffer.from(file.buffer, file.byteOffset + at, BLOCK_BYTES);
    const word = (offset) => block.readUInt32LE(offset);
    const length = word(16);
    const isBlock = MAGIC.every(([offset, value]) => word(offset) === value);
    if (!isBlock || word(28) !== RP2040_FAMILY || length > LONGEST_PAYLOAD) {
      throw new Error(`block ${at / BLOCK_BYTES} of the UF2 file is none for the RP2040`);
    }
    parts.push({ address: word(12), bytes: block.subarray(32, 32 + length) });
  }
  return parts;
}
