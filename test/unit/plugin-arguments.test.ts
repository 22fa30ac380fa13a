/**
 * Proves which plugin interface an emulator gets, how the arguments are spelled, and that a core's table fits its
 * schema and the plugin. Building and running it is left to test/qemu/plugin-errors.test.ts.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Schema, violations } from "../../codegen/json-schema.ts";
import {
  costLines,
  decoderOf,
  findCoreTable,
  loadCoreTable,
} from "../../host/workflow/core-table.ts";
import { pluginApi, pluginArguments, type TimingPlugin } from "../../host/workflow/plugin.ts";

const PREDECESSORS = [
  "cortex-m0",
  "cortex-m0plus",
  "cortex-m4",
  "rv32imc",
  "xtensa-lx106",
  "xtensa-mac16",
];
/** Cores whose table is a scoreboard's. */
const SCOREBOARDS = ["cortex-m7", "cortex-m33", "cortex-m55"];

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("pluginApi", () => {
  // First versions by QEMU's qemu-plugin.h: 2 in 9.0, 3 in 9.1, 7 in 11.1.
  test.each([
    ["QEMU emulator version 4.2.0", 1],
    ["QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003-2022", 1],
    ["QEMU emulator version 8.2.2", 1],
    ["QEMU emulator version 9.0.4", 2],
    ["QEMU emulator version 9.1.0", 3],
    ["QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)", 3],
    ["QEMU emulator version 11.0.0", 3],
    ["QEMU emulator version 11.1.3 (Debian 1:11.1.3+ds-1~bpo13+1)", 7],
    ["QEMU emulator version 12.0.0", 7],
  ])("%s", (text, api) => {
    expect(pluginApi(text)).toBe(api);
  });

  test.each([
    ["QEMU emulator version 4.1.0", "version 4.1 is older than 4.2"],
    ["QEMU emulator version 2.11.1", "version 2.11 is older than 4.2"],
    ["", "its --version names no version"],
    ["some other program 9.0", "its --version names no version"],
  ])("refuses %j", (text, why) => {
    expect(() => pluginApi(text)).toThrow(
      expect.objectContaining({
        code: "TP-NEED-020",
        exitStatus: 3,
        text: expect.objectContaining({ what: "this QEMU cannot load the timing plugin", why }),
      }),
    );
  });
});

describe("pluginArguments", () => {
  const plugin: TimingPlugin = {
    library: "/a,b/t.so",
    decoder: "thumb",
    table: "/a,b/m4",
    api: 1,
    source: "",
  };
  const marks = { begin: 0x2000_0000, end: 0x2000_0010 };

  test("commas are doubled, addresses hexadecimal, accesses compared", () => {
    expect(pluginArguments(plugin, marks, "/c/out,1")).toEqual([
      "-plugin",
      "file=/a,,b/t.so,out=/c/out,,1,begin=0x20000000,end=0x20000010,decode=thumb,table=/a,,b/m4,audit=on",
    ]);
  });

  test("comparing accesses can be left out", () => {
    const [, value] = pluginArguments(plugin, marks, "o", { audit: false });
    expect(value).not.toContain("audit");
  });

  test("without a decoder there is neither a table nor bytes to compare", () => {
    const plain = { ...plugin, decoder: null, table: null };
    expect(pluginArguments(plain, marks, "o")[1]).toBe(
      "file=/a,,b/t.so,out=o,begin=0x20000000,end=0x20000010",
    );
  });

  test.each([-1, 2 ** 32, 1.5, Number.NaN])("refuses the address %s", (begin) => {
    expect(() => pluginArguments(plugin, { ...marks, begin }, "o")).toThrow(RangeError);
  });
});

describe("what is known of a core", () => {
  test.each([
    ["cortex-m0", "thumb", "cortex-m0"],
    ["cortex-m0plus", "thumb", "cortex-m0plus"],
    ["cortex-m4", "thumb", "cortex-m4"],
    ["cortex-m7", "thumb", "cortex-m7"],
    ["cortex-m33", "thumb", "cortex-m33"],
    ["cortex-m55", "thumb", "cortex-m55"],
    ["rv32imc", "riscv", "rv32imc"],
    ["xtensa-lx106", "xtensa", "xtensa-lx106"],
    ["xtensa-mac16", "xtensa", "xtensa-mac16"],
  ])("%s", (core, decoder, table) => {
    expect(decoderOf(core)).toBe(decoder);
    expect(findCoreTable(core)?.id ?? null).toBe(table);
  });
});

