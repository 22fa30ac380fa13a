/**
 * Decides how a context becomes C text: the templates of templates/, with nothing escaped and nothing missing.
 * What the context holds is left to context.ts, writing files to write.ts.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";
import type { CContext } from "./context-types.ts";
import type { FrontEndContext } from "./front-end-context.ts";
import { type PartLines, partMark, withoutMarks } from "./part-marks.ts";

const TEMPLATES_DIRECTORY = fileURLToPath(new URL("../../templates", import.meta.url));
const EXTENSION = ".hbs";

/** C is not HTML: nothing is escaped. No other helpers exist, so a misspelt one fails when it is compiled. */
const COMPILE_OPTIONS = {
  noEscape: true,
  knownHelpers: { part: true },
  knownHelpersOnly: true,
  strict: true,
  preventIndent: true,
} as const;

export interface GeneratedFile {
  /** Name inside the output directory. */
  readonly name: string;
  readonly text: string;
}

type Template = (context: CContext | FrontEndContext) => string;

function loadTemplates(): (name: string) => Template {
  const environment = Handlebars.create();
  environment.registerHelper("part", partMark);
  const compiled = new Map<string, Template>();
  for (const file of readdirSync(TEMPLATES_DIRECTORY).sort()) {
    if (!file.endsWith(EXTENSION)) continue;
    const name = file.slice(0, -EXTENSION.length);
    const template = environment.compile(
      readFileSync(join(TEMPLATES_DIRECTORY, file), "utf8"),
      COMPILE_OPTIONS,
    );
    environment.registerPartial(name, template);
    compiled.set(name, template);
  }
  return (name) => {
    const template = compiled.get(name);
    if (!template) throw new RangeError(`there is no template ${name}`);
    return template;
  };
}

let templates: ((name: string) => Template) | undefined;

/**
 * Handlebars prints NaN and null as they are or as nothing: neither may reach it.
 * @throws RangeError naming the field
 */
export function requirePrintable(value: unknown, field: string): void {
  if (value === null || value === undefined) throw new RangeError(`${field} is missing`);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`${field} is ${value}`);
  }
  if (typeof value === "object") {
    for (const [key, inner] of Object.entries(value)) requirePrintable(inner, `${field}.${key}`);
  }
}

export interface RenderedFiles {
  /** PREFIX.h, PREFIX.c and pioneer_model.h. */
  readonly files: readonly [GeneratedFile, GeneratedFile, GeneratedFile];
  /** Lines of PREFIX.c that a template marked. */
  readonly lines: readonly PartLines[];
}

/** @throws RangeError naming a field that cannot be printed */
function renderer(context: CContext | FrontEndContext): (template: string) => string {
  requirePrintable(context, "context");
  templates ??= loadTemplates();
  const load = templates;
  return (template) => load(template)(context);
}

/** The three files of a front end: PREFIX.h, PREFIX.c and pioneer_audio.h. */
export function renderAudio(context: FrontEndContext): readonly GeneratedFile[] {
  const render = renderer(context);
  return [
    { name: `${context.prefix}.h`, text: render("audio-header") },
    { name: `${context.prefix}.c`, text: render(context.source) },
    { name: "pioneer_audio.h", text: render("audio-alias") },
  ];
}

/** The three files of a model. */
export function renderFiles(context: CContext): RenderedFiles {
  const render = renderer(context);
  const { text, lines } = withoutMarks(render(context.tflite ? "source-tflite" : "source"));
  return {
    files: [
      { name: `${context.prefix}.h`, text: render("header") },
      { name: `${context.prefix}.c`, text },
      { name: "pioneer_model.h", text: render("model") },
    ],
    lines,
  };
}
