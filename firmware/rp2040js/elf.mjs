/**
 * Reads from an ELF file what a programmer would put into flash. Symbols and debugging are left out.
 */

const PROGRAM_HEADER_BYTES = 32;
const PT_LOAD = 1;

/**
 * @param {Uint8Array} file a 32-bit little-endian ELF
 * @returns {{address: number, bytes: Uint8Array}[]} loaded parts by physical address
 * @throws {Error} for another file
 */
export function loadedParts(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 52 || view.getUint32(0) !== 0x7f454c46 || file[4] !== 1 || file[5] !== 1) {
    throw new Error("not a 32-bit little-endian ELF file");
  }
  const start = view.getUint32(28, true);
  const count = view.getUint16(44, true);
  if (start + count * PROGRAM_HEADER_BYTES > file.length)
    throw new Error("the ELF file is cut off");
  const parts = [];
  for (let at = start; parts.length < count; at += PROGRAM_HEADER_BYTES) {
    const [type, offset, , address, length] = [0, 4, 8, 12, 16].map((field) =>
      view.getUint32(at + field, true),
    );
    if (offset + length > file.length) throw new Error("the ELF file is cut off");
    parts.push({ type, address, bytes: file.subarray(offset, offset + length) });
  }
  return parts.filter(({ type, bytes }) => type === PT_LOAD && bytes.length > 0);
}