describe("core tables", () => {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-core-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([...PREDECESSORS, ...SCOREBOARDS])(
    "%s fits its schema, values lie in their intervals",
    (id) => {
      const schema = JSON.parse(read("boards/cores/core.schema.json")) as Schema;
      const table = loadCoreTable(id);
      expect(violations(JSON.parse(read(`boards/cores/${id}.json`)), schema)).toEqual([]);
      for (const [name, { value, interval = [value, value] }] of Object.entries(table.rules)) {
        expect(value, name).toBeGreaterThanOrEqual(interval[0]);
        expect(value, name).toBeLessThanOrEqual(interval[1]);
      }
    },
  );

  test.each([...PREDECESSORS, ...SCOREBOARDS])("%s says how far what was not read may be", (id) => {
    const rules = Object.entries(loadCoreTable(id).rules);
    const open = rules.filter(([, { confidence, interval }]) => confidence !== "S" && !interval);
    expect(open.map(([name]) => name)).toEqual([]);
  });

  const rulesOf = (header: string, macro: string) =>
    [
      ...read(`firmware/qemu/${header}`).matchAll(
        new RegExp(`(?:${macro})\\((\\w+)\\) +\\/\\*`, "g"),
      ),
    ].map(([, name]) => name as string);

  test.each([
    ...PREDECESSORS.map((id) => [id, "cost.h", 12, []] as const),
    ...SCOREBOARDS.map((id) => [id, "scoreboard.h", 42, ["issueWidth", "predictor"]] as const),
  ])(
    "the rules of %s are known to the plugin's %s, and none is missing",
    (id, header, required, above) => {
      const names = [...above, ...Object.keys(loadCoreTable(id).rules)];
      expect(rulesOf(header, "RULE|MAYBE")).toEqual(expect.arrayContaining(names));
      expect(rulesOf(header, "RULE")).toHaveLength(required);
      expect(names).toEqual(expect.arrayContaining(rulesOf(header, "RULE")));
    },
  );

  test("a line has the value and its bounds, behind the model's line", () => {
    const [model, ...lines] = costLines(loadCoreTable("cortex-m4")).trimEnd().split("\n");
    expect(model).toBe("model predecessor simple-m4");
    expect(lines).toContain("loadAfterStore 2 1 3");
    expect(costLines(loadCoreTable("cortex-m0"))).toMatch(/^model predecessor\nalu 1 1 1\n/);
  });

  test("a scoreboard's line has the value and its bounds", () => {
    const lines = costLines(loadCoreTable("cortex-m7")).split("\n");
    expect(lines[0]).toBe("model scoreboard");
    expect(lines).toContain("issueWidth 2 2 2");
    expect(lines).toContain("predictor 1 1 1");
    expect(lines).toContain("mac 2 2 2");
    expect(lines).toContain("mispredicted 8 4 8");
  });

  test.each([...PREDECESSORS, ...SCOREBOARDS])(
    "docs/timing.md shows every rule of %s as it is",
    (id) => {
      const rows = read("docs/timing.md").split("\n");
      for (const [name, rule] of Object.entries(loadCoreTable(id).rules)) {
        const interval = rule.interval?.join("..") ?? "";
        const cells = [name, rule.value, interval, rule.confidence, rule.meaning];
        expect(rows).toContain(`| ${cells.join(" | ")} |`);
      }
    },
  );

  test.each(["cortex-m99", "../cores/cortex-m4", "", "core.schema"])("no core %j", (id) => {
    expect(() => loadCoreTable(id)).toThrow(expect.objectContaining({ code: "TP-USE-140" }));
  });

  test.each([
    ["not JSON", "{", "JSON"],
    ["no model", '{"id":"x","rules":{}}', "neither predecessor nor scoreboard"],
    [
      "another rule besides",
      '{"id":"x","model":"predecessor","besides":"m0","rules":{}}',
      "besides",
    ],
    ["no rules", '{"id":"x"}', "it holds no rules"],
    ["another core's", '{"id":"y","rules":{}}', 'its id is "y"'],
    [
      "a fraction",
      '{"id":"x","model":"predecessor","rules":{"alu":{"value":1.5}}}',
      "rules.alu.value",
    ],
    [
      "too much",
      '{"id":"x","model":"predecessor","rules":{"alu":{"value":65}}}',
      "rules.alu.value",
    ],
    [
      "a rule that is a number",
      '{"id":"x","model":"predecessor","rules":{"alu":1}}',
      "rules.alu.value",
    ],
    [
      "a bound that is a fraction",
      '{"id":"x","model":"predecessor","rules":{"alu":{"value":1,"interval":[0.5,1]}}}',
      "rules.alu.interval",
    ],
    [
      "three in a cycle",
      '{"id":"x","model":"scoreboard","issueWidth":{"value":3},"rules":{}}',
      "issueWidth",
    ],
    [
      "a name with a line end",
      '{"id":"x","model":"predecessor","rules":{"a\\nb":{"value":1}}}',
      "not the name of a rule",
    ],
  ])("refuses a table: %s", (_, text, why) => {
    writeFileSync(join(folder, "x.json"), text);
    expect(() => loadCoreTable("x", folder)).toThrow(
      expect.objectContaining({
        code: "TP-USE-141",
        text: expect.objectContaining({ why: expect.stringContaining(why) }),
      }),
    );
  });
});
