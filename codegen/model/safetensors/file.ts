/**
 * The tensors of a safetensors file by name, every offset and shape checked before a value is read.
 * What the names mean is left to pytorch.ts.
 *
 * Source: huggingface/safetensors, README: 8 bytes of length, JSON of that length, the tensors' bytes.
 */
import { halfValue } from "../hdf5/types.ts";
import { isObject, type Json, parseJson, shownJson } from "../json.ts";
import { refusalsOf } from "../refusals.ts";

const MAX_HEADER_CHARACTERS = 2 * 1024 * 1024;
const MAX_RANK = 8;

export const SAFETENSORS = refusalsOf({
  format: "safetensors",
  node: "layer",
  again:
    'save the weights again: safetensors.torch.save_file(model.state_dict(), "NAME.safetensors")',
  write: "save",
});

/** How the real numbers that are read are written: bytes of each, and its value. */
const REALS: Readonly<Record<string, { size: number; at(view: DataView, at: number): number }>> = {
  F64: { size: 8, at: (view, at) => view.getFloat64(at, true) },
  F32: { size: 4, at: (view, at) => view.getFloat32(at, true) },
  F16: { size: 2, at: (view, at) => halfValue(view.getUint16(at, true)) },
  BF16: { size: 2, at: (view, at) => singleOf(view.getUint16(at, true)) },
};

/** bfloat16: the upper half of a single. */
function singleOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. @throws ModelFileError TP-MODEL-004 for what holds no real numbers, TP-MODEL-007 */
  values(): Float64Array;
}

/** @throws ModelFileError TP-MODEL-002 to -004 */
export function readSafetensors(
  bytes: Uint8Array,
  file: string,
): ReadonlyMap<string, StoredTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw SAFETENSORS.damaged(file, "it ends before its header");
  const length = Number(view.getBigUint64(0, true));
  const start = 8 + length;
  if (start > bytes.length) {
    throw SAFETENSORS.damaged(file, `its header is said to have ${length} B`);
  }
  if (length > MAX_HEADER_CHARACTERS) {
    throw SAFETENSORS.limit(file, `a header of ${length} B`, MAX_HEADER_CHARACTERS);
  }
  const text = new TextDecoder().decode(bytes.subarray(8, start));
  const header = parseJson(text, file, SAFETENSORS, MAX_HEADER_CHARACTERS);
  const tensors = new Map<string, StoredTensor>();
  let total = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const tensor = tensorOf(bytes.subarray(start), name, entry, file);
    total += tensor.size;
    tensors.set(name, tensor);
  }
  // The format forbids tensors that share bytes; many that do would take more memory than the file.
  if (total > bytes.length - start) throw SAFETENSORS.damaged(file, "its tensors overlap");
  return tensors;
}

function wholes(value: Json | undefined, count: number): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length > count) return undefined;
  const good = (one: Json) => typeof one === "number" && Number.isSafeInteger(one) && one >= 0;
  return value.every(good) ? (value as readonly number[]) : undefined;
}

function tensorOf(
  data: Uint8Array,
  name: string,
  entry: Json,
  file: string,
): StoredTensor & { readonly size: number } {
  const wrong = (why: string) => SAFETENSORS.tensor(file, name.slice(0, 200), why);
  const { dtype, shape: given, data_offsets: offsets } = isObject(entry) ? entry : {};
  const shape = wholes(given, MAX_RANK);
  const [begin, end] = wholes(offsets, 2) ?? [];
  if (!shape || begin === undefined || end === undefined || typeof dtype !== "string") {
    throw wrong(`its entry is ${shownJson(entry)}`);
  }
  if (begin > end || end > data.length) {
    throw wrong(`it lies from ${begin} to ${end} of ${data.length} B`);
  }
  const real = Object.hasOwn(REALS, dtype) ? REALS[dtype] : undefined;
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  if (real && count * real.size !== end - begin) {
    throw wrong(`its shape [${shape}] of ${dtype} does not take ${end - begin} B`);
  }
  return {
    name,
    shape,
    size: end - begin,
    values() {
      if (!real) throw wrong(`it holds ${dtype.slice(0, 20)}; F64, F32, F16 and BF16 are read`);
      const view = new DataView(data.buffer, data.byteOffset + begin, end - begin);
      const values = Float64Array.from({ length: count }, (_, at) => real.at(view, at * real.size));
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) throw SAFETENSORS.nonFinite(file, name, bad);
      return values;
    },
  };
}
