/** What is counted is stale when the plugin's code for its instructions changes, and only then. */
import { expect, test } from "vitest";
import { pluginDigest, pluginSources } from "../../host/workflow/plugin-sources.ts";

const SOURCES = [
  { name: "cost.c", text: "/* Charges. */\nint cost(int words) {\n    return 1 + words;\n}\n" },
  { name: "riscv_compressed.c", text: "int narrow;\n" },
  { name: "thumb.c", text: "int wide;\n" },
];

const digestWith = (name: string, text: string) =>
  pluginDigest(
    SOURCES.map((source) => (source.name === name ? { name, text } : source)),
    "thumb",
  );
const digest = pluginDigest(SOURCES, "thumb");

test("other words and another layout of the same code change nothing", () => {
  const text = "int cost(int words) {\n  /* The base,\n   and each. */ return 1 + words; }\n";
  expect(digestWith("cost.c", text)).toBe(digest);
});

test("another code does, also where it is as long", () => {
  expect(digestWith("cost.c", "int cost(int words) { return 2 + words; }")).not.toBe(digest);
  expect(digestWith("thumb.c", "int wild;\n")).not.toBe(digest);
});

test("another decoder's does not, but in its own digest", () => {
  expect(digestWith("riscv_compressed.c", "int small;\n")).toBe(digest);
  const changed = SOURCES.map(({ name, text }) => ({
    name,
    text: text.replace("narrow", "small"),
  }));
  expect(pluginDigest(changed, "riscv")).not.toBe(pluginDigest(SOURCES, "riscv"));
});

test("the plugin's own sources are all read", async () => {
  const names = (await pluginSources()).map(({ name }) => name);
  for (const name of ["plugin.c", "cost.c", "thumb.c", "riscv.c", "xtensa.c", "cost.h"])
    expect(names).toContain(name);
});
