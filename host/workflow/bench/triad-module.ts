/**
 * Assembles STREAM's triad, a[i] = b[i] + s * c[i] over doubles, as a WebAssembly module with vectors of two.
 * JavaScript's own loop handles one double at a time and reaches a quarter of the memory's rate; this needs no compiler
 * on the computer. Running it on threads is left to triad.ts.
 *
 * Source: WebAssembly 2.0, section 5 (binary format), and McCalpin's STREAM.
 */

/** Vectors a turn of the loop handles. */
const UNROLLED = 4;
const VECTOR_BYTES = 16;
/** Arrays are a whole number of turns long [byte]. */
export const TURN_BYTES = UNROLLED * VECTOR_BYTES;

const I32 = 0x7f;
const F64 = 0x7c;
const V128 = 0x7b;
/** Parameters of the function: addresses of a, b, c, the end of a, and s; then its one local. */
const [A, B, C, END, S, SPLAT] = [0, 1, 2, 3, 4, 5] as const;

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const simd = (operation: number) => [0xfd, ...unsigned(operation)];
/** Aligned to 2^4 byte. */
const load = (offset: number) => [...simd(0x00), 4, ...unsigned(offset)];
const store = (offset: number) => [...simd(0x0b), 4, ...unsigned(offset)];
const SPLAT_F64 = simd(0x14);
const ADD_F64 = simd(0xf0);
const MULTIPLY_F64 = simd(0xf2);

/** Exports triad(a, b, c, endOfA, s) over the memory it imports as env.memory. */
export function triadModule(): Uint8Array<ArrayBuffer> {
  const turn = Array.from({ length: UNROLLED }, (_, vector) => vector * VECTOR_BYTES).flatMap(
    (at) => [
      ...get(A),
      ...get(B),
      ...load(at),
      ...get(SPLAT),
      ...get(C),
      ...load(at),
      ...MULTIPLY_F64,
      ...ADD_F64,
      ...store(at),
    ],
  );
  const advance = [A, B, C].flatMap((address) => [
    ...get(address),
    ...[0x41, ...signed(TURN_BYTES)],
    0x6a, // i32.add
    ...set(address),
  ]);
  const body = [
    ...[...get(S), ...SPLAT_F64, ...set(SPLAT)],
    ...[0x03, 0x40], // loop
    ...turn,
    ...advance,
    ...[...get(A), ...get(END), 0x49, 0x0d, 0], // while a < end
    ...[0x0b, 0x0b],
  ];
  const code = [1, 1, V128, ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, F64, 0]),
    ...section(2, [1, ...name("env"), ...name("memory"), 0x02, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("triad"), 0, 0]),
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

/** LEB128 whose last byte's sixth bit is the sign. */
function signed(value: number): readonly number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
