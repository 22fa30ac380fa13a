/** The reader of HDF5 against the HDF5 library itself (h5wasm), and files that the library can write but Keras never does. */
import { type Dataset as H5Dataset, File as H5File, Group as H5Group, ready } from "h5wasm";
import { describe, expect, it } from "vitest";
import type { ModelFileError } from "../../codegen/errors.ts";
import { type Hdf5Object, openHdf5 } from "../../codegen/model/hdf5/object.ts";
import { halfValue } from "../../codegen/model/hdf5/types.ts";
import { KERAS } from "../../codegen/model/keras/limits.ts";
import { seededUniform } from "../../codegen/quantize/calibrate.ts";
import { KERAS_FILES, kerasFile } from "./keras-files.ts";

const { FS } = await ready;

const open = (bytes: Uint8Array) => openHdf5(bytes, "test.h5", KERAS);

/** Bytes of a file that the library writes. */
function written(fill: (file: H5File) => void): Uint8Array {
  const file = new H5File("written.h5", "w");
  fill(file);
  file.close();
  return Uint8Array.from(FS.readFile("written.h5"));
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${(error as ModelFileError).code} ${(error as Error).message}`;
  }
  return "read";
}

/** Every dataset and attribute of texts, as the library sees them. */
function expectSame(group: H5Group, object: Hdf5Object): number {
  expect(object.names).toEqual([...group.keys()].sort());
  let count = 0;
  for (const [name, { value }] of Object.entries(group.attrs)) {
    const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
    if (texts.length > 0) expect(object.texts(name)).toEqual(texts);
  }
  for (const name of group.keys()) {
    const [theirs, ours] = [group.get(name), object.at(name)];
    if (!ours) throw new Error(`${name} is not found`);
    if (theirs instanceof H5Group) count += expectSame(theirs, ours);
    else {
      const { shape, value } = theirs as H5Dataset;
      expect(ours.shape).toEqual(shape);
      expect([...ours.reals()]).toEqual([...(value as Float32Array)]);
      count++;
    }
  }
  return count;
}

describe("what Keras writes, as the HDF5 library reads it", () => {
  it.each(KERAS_FILES.filter((name) => name.endsWith(".h5")))("%s", (name) => {
    const bytes = kerasFile(name);
    FS.writeFile("whole.h5", bytes);
    const file = new H5File("whole.h5", "r");
    expect(expectSame(file, open(bytes))).toBeGreaterThanOrEqual(6);
    file.close();
  });
});

describe("what else the library writes", () => {
  const groups = (count: number) =>
    written((file) => {
      for (let index = 0; index < count; index++) {
        const data = Float64Array.of(index, -index / 3);
        file.create_group(`g${index}`).create_dataset({ name: "values", data });
      }
    });

  it("groups of its newer kind, and numbers of 8 bytes", () => {
    const root = open(groups(8));
    expect(root.names).toHaveLength(8);
    expect([...(root.at("g7/values") as Hdf5Object).reals()]).toEqual([7, -7 / 3]);
    expect(root.at("g8/values")).toBeUndefined();
  });

  it("many links, which such groups keep in a heap, are refused", () => {
    expect(codeOf(() => open(groups(300)).names)).toMatch(/TP-MODEL-002.*Keras does not write/s);
  });

  it.each<[string, (file: H5File) => void, RegExp]>([
    [
      "a link into another file",
      (file) => file.create_external_link("/etc/passwd", "/x", "w"),
      /TP-MODEL-008.*another file/s,
    ],
    [
      "a soft link to itself",
      (file) => file.create_soft_link("/w", "w"),
      /TP-MODEL-004.*soft link/s,
    ],
    [
      "chunks",
      (file) =>
        file.create_dataset({ name: "w", data: new Float32Array(64), shape: [64], chunks: [8] }),
      /TP-MODEL-004.*chunks/s,
    ],
    [
      "compression",
      (file) =>
        file.create_dataset({
          name: "w",
          data: new Float32Array(64),
          shape: [64],
          chunks: [64],
          compression: 4,
        }),
      /TP-MODEL-004.*compressed/s,
    ],
    [
      "integers",
      (file) => file.create_dataset({ name: "w", data: new Int32Array(4) }),
      /TP-MODEL-004.*integers/s,
    ],
    ["texts", (file) => file.create_dataset({ name: "w", data: ["one", "two"] }), /TP-MODEL-004/],
    ["a group", (file) => file.create_group("w"), /TP-MODEL-004.*group/s],
  ])("%s is refused", (_, fill, expected) => {
    const root = open(written(fill));
    expect(codeOf(() => (root.at("w") as Hdf5Object).reals())).toMatch(expected);
  });
});

describe("damaged files", () => {
  const bytes = kerasFile("keras3-lstm-stack.h5");

  it("a shape that asks for more than the file holds", () => {
    const whole = open(bytes);
    const dataset = "model_weights/dense/sequential/dense/kernel";
    expect(whole.at(dataset)?.shape).toEqual([4, 3]);
    // The dimensions 4 and 3 stand side by side once: in this dataset's header.
    const at = Buffer.from(bytes).indexOf(
      Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]),
    );
    for (const [size, why] of [
      [2 ** 40, /TP-MODEL-004.*beyond the file/s],
      [5, /TP-MODEL-004.*asks for 60 B; it has 48/s],
    ] as const) {
      const changed = bytes.slice();
      new DataView(changed.buffer).setBigUint64(at, BigInt(size), true);
      expect(codeOf(() => open(changed).at(dataset)?.reals())).toMatch(why);
    }
  });

  it("every file cut short is refused or read, none read beyond its end", () => {
    const walk = (object: Hdf5Object): void => {
      if (object.shape) object.reals();
      else for (const name of object.names) walk(object.at(name) as Hdf5Object);
    };
    for (let length = 0; length < bytes.length; length += 97) {
      const result = codeOf(() => walk(open(bytes.slice(0, length))));
      expect(result).toMatch(/^(read|TP-MODEL-00[2-8])/);
    }
  });

  it("changed bytes never do worse than a coded error", () => {
    const uniform = seededUniform(5);
    const draw = (below: number) => Math.floor(uniform() * below);
    const filled = [...bytes.keys()].filter((at) => bytes[at] !== 0);
    for (let file = 0; file < 500; file++) {
      const changed = bytes.slice();
      for (let count = 0; count <= draw(4); count++) {
        changed[filled[draw(filled.length)] as number] = draw(256);
      }
      const result = codeOf(() => {
        const root = open(changed);
        root.texts("model_config");
        root.at("model_weights/lstm")?.texts("weight_names");
        root.at("model_weights/lstm/sequential/lstm/lstm_cell/kernel")?.reals();
      });
      expect(result).toMatch(/^(read|TP-MODEL-00[2-8])/);
    }
  });
});

it("half precision as IEEE 754 has it", () => {
  // Its table of examples: 1, -2, 65504, the smallest subnormal, 1/3 rounded, infinity.
  expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555, 0x7c00].map(halfValue)).toEqual([
    ...[1, -2, 65504, 2 ** -24, 0.333251953125, Number.POSITIVE_INFINITY],
  ]);
});
