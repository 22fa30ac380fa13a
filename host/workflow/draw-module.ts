/**
 * Assembles one block of the Mersenne Twister MT19937 as a WebAssembly module with vectors of four words.
 * Where the words go is left to vector-words.ts; the same words one by one, and their source, are in
 * analyze/loadgen/mt19937.ts.
 *
 * The state's old words and its new ones follow each other in memory, so that word i + 624 is made of words i, i + 1 and
 * i + 397 without a wrap: the nearest new word it needs lies 227 back, further than a vector is wide.
 */
import { BLOCK_WORDS } from "../analyze/loadgen/mt19937.ts";
import {
  ADD,
  constant,
  get,
  I32,
  load,
  loop,
  moduleOf,
  set,
  simd,
  store,
  tee,
  V128,
} from "./wasm-format.ts";

const WORD_BYTES = 4;
const VECTOR_BYTES = 16;
/** Where the old state, the new one and the words put out are in memory [byte]. */
export const BLOCK_BYTES = BLOCK_WORDS * WORD_BYTES;
export const OUTPUT_BYTE = 2 * BLOCK_BYTES;

const SHIFT = 397;
const [AT, WORD, NEXT] = [0, 1, 2] as const;

const AND = simd(0x4e);
const XOR = simd(0x51);
/** The first operand's bits where the third has ones, else the second's. */
const SELECT = simd(0x52);
const SHIFT_LEFT = simd(0xab);
const SHIFT_RIGHT_SIGNED = simd(0xac);
const SHIFT_RIGHT = simd(0xad);
const BELOW = [0x49];
const COPY = [0xfc, 0x0a, 0, 0];

/** Four times the same 32 bits. */
const four = (bits: number) => {
  const bytes = [0, 8, 16, 24].map((at) => (bits >>> at) & 0xff);
  return [...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
};

/** Replaces the word by itself and its own shifted and masked bits, exclusively or. */
const temper = (shift: readonly number[], bits: number, mask?: number) => [
  ...get(WORD),
  ...get(WORD),
  ...[...constant(bits), ...shift],
  ...(mask === undefined ? [] : [...four(mask), ...AND]),
  ...XOR,
  ...set(WORD),
];

/** Exports block(), which replaces the state and puts its 624 words out. */
export function drawModule(): Uint8Array<ArrayBuffer> {
  const twist = [
    ...[...get(AT), ...load(SHIFT * WORD_BYTES, 2)],
    ...[...get(AT), ...load(0)],
    ...[...get(AT), ...load(WORD_BYTES, 2), ...tee(NEXT)],
    ...[...four(0x8000_0000), ...SELECT, ...constant(1), ...SHIFT_RIGHT, ...XOR],
    ...[...get(NEXT), ...constant(31), ...SHIFT_LEFT, ...constant(31), ...SHIFT_RIGHT_SIGNED],
    ...[...four(0x9908_b0df), ...AND, ...XOR, ...set(WORD)],
    ...[...get(AT), ...get(WORD), ...store(BLOCK_BYTES)],
  ];
  const put = [
    ...temper(SHIFT_RIGHT, 11),
    ...temper(SHIFT_LEFT, 7, 0x9d2c_5680),
    ...temper(SHIFT_LEFT, 15, 0xefc6_0000),
    ...temper(SHIFT_RIGHT, 18),
    ...[...get(AT), ...get(WORD), ...store(OUTPUT_BYTE)],
  ];
  const advance = [...get(AT), ...constant(VECTOR_BYTES), ...ADD, ...tee(AT)];
  const body = [
    ...loop([...twist, ...put, ...advance, ...constant(BLOCK_BYTES), ...BELOW]),
    ...[...constant(0), ...constant(BLOCK_BYTES), ...constant(BLOCK_BYTES), ...COPY],
  ];
  return moduleOf("block", [], [I32, V128, V128], body);
}
