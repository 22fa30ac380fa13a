/**
 * Finds what a TFLite file is made of, as places in its bytes: scalars, offsets, lengths, lists of fields, weights.
 * What to put there is left to mutate-tflite.ts. Reads sound files only; nothing is shared with the importer under test.
 */

/** Bytes of a scalar; a vector of scalars; a table, or a vector of them, and what its fields are by their index. */
type Field =
  | { readonly scalar: 1 | 4 | 8 }
  | { readonly vector: 1 | 4 | 8 }
  | { readonly table: Table }
  | { readonly tables: Table };
type Table = { readonly [field: number]: Field };

const BYTE: Field = { scalar: 1 };
const WORD: Field = { scalar: 4 };
const TEXT: Field = { vector: 1 };
const WORDS: Field = { vector: 4 };

/** Options of an operator: at most this many fields, each a byte or a word; whichever, a word is changed there. */
const OPTIONS: Table = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [index, WORD]));
const QUANTIZATION: Table = { 0: WORDS, 1: WORDS, 2: WORDS, 3: { vector: 8 }, 6: WORD };
const TENSOR: Table = {
  0: WORDS,
  1: BYTE,
  2: WORD,
  3: TEXT,
  4: { table: QUANTIZATION },
  5: BYTE,
  7: WORDS,
};
const OPERATOR: Table = {
  0: WORD,
  1: WORDS,
  2: WORDS,
  3: BYTE,
  4: { table: OPTIONS },
  5: TEXT,
  8: WORDS,
};
const SUBGRAPH: Table = {
  0: { tables: TENSOR },
  1: WORDS,
  2: WORDS,
  3: { tables: OPERATOR },
  4: TEXT,
};
const CODE: Table = { 0: BYTE, 1: TEXT, 2: WORD, 3: WORD };
const BUFFER: Table = { 0: { vector: 1 }, 1: { scalar: 8 }, 2: { scalar: 8 } };
const MODEL: Table = {
  0: WORD,
  1: { tables: CODE },
  2: { tables: SUBGRAPH },
  3: TEXT,
  4: { tables: BUFFER },
};

/** A number of `size` bytes; of an offset, where it points. */
export interface Place {
  readonly at: number;
  readonly size: number;
}

export interface Places {
  readonly scalars: readonly Place[];
  /** With the byte they point to. */
  readonly offsets: readonly (Place & { readonly target: number })[];
  readonly lengths: readonly Place[];
  /** Entries and sizes of the lists of fields, and each table's way to its list. */
  readonly slots: readonly Place[];
  /** Buffers' bytes: weights. `size` is all of one. */
  readonly buffers: readonly Place[];
}

/** @throws RangeError for a file that is not sound */
export function placesOf(bytes: Uint8Array): Places {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scalars: Place[] = [];
  const offsets: (Place & { target: number })[] = [];
  const lengths: Place[] = [];
  const slots: Place[] = [];
  const buffers: Place[] = [];

  const follow = (at: number): number => {
    const target = at + view.getUint32(at, true);
    offsets.push({ at, size: 4, target });
    return target;
  };
  const lengthAt = (at: number): number => {
    lengths.push({ at, size: 4 });
    return view.getUint32(at, true);
  };
  const vector = (start: number, elementBytes: 1 | 4 | 8): void => {
    const count = lengthAt(start);
    if (elementBytes === 1) {
      if (count > 0) buffers.push({ at: start + 4, size: count });
      return;
    }
    for (let index = 0; index < count; index++) {
      scalars.push({ at: start + 4 + index * elementBytes, size: elementBytes });
    }
  };
  const table = (at: number, shape: Table): void => {
    slots.push({ at, size: 4 });
    const list = at - view.getInt32(at, true);
    slots.push({ at: list, size: 2 }, { at: list + 2, size: 2 });
    const count = (view.getUint16(list, true) - 4) / 2;
    for (let index = 0; index < count; index++) {
      const slot = list + 4 + 2 * index;
      slots.push({ at: slot, size: 2 });
      const field = view.getUint16(slot, true);
      const kind = shape[index];
      if (field === 0 || !kind) continue;
      const place = at + field;
      if ("scalar" in kind) scalars.push({ at: place, size: kind.scalar });
      else if ("vector" in kind) vector(follow(place), kind.vector);
      else if ("table" in kind) table(follow(place), kind.table);
      else {
        const start = follow(place);
        for (let item = 0, items = lengthAt(start); item < items; item++) {
          table(follow(start + 4 + 4 * item), kind.tables);
        }
      }
    }
  };
  table(follow(0), MODEL);
  const inside = ({ at, size }: Place) => at + size <= bytes.length;
  return { scalars: scalars.filter(inside), offsets, lengths, slots, buffers };
}
