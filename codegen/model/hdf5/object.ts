/**
 * HDF5 files as Keras writes them: groups, attributes of texts, and datasets of real numbers in one piece.
 * What is in another file, in chunks or behind a soft link is refused by name; what the names mean is left to keras/.
 *
 * Source: HDF5 File Format Specification 3.0. docs/decisions says why it is read here.
 */
import { externalFileError, type Refusals } from "../refusals.ts";
import { Hdf5Bytes, UNDEFINED_ADDRESS } from "./bytes.ts";
import { type Link, readLinks } from "./links.ts";
import { MESSAGE, type Message, readObject } from "./messages.ts";
import { type ElementType, heapText, readShape, readType, realsOf } from "./types.ts";

const SIGNATURE = "\u0089HDF\r\n\u001a\n";
/** Texts of one attribute: the weights or layers that it names. */
const MAX_TEXTS = 65_536;

/** Whether bytes begin as an HDF5 file does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return [...SIGNATURE].every((letter, index) => bytes[index] === letter.charCodeAt(0));
}

/** @throws ModelFileError TP-MODEL-002 to -004 and -008, as every method of what it returns */
export function openHdf5(content: Uint8Array, file: string, refusals: Refusals): Hdf5Object {
  const bytes = new Hdf5Bytes(content, file, refusals);
  if (!isHdf5(content)) throw bytes.damaged("it does not begin as an HDF5 file does");
  const version = bytes.byte(8);
  const [sizesAt, rootAt] = version < 2 ? [13, version === 0 ? 64 : 68] : [9, 36];
  if (version > 3) throw bytes.damaged(`its superblock has version ${version}`);
  if (bytes.byte(sizesAt) !== 8 || bytes.byte(sizesAt + 1) !== 8) {
    throw bytes.damaged("its addresses do not have 8 bytes");
  }
  return new Hdf5Object(bytes, "", bytes.long(rootAt));
}

/** A group or a dataset. */
export class Hdf5Object {
  /** Names from the root, joined by /. */
  readonly path: string;
  readonly #bytes: Hdf5Bytes;
  readonly #messages: readonly Message[];
  #links: ReadonlyMap<string, Link> | undefined;
  readonly #opened = new Map<string, Hdf5Object>();

  constructor(bytes: Hdf5Bytes, path: string, address: number) {
    this.path = path;
    this.#bytes = bytes;
    this.#messages = readObject(bytes, address);
  }

  /** Names of what a group holds, sorted. */
  get names(): readonly string[] {
    return [...this.#members().keys()].sort();
  }

  /** What lies at a path of names from here, joined by /; undefined where there is nothing. */
  at(path: string): Hdf5Object | undefined {
    let found: Hdf5Object = this;
    for (const name of path.split("/").filter((part) => part !== "")) {
      const member = found.#member(name);
      if (!member) return undefined;
      found = member;
    }
    return found;
  }

  #members(): ReadonlyMap<string, Link> {
    this.#links ??= readLinks(this.#bytes, this.#messages);
    return this.#links;
  }

