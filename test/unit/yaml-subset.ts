/**
 * Reads the YAML that action.yml and the workflow are written in: block mappings and lists, one-line lists, quoted and plain
 * scalars, literal blocks. Anything else is refused, so that a file cannot mean something that is not seen here.
 */

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly number: number;
}

export type Yaml = string | null | readonly Yaml[] | { readonly [key: string]: Yaml };

/** Every scalar is its text; an absent value is null. @throws Error for what is not of the subset */
export function parseYaml(source: string): Yaml {
  const raw = source.split("\n");
  const lines: Line[] = raw.map((text, at) => ({
    indent: text.length - text.trimStart().length,
    text: text.trim(),
    number: at + 1,
  }));
  let at = 0;
  const skip = () => {
    while (at < lines.length && /^(#.*)?$/.test((lines[at] as Line).text)) at++;
  };
  const refuse = (why: string): never => {
    throw new Error(`line ${lines[at]?.number ?? "last"}: ${why}`);
  };

  function block(indent: number): Yaml {
    skip();
    const first = lines[at];
    if (!first || first.indent < indent) return null;
    return first.text.startsWith("- ") || first.text === "-"
      ? list(first.indent)
      : mapping(first.indent);
  }

  function list(indent: number): Yaml {
    const items: Yaml[] = [];
    for (skip(); lines[at]?.indent === indent && (lines[at] as Line).text.startsWith("-"); skip()) {
      const line = lines[at] as Line;
      const rest = line.text.slice(1).trimStart();
      const inner = indent + line.text.length - rest.length;
      if (rest === "") {
        at++;
        items.push(block(indent + 1));
      } else if (/^[\w-]+:(\s|$)/.test(rest)) {
        lines[at] = { ...line, indent: inner, text: rest };
        items.push(mapping(inner));
      } else {
        at++;
        items.push(scalar(rest));
      }
    }
    return items;
  }

  function mapping(indent: number): Yaml {
    const entries: [string, Yaml][] = [];
    for (skip(); lines[at]?.indent === indent; skip()) {
      const [, key, value = ""] = /^([\w-]+):(?:\s+(.*))?$/.exec((lines[at] as Line).text) ?? [];
      if (key === undefined) return refuse("no key");
      if (entries.some(([other]) => other === key)) return refuse(`${key} is there twice`);
      at++;
      if (value === "|") entries.push([key, literal(indent)]);
      else entries.push([key, value === "" ? block(indent + 1) : scalar(value)]);
    }
    if ((lines[at]?.indent ?? 0) > indent) return refuse("indented more than its neighbours");
    return Object.fromEntries(entries);
  }

  function literal(parent: number): string {
    const start = at;
    while (at < lines.length && (raw[at] === "" || (lines[at] as Line).indent > parent)) at++;
    const own = raw.slice(start, at);
    const indent = Math.min(...own.filter((line) => line !== "").map((l) => l.search(/\S/)));
    return `${own
      .map((line) => line.slice(indent))
      .join("\n")
      .trimEnd()}\n`;
  }

  function scalar(text: string): Yaml {
    if (text.startsWith("[")) {
      if (!text.endsWith("]")) return refuse("a list that goes on");
      return text
        .slice(1, -1)
        .split(",")
        .map((item) => scalar(item.trim()));
    }
    const quoted = /^"([^"\\]*)"$|^'([^']*)'$/.exec(text);
    if (quoted) return quoted[1] ?? quoted[2] ?? "";
    if (/^[{&*!|>%@`"']|: | #/.test(text)) return refuse(`"${text}" is not of the subset`);
    return text;
  }

  const value = block(0);
  skip();
  if (at < lines.length) refuse("left over");
  return value;
}
