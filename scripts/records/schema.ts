/**
 * Reads the record interfaces of host/decode/records.ts into plain data, and refuses a schema that cannot cross the wire.
 * What the records look like in TypeScript and in C is left to typescript.ts and c.ts.
 */
import type { InterfaceDeclaration, SourceFile } from "ts-morph";
import { Node } from "ts-morph";

export const FIELD_TYPES = ["U8", "U16", "U32", "U64", "Text", "Bytes"] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export type Direction = "device-to-host" | "host-to-device";

export interface Field {
  /** camelCase, as declared. */
  readonly name: string;
  readonly type: FieldType;
  readonly doc: string;
}

export interface RecordShape {
  /** PascalCase, as declared. */
  readonly name: string;
  /** The type byte on the wire. */
  readonly id: number;
  readonly direction: Direction;
  readonly doc: string;
  /** In the order of the wire; never empty, so that a packed length of 0 can mean "does not fit". */
  readonly fields: readonly Field[];
}

export interface Schema {
  readonly wireVersion: number;
  readonly maxPayloadBytes: number;
  /** In order of declaration. */
  readonly records: readonly RecordShape[];
}

/** The schema as declared has faults; all of them are listed at once. */
export class SchemaError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `the record schema cannot be generated:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
    this.name = "SchemaError";
    this.faults = faults;
  }
}

/** Type bytes below this one travel from device to host, the others from host to device. */
const FIRST_HOST_ID = 0x80;

/** The doc comment's sentence, on one line; empty when there is none. */
function describe(node: { getJsDocs(): { getDescription(): string }[] }): string {
  return node
    .getJsDocs()
    .map((doc) => doc.getDescription())
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}

function readRecord(declaration: InterfaceDeclaration, faults: string[]): RecordShape | undefined {
  const name = declaration.getName();
  const tags = declaration.getJsDocs().flatMap((doc) => doc.getTags());
  const id = Number(
    tags.find((tag) => tag.getTagName() === "record")?.getCommentText() ?? Number.NaN,
  );
  if (!Number.isInteger(id) || id < 1 || id > 0xff) {
    faults.push(`${name}: needs a type byte, @record 0x01 to @record 0xff`);
    return undefined;
  }
  const direction = id < FIRST_HOST_ID ? "device-to-host" : "host-to-device";
  const doc = describe(declaration);
  if (doc === "") faults.push(`${name}: has no doc comment`);
  if (declaration.getExtends().length > 0)
    faults.push(`${name}: extends another interface; list the fields`);

  const fields: Field[] = [];
  for (const member of declaration.getMembers()) {
    if (!Node.isPropertySignature(member)) {
      faults.push(`${name}: holds something that is not a field: ${member.getText()}`);
      continue;
    }
    const field = `${name}.${member.getName()}`;
    const type = FIELD_TYPES.find((known) => known === member.getTypeNode()?.getText());
    const fieldDoc = describe(member);
    if (member.hasQuestionToken())
      faults.push(`${field}: is optional; the wire has no absent field`);
    if (member.getName() === "type") faults.push(`${field}: that name tells the records apart`);
    if (fieldDoc === "") faults.push(`${field}: has no doc comment`);
    if (!type) {
      faults.push(
        `${field}: type ${member.getTypeNode()?.getText()} is none of ${FIELD_TYPES.join(", ")}`,
      );
    } else if (type === "Text" && direction === "host-to-device") {
      faults.push(`${field}: the device reads in place, where a Text has no terminator; use Bytes`);
    } else {
      fields.push({ name: member.getName(), type, doc: fieldDoc });
    }
  }
  if (declaration.getMembers().length === 0) faults.push(`${name}: has no field`);
  return { name, id, direction, doc, fields };
}

function readConstant(source: SourceFile, name: string, faults: string[]): number {
  const initializer = source.getVariableDeclaration(name)?.getInitializer();
  if (Node.isNumericLiteral(initializer)) return initializer.getLiteralValue();
  faults.push(`${name}: has to be a number written out`);
  return 0;
}

/** Reads the schema. Throws SchemaError with every fault found. */
export function readSchema(source: SourceFile): Schema {
  const faults: string[] = [];
  const wireVersion = readConstant(source, "WIRE_VERSION", faults);
  const maxPayloadBytes = readConstant(source, "MAX_PAYLOAD_BYTES", faults);
  const records = source
    .getInterfaces()
    .map((declaration) => readRecord(declaration, faults))
    .filter((record) => record !== undefined);

  const owners = new Map<number, string>();
  for (const { id, name } of records) {
    const owner = owners.get(id);
    if (owner) faults.push(`${name}: type byte 0x${id.toString(16)} already belongs to ${owner}`);
    owners.set(id, name);
  }
  if (faults.length > 0) throw new SchemaError(faults);
  return { wireVersion, maxPayloadBytes, records };
}