  #member(name: string): Hdf5Object | undefined {
    const known = this.#opened.get(name);
    if (known) return known;
    const link = this.#members().get(name);
    if (!link) return undefined;
    const path = this.path === "" ? name : `${this.path}/${name}`;
    if (link.kind === "external") {
      throw externalFileError(this.#bytes.file, path, "it is a link into another file");
    }
    if (link.kind === "soft") {
      throw this.#tensorError(path, "it is a soft link, which is not followed");
    }
    const object = new Hdf5Object(this.#bytes, path, link.address);
    this.#opened.set(name, object);
    return object;
  }

  /** Texts of an attribute, one of a scalar; undefined where there is none of this name. */
  texts(name: string): readonly string[] | undefined {
    const bytes = this.#bytes;
    for (const { type, at, length, shared } of this.#messages) {
      if (type === MESSAGE.attributeInfo) this.#refuseDense(at);
      if (type !== MESSAGE.attribute || shared) continue;
      const version = bytes.byte(at);
      if (version < 1 || version > 3) throw bytes.damaged(`an attribute of version ${version}`);
      const padded = (size: number) => (version === 1 ? 8 * Math.ceil(size / 8) : size);
      const [nameSize, typeSize, spaceSize] = [2, 4, 6].map((part) => bytes.number(at + part, 2));
      const nameAt = at + (version === 3 ? 9 : 8);
      const typeAt = nameAt + padded(nameSize as number);
      const spaceAt = typeAt + padded(typeSize as number);
      const dataAt = spaceAt + padded(spaceSize as number);
      if (dataAt > at + length) throw bytes.damaged("an attribute is longer than its message");
      if (bytes.textUntilZero(nameAt, typeAt) !== name) continue;
      if (version > 1 && (bytes.byte(at + 1) & 3) !== 0) {
        throw bytes.damaged(`the type of attribute "${name}" is kept elsewhere`);
      }
      const count = this.#elements(readShape(bytes, spaceAt), name);
      return this.#textsAt(name, readType(bytes, typeAt), dataAt, count, at + length);
    }
    return undefined;
  }

  #refuseDense(at: number): void {
    const indexed = (this.#bytes.byte(at + 1) & 1) !== 0;
    if (this.#bytes.long(at + (indexed ? 4 : 2)) === UNDEFINED_ADDRESS) return;
    throw this.#bytes.damaged("its attributes are indexed in a form that Keras does not write");
  }

  #textsAt(
    name: string,
    type: ElementType,
    start: number,
    count: number,
    end: number,
  ): readonly string[] {
    const bytes = this.#bytes;
    // An empty list has no type of its own: NumPy calls it numbers.
    if (count === 0) return [];
    if (type.kind !== "text" && type.kind !== "heap text") {
      throw bytes.damaged(`attribute "${name}" holds no text`);
    }
    if (count > MAX_TEXTS || start + count * type.size > end) {
      throw bytes.damaged(`attribute "${name}" says it has ${count} texts`);
    }
    bytes.spend(count);
    return Array.from({ length: count }, (_, index) => {
      const at = start + index * type.size;
      if (type.kind === "heap text") return heapText(bytes, at);
      return bytes.text(at, type.size).split("\0", 1)[0] as string;
    });
  }

  #elements(shape: readonly number[], name: string): number {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    // Each takes a byte at least: more cannot be there.
    if (Number.isFinite(count) && count <= this.#bytes.length) return count;
    throw this.#tensorError(name, `its shape is [${shape}], beyond the file's size`);
  }

  /** Dimensions of a dataset; undefined of a group. */
  get shape(): readonly number[] | undefined {
    const space = this.#message(MESSAGE.dataspace);
    return space && readShape(this.#bytes, space.at);
  }

  /** A dataset's values, row-major. @throws ModelFileError TP-MODEL-004 where it holds none that are read */
  reals(): Float64Array {
    const bytes = this.#bytes;
    const [space, typeMessage, layout] = [
      this.#message(MESSAGE.dataspace),
      this.#message(MESSAGE.datatype),
      this.#message(MESSAGE.layout),
    ];
    if (!space || !typeMessage || !layout) {
      throw this.#tensorError(this.path, "it is a group, not a dataset");
    }
    if (this.#message(MESSAGE.externalFiles)) {
      throw externalFileError(bytes.file, this.path, "its values are stored in another file");
    }
    if (this.#message(MESSAGE.filters)) {
      throw this.#tensorError(this.path, "it is compressed, which Keras does not do");
    }
    const type = readType(bytes, typeMessage.at);
    if (type.kind !== "real") {
      throw this.#tensorError(this.path, `it holds ${type.kind === "other" ? type.what : "texts"}`);
    }
    const size = this.#elements(readShape(bytes, space.at), this.path) * type.size;
    const values = realsOf(this.#data(layout, size), type);
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw bytes.refusals.nonFinite(bytes.file, this.path, wrong);
    return values;
  }

  #data({ at }: Message, size: number): Uint8Array {
    const bytes = this.#bytes;
    const [version, kind] = [bytes.byte(at), bytes.byte(at + 1)];
    if (version !== 3 && version !== 4) {
      throw this.#tensorError(this.path, `its layout has version ${version}`);
    }
    if (kind > 1)
      throw this.#tensorError(this.path, "it lies in chunks, which Keras does not make");
    const [start, held] =
      kind === 0 ? [at + 4, bytes.number(at + 2, 2)] : [bytes.long(at + 2), bytes.long(at + 10)];
    if (held !== size) {
      throw this.#tensorError(this.path, `its shape asks for ${size} B; it has ${held} B`);
    }
    return size === 0 ? new Uint8Array() : bytes.span(start, size);
  }

  #message(wanted: number): Message | undefined {
    const found = this.#messages.find(({ type }) => type === wanted);
    if (!found?.shared) return found;
    throw this.#tensorError(this.path, "its description is kept elsewhere in the file");
  }

  #tensorError(tensor: string, why: string): Error {
    return this.#bytes.refusals.tensor(this.#bytes.file, tensor, why);
  }
}
