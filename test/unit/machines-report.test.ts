/** Reports of several machines: foreign text stays text, and the documents' own examples work. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { explainField } from "../../host/analyze/explain.ts";
import { formatOf } from "../../host/analyze/import/formats.ts";
import type { MachinesDocument } from "../../host/analyze/machines-document.ts";
import { analyzeMachines } from "../../host/analyze/machines-document.ts";
import { PLATFORMS } from "../../host/analyze/platforms.ts";
import { explanationText } from "../../host/report/explanation.ts";
import { machinesCsv } from "../../host/report/machines-csv.ts";
import { machinesHtml } from "../../host/report/machines-html.ts";
import { machinesRoofline } from "../../host/report/machines-roofline-svg.ts";
import { machinesMarkdown, machinesText } from "../../host/report/machines-text.ts";
import { standaloneSvg } from "../../host/report/svg.ts";
import { imported, sample } from "./import-text.ts";

const HEAD = "machine,workload,time [us],ops,bytes,peak compute [op/s],peak memory [byte/s]";

function documentOf(text: string, platforms = PLATFORMS.slice(0, 2)): MachinesDocument {
  const format = formatOf(text);
  if (format === undefined) throw new Error("no format");
  return analyzeMachines(imported(format, text), platforms);
}

describe("foreign text", () => {
  const hostile = documentOf(
    `${HEAD}\n"<script>alert(1)</script>","a|b \u001b[31m""&amp;",1,1,1,1,1\n"=HYPERLINK(1)",w,1,1,1,1,1\n`,
  );

  test("is escaped in HTML", () => {
    const html = machinesHtml(hostile);
    expect(html).not.toContain("<script");
    expect(html).toContain("&#60;script&#62;");
    expect(html).toContain("default-src 'none'");
  });

  test("moves no cursor of a terminal", () => {
    expect(machinesText(hostile, false)).not.toContain("\u001b");
    expect(explanationText(explainField(hostile, "rows.0.workload.name"))).not.toContain("\u001b");
  });

  test("breaks no table of Markdown", () => {
    expect(machinesMarkdown(hostile)).not.toContain("<script");
    expect(machinesMarkdown(hostile)).toContain("a\\|b");
  });

  test("is no formula in a spreadsheet", () => {
    expect(machinesCsv(hostile)).not.toMatch(/(^|[,\n])"?=/);
  });
});

describe("the roofline as a file of its own", () => {
  const picture = machinesRoofline(
    documentOf(`${HEAD},kind,ops kind\nbox,work,1,1e6,1e5,2e12,1e11,measured,counted\n`).rows,
  );
  if (picture === null) throw new Error("the rows have work and times");
  const svg = standaloneSvg(picture);
  const [style = "", body = ""] = svg.split("</style>");

  test("carries a rule for every class that it uses", () => {
    const used = new Set(
      [...body.matchAll(/class="([^"]*)"/g)].flatMap(([, names]) => (names ?? "").split(" ")),
    );
    const ruled = [...used].filter((name) => new RegExp(`\\.${name}[ .,{]`).test(style));
    expect([...used].filter((name) => !ruled.includes(name))).toEqual([]);
    const variables = new Set([...style.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name));
    expect([...variables].filter((name) => !style.includes(`${name}:`))).toEqual([]);
  });

  test("names the kinds that its dots have, beside their shapes", () => {
    expect(body).toMatch(/>measured<.*>modelled</s);
    expect(body).not.toContain(">stated<");
  });
});

test("the same document gives the same page", () => {
  const times = sample("times.csv");
  expect(machinesHtml(documentOf(times))).toBe(machinesHtml(documentOf(times)));
});

test("without work and roofs the page says what is missing", () => {
  const html = machinesHtml(documentOf("machine,workload,time [s]\nbox,work,1\n", []));
  expect(html).toContain("no file tells both the operations and the bytes");
});

test("kinds are told by word and mark", () => {
  const text = machinesText(documentOf(sample("times.csv")), false);
  expect(text).toContain("● 900 µs");
  expect(text).toMatch(/≈ .*Gop\/s|≈ .*Mop\/s/);
});

describe("the examples in docs/importers.md", () => {
  const docs = readFileSync(
    fileURLToPath(new URL("../../docs/importers.md", import.meta.url)),
    "utf8",
  );
  const block = (language: string) =>
    docs.match(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``))?.[1] ?? "";

  test("the CSV is read", () => {
    const [board] = documentOf(block("csv"), []).rows;
    expect(board?.time).toMatchObject({ kind: "measured", count: 2 });
    expect(board?.analysis.bound).toBe("memory");
  });

  test("the JSON record is read", () => {
    const [box] = documentOf(block("json"), []).rows;
    expect(box?.time?.p99).toBe(60e-6);
    // 53248 op in 43 us against 121 Top/s.
    expect(box?.analysis.mfu?.value).toBeCloseTo(53_248 / 43e-6 / 121e12, 15);
  });
});
