/**
 * Writes the parts of WebAssembly's binary format that the modules assembled here share.
 * What a module computes is left to bench/triad-module.ts and draw-module.ts.
 *
 * Source: WebAssembly 2.0, section 5 (binary format).
 */

export const I32 = 0x7f;
export const F64 = 0x7c;
export const V128 = 0x7b;

export const get = (local: number) => [0x20, local];
export const set = (local: number) => [0x21, local];
export const tee = (local: number) => [0x22, local];
export const constant = (value: number) => [0x41, ...signed(value)];
export const ADD = [0x6a];
/** Repeats `body`, which leaves a condition, while that is not 0. */
export const loop = (body: readonly number[]) => [0x03, 0x40, ...body, 0x0d, 0, 0x0b];

/** A vector operation by its number. */
export const simd = (operation: number) => [0xfd, ...unsigned(operation)];
/** 16 byte from the address on the stack + `offset`. @param align exponent of 2 that the address is promised to have */
export const load = (offset: number, align = 4) => [...simd(0x00), align, ...unsigned(offset)];
export const store = (offset: number) => [...simd(0x0b), 4, ...unsigned(offset)];

/** A module of one function that is exported by that name and works on the memory imported as env.memory. */
export function moduleOf(
  exported: string,
  parameters: readonly number[],
  locals: readonly number[],
  body: readonly number[],
): Uint8Array<ArrayBuffer> {
  const declared = locals.flatMap((type) => [1, type]);
  const code = [...unsigned(locals.length), ...declared, ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, parameters.length, ...parameters, 0]),
    ...section(2, [1, ...name("env"), ...name("memory"), 0x02, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name(exported), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): readonly number[] {
  return [text.length, ...new TextEncoder().encode(text)];
}

/** LEB128 of a number of at least 0. */
function unsigned(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 whose last byte's sixth bit is the sign. Range: 32 bits, at least 0. */
function signed(value: number): readonly number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
