/**
 * Writes both ends of the wire from the one schema: host/decode/records.gen.ts and firmware/telemetry/records.gen.h.
 * What a record may hold is left to records/schema.ts, how it reads in each language to records/typescript.ts and c.ts.
 *
 * `--check` writes nothing and exits 1 when a generated file is stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Project } from "ts-morph";
import { renderC } from "./records/c.ts";
import { readSchema } from "./records/schema.ts";
import { renderTypeScript } from "./records/typescript.ts";

const SCHEMA = "host/decode/records.ts";

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../${file}`, import.meta.url));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(pathOf(file), "utf8");
  } catch {
    return undefined;
  }
}

const project = new Project({ skipFileDependencyResolution: true, useInMemoryFileSystem: true });
const schema = readSchema(project.createSourceFile(SCHEMA, readFileSync(pathOf(SCHEMA), "utf8")));
const outputs = new Map([
  ["host/decode/records.gen.ts", renderTypeScript(schema)],
  ["firmware/telemetry/records.gen.h", renderC(schema)],
]);
const stale = [...outputs].filter(([file, text]) => read(file) !== text);

if (process.argv.includes("--check")) {
  for (const [file] of stale) console.error(`${file} is stale: npm run records`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [file, text] of stale) {
    writeFileSync(pathOf(file), text);
    console.error(`wrote ${file}`);
  }
}
