/**
 * Changes a JSON document where it hurts: values of other types and sizes, keys, whole branches, depth; and bytes anywhere.
 * What the document means is left to the formats that are written in JSON.
 */

import { type Draw, mutateBytes, pick } from "./draw.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1,
  0.5,
  1e-300,
  1e308,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  "",
  "0",
  "../../secret",
  "/etc/passwd",
  "C:\\file",
  "\u0000",
  "\u001b[2J",
  "a".repeat(2000),
  [],
  {},
  [[]],
];
const KEYS: readonly string[] = ["__proto__", "constructor", "toString", "length", "", "schema"];
/** Deeper than a recursive reader's stack holds. */
const DEPTH = 20_000;

/** A place in the document: what holds it, and its key there. */
interface Place {
  readonly holder: Json[] | { [key: string]: Json };
  readonly key: string;
}

function placesOf(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push({ holder: value, key });
    placesOf(inner, found);
  }
  return found;
}

function get({ holder, key }: Place): Json {
  return (holder as { [key: string]: Json })[key] ?? null;
}

function set(holder: Place["holder"], key: string, value: Json): void {
  // Not by assignment: __proto__ shall be a key like any other.
  Object.defineProperty(holder, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function mutateTree(root: Json, draw: Draw): void {
  const places = placesOf(root);
  if (places.length === 0) return;
  const place = pick(places, draw);
  const { holder, key } = place;
  const value = get(place);
  switch (draw(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      return;
    case 1:
      if (Array.isArray(holder)) holder.push(structuredClone(value));
      else set(holder, pick(KEYS, draw), structuredClone(value));
      return;
    case 2:
      set(holder, key, structuredClone(get(pick(places, draw))));
      return;
    case 3:
      if (typeof value === "number") {
        set(holder, key, pick([value + 1, value - 1, -value, value * 2, value / 3], draw));
        return;
      }
  }
  // A copy: a value that holds others may be changed next, or be put into itself.
  set(holder, key, structuredClone(pick(VALUES, draw)));
}

/** One to four changes of the document, or now and then of its bytes or its depth. */
export function mutateJson(bytes: Uint8Array, draw: Draw): Uint8Array {
  const choice = draw(20);
  if (choice < 2) return mutateBytes(bytes, draw);
  const text = new TextDecoder().decode(bytes);
  if (choice === 2) {
    const [open, close] = draw(2) === 0 ? ["[", "]"] : ['{"a":', "}"];
    return new TextEncoder().encode(text.replace(/:.*/s, `:${open.repeat(DEPTH)}0${close}`));
  }
  const tree = JSON.parse(text) as Json;
  for (let count = 1 + draw(4); count > 0; count--) mutateTree(tree, draw);
  return new TextEncoder().encode(JSON.stringify(tree));
}
