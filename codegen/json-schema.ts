/**
 * Decides whether a JSON value has the shape that a JSON Schema states, and says where it has not.
 * Which files are checked, and what a violation means to the user, is left to the caller.
 */

/** The part of JSON Schema (draft 2020-12) that this project's schemas use; other keywords are refused. */
export interface Schema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
  readonly type?: "object" | "array" | "string" | "number" | "null";
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  "$schema",
  "title",
  "description",
  "$defs",
  "$ref",
  "type",
  "const",
  "enum",
  "anyOf",
  "required",
  "properties",
  "additionalProperties",
  "items",
  "minItems",
  "maxItems",
  "minLength",
  "pattern",
  "minimum",
  "exclusiveMinimum",
]);

/**
 * Every violation of `schema` by `value`, as "path: what is wrong"; empty when it fits.
 * @throws RangeError if the schema itself uses a keyword or reference that is not understood.
 */
export function violations(value: unknown, schema: Schema): string[] {
  return check(value, schema, "", schema);
}

function check(value: unknown, schema: Schema, path: string, root: Schema): string[] {
  for (const keyword of Object.keys(schema)) {
    if (!KEYWORDS.has(keyword)) throw new RangeError(`schema keyword ${keyword} is not supported`);
  }
  const at = path === "" ? "(file)" : path;
  const found: string[] = [];
  if (schema.$ref !== undefined)
    found.push(...check(value, resolve(schema.$ref, root), path, root));
  if (schema.anyOf !== undefined) found.push(...checkAny(value, schema.anyOf, path, root));
  if (schema.const !== undefined && value !== schema.const) {
    found.push(`${at}: must be ${JSON.stringify(schema.const)}`);
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    found.push(`${at}: must be one of ${schema.enum.map((e) => JSON.stringify(e)).join(", ")}`);
  }
  if (schema.type !== undefined && typeName(value) !== schema.type) {
    return [...found, `${at}: must be ${article(schema.type)}, is ${article(typeName(value))}`];
  }
  if (typeof value === "number") found.push(...checkNumber(value, schema, at));
  if (typeof value === "string") found.push(...checkString(value, schema, at));
  if (Array.isArray(value)) found.push(...checkArray(value, schema, path, at, root));
  else if (isObject(value)) found.push(...checkObject(value, schema, path, at, root));
  return found;
}

/** Where no option fits, the one of the value's own type tells most. */
function checkAny(
  value: unknown,
  options: readonly Schema[],
  path: string,
  root: Schema,
): string[] {
  const attempts = options.map((option) => ({ option, found: check(value, option, path, root) }));
  if (attempts.some(({ found }) => found.length === 0)) return [];
  const sameType = attempts.filter(({ option }) => typeOf(option, root) === typeName(value));
  return (sameType[0] ?? attempts[0])?.found ?? [];
}

function typeOf(schema: Schema, root: Schema): string | undefined {
  return schema.$ref === undefined ? schema.type : typeOf(resolve(schema.$ref, root), root);
}

function checkNumber(value: number, schema: Schema, at: string): string[] {
  const found: string[] = [];
  if (schema.minimum !== undefined && !(value >= schema.minimum)) {
    found.push(`${at}: must be at least ${schema.minimum}, is ${value}`);
  }
  if (schema.exclusiveMinimum !== undefined && !(value > schema.exclusiveMinimum)) {
    found.push(`${at}: must be above ${schema.exclusiveMinimum}, is ${value}`);
  }
  return found;
}

function checkString(value: string, schema: Schema, at: string): string[] {
  const found: string[] = [];
  if (schema.minLength !== undefined && value.length < schema.minLength) {
    found.push(`${at}: must not be empty`);
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)) {
    found.push(`${at}: ${JSON.stringify(value)} does not match ${schema.pattern}`);
  }
  return found;
}

function checkArray(
  value: readonly unknown[],
  schema: Schema,
  path: string,
  at: string,
  root: Schema,
): string[] {
  const found: string[] = [];
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    found.push(`${at}: needs at least ${schema.minItems} entries, has ${value.length}`);
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    found.push(`${at}: takes at most ${schema.maxItems} entries, has ${value.length}`);
  }
  const { items } = schema;
  if (items === undefined) return found;
  return found.concat(
    value.flatMap((item, index) => check(item, items, `${path}[${index}]`, root)),
  );
}

function checkObject(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: string,
  at: string,
  root: Schema,
): string[] {
  const found: string[] = [];
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) found.push(`${at}: ${key} is missing`);
  }
  const properties = schema.properties ?? {};
  for (const [key, member] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known !== undefined) {
      found.push(...check(member, known, path === "" ? key : `${path}.${key}`, root));
    } else if (schema.additionalProperties === false) {
      found.push(`${at}: ${key} is not a known field`);
    }
  }
  return found;
}

function resolve(reference: string, root: Schema): Schema {
  const name = /^#\/\$defs\/(\w+)$/.exec(reference)?.[1];
  const target = name === undefined ? undefined : root.$defs?.[name];
  if (target === undefined) throw new RangeError(`schema reference ${reference} leads nowhere`);
  return target;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function article(type: string): string {
  if (type === "null" || type === "undefined") return type;
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
