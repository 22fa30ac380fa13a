/**
 * Reads NumPy's .npy files of real numbers (format 1.0 to 3.0, numpy.lib.format), which are hostile until read.
 * What the numbers mean is left to the caller.
 */
import { UsageError } from "../../codegen/index.ts";

export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float64Array;
}

const MAGIC = "\x93NUMPY";
/** Of the header's text [byte]; up to 12 lie before it. */
export const MAX_HEADER_BYTES = 4096;
const READERS: Readonly<
  Record<string, [bytes: number, read: (v: DataView, at: number) => number]>
> = {
  "<f8": [8, (view, at) => view.getFloat64(at, true)],
  "<f4": [4, (view, at) => view.getFloat32(at, true)],
  "<i2": [2, (view, at) => view.getInt16(at, true)],
  "|i1": [1, (view, at) => view.getInt8(at)],
};

/** @throws UsageError TP-USE-120 for anything but a whole C-ordered array of f8, f4, i2 or i1 */
export function decodeNpy(bytes: Uint8Array, file: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (bytes.length < 12 || magic !== MAGIC) throw refuse(file, "it does not begin as one");
  const wide = view.getUint8(6) >= 2;
  const headerBytes = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (wide ? 12 : 10) + headerBytes;
  if (headerBytes > MAX_HEADER_BYTES || start > bytes.length)
    throw refuse(file, "its header is cut");
  const header = new TextDecoder("latin1").decode(bytes.subarray(wide ? 12 : 10, start));
  const type = /'descr':\s*'([^']{1,8})'/.exec(header)?.[1] ?? "?";
  const dimensions = /'shape':\s*\(([\d,\s]{0,64})\)/.exec(header)?.[1];
  const reader = READERS[type];
  if (!reader) throw refuse(file, `its type is ${type}; f8, f4, i2 and i1 are read`);
  if (dimensions === undefined || !/'fortran_order':\s*False/.test(header)) {
    throw refuse(file, "its shape or order cannot be read");
  }
  const shape = dimensions
    .split(",")
    .map((d) => d.trim())
    .filter(Boolean)
    .map(Number);
  const count = shape.reduce((a, b) => a * b, 1);
  const [width, read] = reader;
  if (!Number.isSafeInteger(count) || count * width !== bytes.length - start) {
    throw refuse(
      file,
      `its shape wants ${count * width} bytes and ${bytes.length - start} are there`,
    );
  }
  const values = Float64Array.from({ length: count }, (_, i) => read(view, start + i * width));
  if (!values.every(Number.isFinite)) throw refuse(file, "it holds values that are not finite");
  return { shape, values };
}

function refuse(file: string, why: string): UsageError {
  return new UsageError(
    "TP-USE-120",
    {
      what: `${file} cannot be read as a NumPy array`,
      why,
      fix: "numpy.save(FILE, frames.astype('float32')) with frames of shape [time, features]",
    },
    { file },
  );
}
