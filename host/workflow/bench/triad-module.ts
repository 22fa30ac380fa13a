/**
 * Assembles STREAM's triad, a[i] = b[i] + s * c[i] over doubles, as a WebAssembly module with vectors of two.
 * JavaScript's own loop handles one double at a time and reaches a quarter of the memory's rate; this needs no compiler
 * on the computer. Running it on threads is left to triad.ts.
 *
 * Source: McCalpin's STREAM.
 */
import {
  ADD,
  constant,
  F64,
  get,
  I32,
  load,
  loop,
  moduleOf,
  set,
  simd,
  store,
  V128,
} from "../wasm-format.ts";

/** Vectors a turn of the loop handles. */
const UNROLLED = 4;
const VECTOR_BYTES = 16;
/** Arrays are a whole number of turns long [byte]. */
export const TURN_BYTES = UNROLLED * VECTOR_BYTES;

/** Parameters of the function: addresses of a, b, c, the end of a, and s; then its one local. */
const [A, B, C, END, S, SPLAT] = [0, 1, 2, 3, 4, 5] as const;

const SPLAT_F64 = simd(0x14);
const ADD_F64 = simd(0xf0);
const MULTIPLY_F64 = simd(0xf2);
/** Of two i32 without a sign. */
const BELOW = [0x49];

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
    ...constant(TURN_BYTES),
    ...ADD,
    ...set(address),
  ]);
  const more = [...get(A), ...get(END), ...BELOW];
  const body = [
    ...[...get(S), ...SPLAT_F64, ...set(SPLAT)],
    ...loop([...turn, ...advance, ...more]),
  ];
  return moduleOf("triad", [I32, I32, I32, I32, F64], [V128], body);
}
