import { execFileSync } from "node:child_process";
import { Project } from "ts-morph";
import { describe, expect, it } from "vitest";
import { snakeCase } from "../../scripts/records/c.ts";
import { readSchema, SchemaError } from "../../scripts/records/schema.ts";

const CONSTANTS = "export const WIRE_VERSION = 1;\nexport const MAX_PAYLOAD_BYTES = 64;\n";

function read(text: string) {
  const project = new Project({ useInMemoryFileSystem: true });
  // A doc comment belongs to what follows only when it begins its own line.
  const lines = text.replaceAll("/**", "\n/**");
  return readSchema(project.createSourceFile("records.ts", CONSTANTS + lines));
}

function faultsOf(text: string): readonly string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (error instanceof SchemaError) return error.faults;
    throw error;
  }
}

describe("the record schema", () => {
  it("reads ids, directions, fields and their doc comments", () => {
    const schema = read(`
      /** Somebody
       * speaks. @record 0x01 */
      export interface Word {
        /** What [letter]. */
        readonly letters: Text;
        /** How often. */
        readonly times: U16;
      }
      /** Asks. @record 0x80 */
      export interface Ask {
        /** Anything. */
        readonly what: Bytes;
      }`);
    expect(schema).toEqual({
      wireVersion: 1,
      maxPayloadBytes: 64,
      records: [
        {
          name: "Word",
          id: 1,
          direction: "device-to-host",
          doc: "Somebody speaks.",
          fields: [
            { name: "letters", type: "Text", doc: "What [letter]." },
            { name: "times", type: "U16", doc: "How often." },
          ],
        },
        {
          name: "Ask",
          id: 0x80,
          direction: "host-to-device",
          doc: "Asks.",
          fields: [{ name: "what", type: "Bytes", doc: "Anything." }],
        },
      ],
    });
  });

  it("lists every fault at once", () => {
    expect(
      faultsOf(`
      /** No id. */
      export interface A { /** x */ readonly x: U8; }
      /** Too high. @record 0x100 */
      export interface B { /** x */ readonly x: U8; }
      /** One. @record 0x02 */
      export interface C { /** x */ readonly x: U8; readonly y: U8; }
      /** Two. @record 0x02 */
      export interface D { /** x */ readonly x?: number; /** t */ readonly type: U8; }
      /** Three. @record 0x81 */
      export interface E { /** x */ readonly x: Text; }
      /** Four. @record 0x82 */
      export interface F {}
      /** Five. @record 0x83 */
      export interface G { run(): void }
      /** @record 0x84 */
      export interface H extends G { /** x */ readonly x: U8; }`),
    ).toEqual([
      "A: needs a type byte, @record 0x01 to @record 0xff",
      "B: needs a type byte, @record 0x01 to @record 0xff",
      "C.y: has no doc comment",
      "D.x: is optional; the wire has no absent field",
      "D.x: type number is none of U8, U16, U32, U64, Text, Bytes",
      "D.type: that name tells the records apart",
      "E.x: the device reads in place, where a Text has no terminator; use Bytes",
      "F: has no field",
      "G: holds something that is not a field: run(): void",
      "H: has no doc comment",
      "H: extends another interface; list the fields",
      "D: type byte 0x2 already belongs to C",
    ]);
  });

  it("spells names as C does", () => {
    expect(["clockHz", "modelDigest", "pc", "ModelDigest", "state2Bytes"].map(snakeCase)).toEqual([
      "clock_hz",
      "model_digest",
      "pc",
      "model_digest",
      "state2_bytes",
    ]);
  });

  it("was generated after its last change", () => {
    execFileSync(process.execPath, ["--import", "tsx", "scripts/generate-records.ts", "--check"]);
  });
});
