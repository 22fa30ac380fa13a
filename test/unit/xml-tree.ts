/** A strict reader of the XML that JUnit reports use: elements, attributes, text and character references, nothing else. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

type Open = Element & { children: Element[]; text: string };

const PIECE =
  /<\?xml version="1\.0" encoding="UTF-8"\?>|<(\/?)([A-Za-z][\w-]*)((?: [a-z]+="[^"<]*")*)(\/?)>|[^<]+|</gy;
/** What XML 1.0 allows, section 2.2. */
const ALLOWED = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** @throws Error where the text is not well formed */
export function readXml(text: string): Element {
  if (!ALLOWED.test(text)) throw new Error("a character that XML cannot hold");
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [root];
  for (const [piece, closing, name, attributes = "", alone] of text.matchAll(PIECE)) {
    if (piece.startsWith("<?")) continue;
    const parent = open.at(-1) as Open;
    if (name === undefined) {
      if (piece === "<") throw new Error(`"<" where no element begins`);
      parent.text += decoded(piece);
    } else if (closing === "/") {
      if (open.pop()?.name !== name || open.length === 0)
        throw new Error(`</${name}> out of place`);
    } else {
      const element: Open = { name, attributes: attributesOf(attributes), children: [], text: "" };
      parent.children.push(element);
      if (alone !== "/") open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== "") {
    throw new Error("not one closed element");
  }
  return root.children[0] as Element;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`${name} twice`);
    attributes[name] = decoded(value);
  }
  return attributes;
}

function decoded(text: string): string {
  return text.replace(/&(#(\d+);)?/g, (_, reference?: string, code?: string) => {
    if (reference === undefined) throw new Error(`"&" that begins no character reference`);
    const character = String.fromCodePoint(Number(code));
    if (!ALLOWED.test(character)) throw new Error(`&#${code}; is no character`);
    return character;
  });
}
