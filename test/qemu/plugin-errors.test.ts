/**
 * Proves what the timing plugin says of marks that do not match, of arguments it cannot use and of a build that
 * is not possible, and that it stays fast. Counts are left to plugin-counts.test.ts.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MissingToolError } from "../../codegen/index.ts";
import { explainEnding } from "../../host/link/outcome.ts";
import { createQemuLink } from "../../host/link/qemu.ts";
import { Session } from "../../host/link/session.ts";
import {
  pluginArguments,
  prepareTimingPlugin,
  type TimingPlugin,
} from "../../host/workflow/plugin.ts";
import { boardMemory } from "./plugin-board.ts";
import {
  assemble,
  count,
  createWorkplace,
  EMULATOR,
  emulatorSeconds,
  missingTool,
  region,
  runEmulator,
  type Workplace,
} from "./plugin-run.ts";

const begin = (id: number) => ` strb r6, [r4, #${id}]\n`;
const end = (id: number) => ` strb r6, [r4, #${16 + id}]\n`;

const missing = missingTool();
if (missing) console.warn(`plugin-errors: skipped, ${missing}`);

describe.skipIf(missing)("timing plugin, when something is wrong", () => {
  let place: Workplace;
  let plugin: TimingPlugin;

  const prepare = () =>
    prepareTimingPlugin({ core: "cortex-m4", emulator: EMULATOR, directory: place.folder });

  beforeAll(async () => {
    place = createWorkplace();
    plugin = await prepare();
  });

  afterAll(() => place.remove());

  test("a region inside a region is an error, the outer one is counted whole", async () => {
    // Between the outer marks: begin 1, nop, end 1, nop: two stores and two nops.
    const body = `${begin(0)}${begin(1)} nop\n${end(1)} nop\n${end(0)}`;
    const { file } = await count(plugin, assemble(place, "nested", body));
    expect(file.problems).toEqual([
      { line: 1, what: "nested-begin", detail: "region 1, while region 0 was open" },
      { line: 2, what: "end-of-other-region", detail: "region 1, while region 0 was open" },
    ]);
    expect(file.regions.map((r) => [r.region, r.instructions])).toEqual([[0, 4]]);
  });

  test("an end without a begin and a begin without an end are errors", async () => {
    const { file } = await count(plugin, assemble(place, "unbalanced", end(3) + begin(2)));
    expect(file.problems).toEqual([
      { line: 1, what: "end-without-begin", detail: "region 3, with no region open" },
      { line: 2, what: "unfinished", detail: "region 2, while region 2 was open" },
    ]);
    expect(file.regions).toEqual([]);
  });

  test("clearing the mark arrays by words marks nothing", async () => {
    const body = ` .irp at, 0, 4, 8, 12, 16, 20, 24, 28\n str r6, [r4, #\\at]\n .endr\n`;
    const { file } = await count(plugin, assemble(place, "cleared", body + region(5, " nop")));
    expect(file.problems).toEqual([]);
    expect(file.regions.map((r) => [r.region, r.index, r.instructions])).toEqual([[5, 0, 1]]);
  });

  test("passes of a region are numbered", async () => {
    const loop = ` movs r7, #3\n1:\n${region(4, " nop")} subs r7, #1\n bne 1b\n`;
    const { file } = await count(plugin, assemble(place, "passes", loop));
    expect(file.regions.map((r) => [r.region, r.index, r.cycles])).toEqual([
      [4, 0, 1],
      [4, 1, 1],
      [4, 2, 1],
    ]);
  });

  describe("refuses arguments", () => {
    let elf: string;
    let table: string;
    beforeAll(() => {
      elf = assemble(place, "arguments", "");
      table = plugin.table ?? "";
    });

    const values = (over: Record<string, string>) => ({
      out: join(place.folder, "out"),
      begin: "0x20000000",
      end: "0x20000010",
      decode: "thumb",
      table,
      ...over,
    });

    const start = (over: Record<string, string>) => {
      const list = Object.entries(values(over)).map(([name, value]) => `${name}=${value}`);
      return runEmulator(elf, ["-plugin", [`file=${plugin.library}`, ...list].join(",")]);
    };

    const badTable = (name: string, text: string) => {
      const file = join(place.folder, name);
      writeFileSync(file, text);
      return file;
    };

    const rules = (name: string, lines: string) =>
      badTable(name, lines.startsWith("model") ? lines : `model predecessor\n${lines}`);

    /** A table's text without one rule. */
    const without = (table: string, rule: string) =>
      readFileSync(table, "utf8").replace(new RegExp(`^${rule} .*\n`, "m"), "");

    test.each([
      ["an address that is none", () => ({ begin: "elsewhere" }), "not a 32-bit address"],
      ["a negative address", () => ({ begin: "-1" }), "not a 32-bit address"],
      ["an address above 32 bits", () => ({ end: "0x100000000" }), "not a 32-bit address"],
      ["mark arrays that overlap", () => ({ end: "0x20000008" }), "overlap"],
      ["a word it does not know", () => ({ frames: "3" }), "not an argument"],
      ["a counts file without a folder", () => ({ out: "/nowhere/at/all" }), "cannot be written"],
      ["a decoder it does not have", () => ({ decode: "mips" }), "not an argument"],
      ["an address of nothing", () => ({ begin: "" }), "not a 32-bit address"],
      ["an address with more behind it", () => ({ begin: "0x20000000x" }), "not a 32-bit address"],
      ["an address without end", () => ({ begin: "9".repeat(2000) }), "not a 32-bit address"],
      ["a negative number of steps", () => ({ spans: "-1" }), "not a number"],
      ["a switch that is neither", () => ({ audit: "maybe" }), "not an argument"],
      ["a name without end", () => ({ ["n".repeat(2000)]: "1" }), "not an argument"],
      ["a profile without places", () => ({ profile: "p" }), "need each other"],
      ["a folder for a table", () => ({ table: place.folder }), "begin with its model"],
      ["a folder for memories", () => ({ memory: place.folder }), "pioneer timing"],
      ["no table", () => ({ table: "/nowhere/at/all" }), "cannot be opened"],
      ["an empty table", () => ({ table: badTable("empty", "") }), "begin with its model"],
      ["a table without rules", () => ({ table: rules("no", "") }), "rule alu is missing"],
      ["a table of another model", () => ({ table: badTable("odd", "model x\n") }), "its model"],
      ["a rule twice", () => ({ table: rules("twice", "alu 1 1 1\nalu 1 1 1\n") }), "given twice"],
      ["an unknown rule", () => ({ table: rules("odd", "warp 1 1 1\n") }), "unknown"],
      ["too many cycles", () => ({ table: rules("big", "alu 65 65 65\n") }), "above 64"],
      ["a value out of bounds", () => ({ table: rules("out", "alu 3 1 2\n") }), "interval"],
      ["no bounds", () => ({ table: rules("one", "alu 1\n") }), "not `rule value low high`"],
      ["no number", () => ({ table: rules("none", "alu one 1 1\n") }), "not `rule value low high`"],
      [
        "a half of the FPU's rules",
        () => ({ table: rules("half", without(plugin.table ?? "", "fpuMac")) }),
        "rule fpuMac is missing",
      ],
      [
        "a line without end",
        () => ({ table: rules("long", "a".repeat(100_000)) }),
        "not `rule value low high`",
      ],
    ])("%s", async (_, over, reason) => {
      const run = await start(over());
      expect(run.stderr).toContain("pioneer timing:");
      expect(run.stderr).toContain(reason);
      expect(run.status).not.toBe(0);
    });

    test("reaches the user with a code and the plugin's words", async () => {
      const value = `file=${plugin.library},out=/dev/null,begin=nowhere,end=16`;
      const link = createQemuLink({
        machine: "mps2-an386",
        command: EMULATOR,
        args: ["-M", "mps2-an386", "-display", "none", "-kernel", elf, "-plugin", value],
      });
      const session = new Session(link);
      await session.open();
      const failure = explainEnding(await session.finish());
      expect(failure).toMatchObject({ code: expect.stringMatching(/^TP-LINK-/), exitStatus: 4 });
      expect(failure?.message).toContain("pioneer timing: nowhere: not a 32-bit address");
    });

    test("a table for instructions that it does not decode", async () => {
      const list = ["out=/dev/null", "begin=0", "end=16", `table=${table}`].join(",");
      const run = await runEmulator(elf, ["-plugin", `file=${plugin.library},${list}`]);
      expect(run.stderr).toContain("cycles need decode=");
      expect(run.status).not.toBe(0);
    });
  });

  describe("preparing", () => {
    const files = () => readdirSync(place.folder).filter((name) => name.endsWith(".so"));

    test("a second time builds nothing", async () => {
      const before = statSync(plugin.library).mtimeMs;
      expect(await prepare()).toEqual(plugin);
      expect(statSync(plugin.library).mtimeMs).toBe(before);
      expect(files()).toHaveLength(1);
    });

    test("a folder with a comma in its name works", async () => {
      const directory = join(place.folder, "a,b");
      const other = await prepareTimingPlugin({
        core: "cortex-m4",
        emulator: EMULATOR,
        directory,
      });
      const elf = assemble(place, "comma", region(0, " nop"));
      const { file } = await count(other, elf);
      expect(file.regions).toHaveLength(1);
    });

    test("a compiler that is not there is a missing tool", async () => {
      const prepared = prepareTimingPlugin({
        core: "cortex-m4",
        emulator: EMULATOR,
        compiler: "no-such-gcc",
        directory: join(place.folder, "none"),
      });
      await expect(prepared).rejects.toBeInstanceOf(MissingToolError);
      await expect(prepared).rejects.toMatchObject({ code: "TP-NEED-002", exitStatus: 3 });
    });

    test("a library that was damaged is built again", async () => {
      writeFileSync(plugin.library, "no library");
      expect(await prepare()).toEqual(plugin);
      expect(statSync(plugin.library).size).toBeGreaterThan(10_000);
    });

    test("an emulator that loads no plugins is a missing tool", async () => {
      const emulator = join(place.folder, "qemu-without-plugins");
      const answers =
        'case "$1" in --version) echo QEMU emulator version 7.2.0;; *) echo no >&2; exit 1;; esac';
      writeFileSync(emulator, `#!/bin/sh\n${answers}\n`, { mode: 0o755 });
      const prepared = prepareTimingPlugin({
        core: "cortex-m4",
        emulator,
        directory: place.folder,
      });
      await expect(prepared).rejects.toBeInstanceOf(MissingToolError);
      await expect(prepared).rejects.toMatchObject({ code: "TP-NEED-022", text: { why: "no" } });
    });

    test("a compiler that fails leaves no library behind", async () => {
      const directory = join(place.folder, "failed");
      // `false` answers --version with nothing and every build with status 1.
      const prepared = prepareTimingPlugin({
        core: "cortex-m4",
        emulator: EMULATOR,
        compiler: "false",
        directory,
      });
      await expect(prepared).rejects.toMatchObject({ code: "TP-NEED-021", exitStatus: 3 });
      expect(readdirSync(directory)).toEqual([]);
    });
  });

  test("a MAC loop takes less than 6 times the processor time it takes without the plugin, a board's memories included", async () => {
    // 6,000,000 rounds of 8 products, 4 loads and the loop: 84 million instructions.
    const round =
      " ldr r1, [r5]\n ldr r2, [r5, #4]\n smlad r0, r1, r2, r0\n smladx r3, r1, r2, r3\n";
    const twice = ` ldr r1, [r5, #8]\n ldr r2, [r5, #12]\n${" smlad r0, r1, r2, r0\n".repeat(6)}`;
    const loop = ` ldr r7, =6000000\n b 1f\n .ltorg\n1:\n${round}${twice} subs r7, #1\n bne 1b\n`;
    const elf = assemble(place, "speed", region(0, loop));
    const out = join(place.folder, "speed-counts");
    const marks = { begin: 0x2000_0000, end: 0x2000_0010 };
    const ways = {
      bare: [],
      counted: pluginArguments(plugin, marks, out, { audit: false }),
      audited: pluginArguments(plugin, marks, out, { audit: true }),
      memories: pluginArguments(plugin, marks, out, { memory: boardMemory(place, 0) }),
    };
    // One after the other in each round, so that another program's load meets all.
    const least = { bare: Infinity, counted: Infinity, audited: Infinity, memories: Infinity };
    for (let i = 0; i < 3; i++) {
      for (const way of ["bare", "counted", "audited", "memories"] as const) {
        least[way] = Math.min(least[way], emulatorSeconds(elf, ways[way]));
      }
    }
    const times = (way: "counted" | "audited" | "memories") => least[way] / least.bare;
    console.info(
      `MAC loop: ${times("audited").toFixed(2)} times the processor time with the plugin, ` +
        `${times("counted").toFixed(2)} times without comparing accesses, ` +
        `${times("memories").toFixed(2)} times with a board's memories (${least.bare.toFixed(2)} s bare)`,
    );
    expect(times("audited")).toBeLessThan(6);
    expect(times("memories")).toBeLessThan(6);
  });
});
