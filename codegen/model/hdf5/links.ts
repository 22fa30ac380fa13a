/**
 * The links of an HDF5 group: symbol tables (a tree of names in a heap) and link messages.
 * Following a link is left to object.ts; links into other files are named, never followed.
 *
 * Source: HDF5 File Format Specification 3.0, III.A to III.C, IV.A.2.g.
 */
import type { Hdf5Bytes } from "./bytes.ts";
import { UNDEFINED_ADDRESS } from "./bytes.ts";
import { MESSAGE, type Message } from "./messages.ts";

export type Link =
  | { readonly kind: "object"; readonly address: number }
  | { readonly kind: "soft" }
  /** To another file. */
  | { readonly kind: "external" };

/** A tree this deep would hold more names than any file. */
const MAX_DEPTH = 32;

/** @throws ModelFileError TP-MODEL-002, -003 */
export function readLinks(
  bytes: Hdf5Bytes,
  messages: readonly Message[],
): ReadonlyMap<string, Link> {
  const links = new Map<string, Link>();
  for (const message of messages) {
    if (message.type === MESSAGE.symbolTable) readSymbolTable(bytes, message.at, links);
    if (message.type === MESSAGE.link) readLink(bytes, message, links);
    if (message.type === MESSAGE.linkInfo) refuseDense(bytes, message.at);
  }
  return links;
}

/** Links beside the object's own header lie in a heap that Keras never makes. */
function refuseDense(bytes: Hdf5Bytes, at: number): void {
  const indexed = (bytes.byte(at + 1) & 1) !== 0;
  if (bytes.long(at + (indexed ? 10 : 2)) === UNDEFINED_ADDRESS) return;
  throw bytes.damaged("its groups are indexed in a form that Keras does not write");
}

function readSymbolTable(bytes: Hdf5Bytes, at: number, links: Map<string, Link>): void {
  const tree = bytes.long(at);
  const heap = bytes.long(at + 8);
  bytes.expect(heap, "HEAP");
  const size = bytes.long(heap + 8);
  const names = bytes.long(heap + 24);
  bytes.check(names, size);
  readTree(tree, MAX_DEPTH);

  function readTree(node: number, depth: number): void {
    bytes.spend(1);
    bytes.expect(node, "TREE");
    const [type, level] = [bytes.byte(node + 4), bytes.byte(node + 5)];
    if (type !== 0 || level >= depth) throw bytes.damaged("a tree of names that is none");
    const count = bytes.number(node + 6, 2);
    for (let child = 0; child < count; child++) {
      const address = bytes.long(node + 32 + 16 * child);
      if (level > 0) readTree(address, level);
      else readNames(address);
    }
  }

  function readNames(node: number): void {
    bytes.expect(node, "SNOD");
    const count = bytes.number(node + 6, 2);
    bytes.spend(1 + count);
    for (let entry = node + 8; entry < node + 8 + 40 * count; entry += 40) {
      const name = bytes.textUntilZero(names + bytes.long(entry), names + size);
      const soft = bytes.number(entry + 16, 4) === 2;
      add(bytes, links, name, soft ? { kind: "soft" } : objectAt(bytes.long(entry + 8)));
    }
  }
}

function objectAt(address: number): Link {
  return { kind: "object", address };
}

function add(bytes: Hdf5Bytes, links: Map<string, Link>, name: string, link: Link): void {
  if (links.has(name)) throw bytes.damaged(`two links have the name "${name.slice(0, 60)}"`);
  links.set(name, link);
}

const LINK_TYPE = { hard: 0, soft: 1, external: 64 } as const;

function readLink(bytes: Hdf5Bytes, { at, length }: Message, links: Map<string, Link>): void {
  const flags = bytes.byte(at + 1);
  let next = at + 2;
  const type = flags & 8 ? bytes.byte(next++) : LINK_TYPE.hard;
  if (flags & 4) next += 8;
  if (flags & 16) next += 1;
  const sizeBytes = 1 << (flags & 3);
  const nameLength = bytes.number(next, sizeBytes);
  next += sizeBytes;
  if (next + nameLength > at + length) throw bytes.damaged("a link's name is longer than the link");
  const name = bytes.text(next, nameLength);
  if (type === LINK_TYPE.hard) add(bytes, links, name, objectAt(bytes.long(next + nameLength)));
  else add(bytes, links, name, { kind: type === LINK_TYPE.soft ? "soft" : "external" });
}
