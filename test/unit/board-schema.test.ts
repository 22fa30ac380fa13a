import { describe, expect, it } from "vitest";
import { type Schema, violations } from "../../codegen/json-schema.ts";

describe("violations", () => {
  it.each<[Schema, unknown, string[]]>([
    [{ type: "number" }, 1, []],
    [{ type: "number" }, "1", ["(file): must be a number, is a string"]],
    [{ type: "object" }, [], ["(file): must be an object, is an array"]],
    [{ type: "object" }, null, ["(file): must be an object, is null"]],
    [{ type: "array", minItems: 1 }, [], ["(file): needs at least 1 entries, has 0"]],
    [{ type: "array", maxItems: 1 }, [1, 2], ["(file): takes at most 1 entries, has 2"]],
    [{ items: { type: "string" } }, ["a", 2], ["[1]: must be a string, is a number"]],
    [{ minimum: 0 }, Number.NaN, ["(file): must be at least 0, is NaN"]],
    [{ minimum: 0 }, 0, []],
    [{ exclusiveMinimum: 0 }, 0, ["(file): must be above 0, is 0"]],
    [{ pattern: "^a+$" }, "ab", ['(file): "ab" does not match ^a+$']],
    [{ required: ["toString"] }, {}, ["(file): toString is missing"]],
    [
      { additionalProperties: false },
      { constructor: 1 },
      ["(file): constructor is not a known field"],
    ],
    [{ anyOf: [{ type: "null" }, { type: "number" }] }, null, []],
    [{ enum: ["a", "b"] }, "c", ['(file): must be one of "a", "b"']],
  ])("%j of %j are %j", (schema, value, expected) => {
    expect(violations(value, schema)).toEqual(expected);
  });

  it("names the place in a tree, through references", () => {
    const schema: Schema = {
      $defs: { size: { type: "number", minimum: 1 } },
      properties: {
        list: { type: "array", items: { properties: { size: { $ref: "#/$defs/size" } } } },
      },
    };
    expect(violations({ list: [{ size: 1 }, { size: 0 }] }, schema)).toEqual([
      "list[1].size: must be at least 1, is 0",
    ]);
  });

  it("refuses a schema that it would only half check", () => {
    expect(() => violations(1, { multipleOf: 2 } as Schema)).toThrow("keyword multipleOf");
    expect(() => violations(1, { $ref: "#/$defs/none" })).toThrow("leads nowhere");
  });
});
