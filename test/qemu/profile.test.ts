/**
 * Proves profiles: places and calls of a small program by hand, and that a delay put into one layer of a model shows up
 * in that layer by name and nowhere else.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generate, loadBoard, noiseFrames, writeFiles } from "../../codegen/index.ts";
import type { ProfileFacts } from "../../host/analyze/profile/facts.ts";
import { profileOf } from "../../host/analyze/profile/profile.ts";
import { profileTrace } from "../../host/analyze/profile/trace.ts";
import { Session } from "../../host/link/session.ts";
import { parseCounts } from "../../host/workflow/counts.ts";
import { prepareDevice } from "../../host/workflow/device.ts";
import {
  pluginArguments,
  prepareTimingPlugin,
  type TimingPlugin,
} from "../../host/workflow/plugin.ts";
import { parseProfile } from "../../host/workflow/profile/profile-file.ts";
import { silentProgress } from "../../host/workflow/progress.ts";
import { createRandom, randomModel } from "../random-model.ts";
import { checkTrace } from "../unit/trace-event.ts";
import { missingFor } from "./device.ts";
import {
  assemble,
  count,
  createWorkplace,
  missingTool,
  region,
  runEmulator,
  type Workplace,
} from "./plugin-run.ts";

const TIMEOUT_MS = 240_000;

/** A step that calls leaf and outer, which calls leaf: cycles by docs/timing.md, noted beside. */
const BODY = `
 movs r0, #3             @ 1
 bl leaf                 @ 3, two of them a branch's
 movs r1, #1             @ 1
 bl outer                @ 3
`;
const BESIDE = ` b 9f
 .thumb_func
outer:
 push {lr}               @ 2, one for the word
 bl leaf                 @ 3
 pop {pc}                @ 4: 1 + a word + 2 of a branch
outer_end:
 .thumb_func
leaf:
 adds r2, #1             @ 1
 bx lr                   @ 3
leaf_end:
9:
`;

const missing = missingTool();

describe.skipIf(missing !== null)(`a profile of a program ${missing ?? ""}`, () => {
  let place: Workplace;
  let plugin: TimingPlugin;
  beforeAll(async () => {
    place = createWorkplace();
    plugin = await prepareTimingPlugin({ core: "cortex-m4", directory: place.folder });
  }, TIMEOUT_MS);
  afterAll(() => place.remove());

  const NAMES = {
    places: ["main", "outer", "leaf"].map((name) => ({
      functions: [name],
      part: null,
      layer: null,
    })),
    layers: [],
  };

  async function profile(used: TimingPlugin): Promise<ProfileFacts> {
    const elf = assemble(place, "calls", region(0, BODY) + region(0, BODY) + BESIDE);
    const nm = execFileSync("arm-none-eabi-nm", [elf], { encoding: "utf8" });
    const at = (name: string) => new RegExp(`^([0-9a-f]+) \\w ${name}$`, "m").exec(nm)?.[1];
    const range = (name: string, index: number) => `${at(name)} ${at(`${name}_end`)} ${index} 1\n`;
    const files = { places: join(place.folder, "places"), profile: join(place.folder, "profile") };
    writeFileSync(files.places, `0 ${at("outer")} 0 0\n${range("outer", 1)}${range("leaf", 2)}`);
    const counted = await count(used, elf, { profile: { ...files, tracedSteps: 1 } });
    expect(counted.file.problems).toEqual([]);
    const facts = parseProfile(readFileSync(files.profile, "utf8"), NAMES, 2);
    for (const field of ["instructions", "cycles"] as const) {
      const all = facts.cells.reduce((sum, { counts }) => sum + (counts[field] ?? 0), 0);
      const regions = counted.file.regions.reduce((sum, one) => sum + (one[field] ?? 0), 0);
      expect(all).toBe(regions);
    }
    return facts;
  }

  test("counts places under the calls that led there", async () => {
    const { cells, spans } = await profile(plugin);
    const found = new Map(cells.map(({ path, counts }) => [path.join(), counts]));
    const stalls = { operand: 0, access: 0, long: 0, branch: 0 };
    // Two steps.
    expect(found.get("0")).toMatchObject({
      instructions: 8,
      cycles: 16,
      stalls: { ...stalls, branch: 8 },
    });
    expect(found.get("0,2")).toMatchObject({
      instructions: 4,
      cycles: 8,
      stalls: { ...stalls, branch: 4 },
    });
    expect(found.get("0,1")).toMatchObject({
      instructions: 6,
      cycles: 18,
      bytesLoaded: 8,
      bytesStored: 8,
      stalls: { ...stalls, access: 2, branch: 10 },
    });
    expect(found.get("0,1,2")).toMatchObject({ instructions: 4, cycles: 8 });
    expect(found.size).toBe(4);
    const named = spans.map(({ cell, begin, length }) => [cells[cell]?.path.join(), begin, length]);
    expect(named).toEqual([
      ["0", 0, 4],
      ["0,2", 4, 4],
      ["0", 8, 4],
      ["0,1", 12, 5],
      ["0,1,2", 17, 4],
      ["0,1", 21, 4],
    ]);
  });

  test("finds calls and returns where nothing decodes the instructions, too", async () => {
    const { cells, spans } = await profile({ ...plugin, decoder: null, table: null });
    const found = new Map(cells.map(({ path, counts }) => [path.join(), counts]));
    expect(found.get("0")).toMatchObject({ instructions: 8, cycles: null, stalls: null });
    expect(found.get("0,1")).toMatchObject({ instructions: 6, bytesStored: 8 });
    expect(found.get("0,1,2")).toMatchObject({ instructions: 4 });
    expect(spans.map(({ length }) => length)).toEqual([2, 2, 2, 2, 2, 1]);
  });

  test.each([
    ["no file", null, "cannot be read"],
    ["no places", "", "not a list of places"],
    ["words", "somewhere\n", "not a list of places"],
    ["a place that ends first", "10 8 0 0\n", "ends before it begins"],
    ["places too far apart", "0 2 0 0\n70000000 70000002 1 0\n", "16 MiB"],
  ])("refuses %s", async (name, text, why) => {
    const elf = assemble(place, "refused", region(0, ""));
    const places = join(place.folder, `places-${name}`);
    if (text !== null) writeFileSync(places, text);
    const files = { places, profile: join(place.folder, "unwritten"), tracedSteps: 1 };
    const marks = { begin: 0x2000_0000, end: 0x2000_0010 };
    const out = join(place.folder, "uncounted");
    const args = pluginArguments(plugin, marks, out, { profile: files });
    const { status, stderr } = await runEmulator(elf, args);
    expect(status).not.toBe(0);
    expect(stderr).toContain(why);
  });
});

/** 1 + 2 x 250 instructions; on this core 1 + 250 + 250 + 2 x 249 cycles. */
const DELAY = '__asm__ volatile("movs r3, #250\\n1: subs r3, #1\\nbne 1b" : : : "r3", "cc");';

const SHAPE = {
  name: "net",
  inputSize: 8,
  lstms: [8],
  denses: [{ size: 8, activation: "sigmoid" }],
} as const;

const missingBoard = missingFor("qemu-m4");

describe.skipIf(missingBoard.length > 0)(`a profile of a model ${missingBoard.join(", ")}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-profile-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function profileOfStep(delayed: boolean) {
    const model = randomModel(createRandom(3), SHAPE);
    const board = loadBoard("qemu-m4");
    const calibration = noiseFrames(8);
    const { files, parts } = generate({ model, board, format: "int8", calibration });
    const dense = parts.layers.find(({ kind }) => kind === "dense");
    const modelDir = join(folder, "model");
    // On the line of the brace, so that no line moves.
    const head = new RegExp(`(static void ${dense?.function}\\([^)]*\\)\\n\\{)`);
    const changed = files.map(({ name, text }) => ({
      name,
      text: delayed && name === parts.file ? text.replace(head, `$1 ${DELAY}`) : text,
    }));
    writeFiles(modelDir, changed);
    const device = await prepareDevice({
      board,
      app: "speed",
      modelDir,
      key: "test-profile",
      profile: { parts, tracedSteps: 2 },
      progress: silentProgress,
      signal: new AbortController().signal,
    });
    const session = new Session(device.link);
    try {
      await session.open();
      await session.measure(3, 1);
      await session.finish();
      const { names, lines } = (await device.readProfile()) ?? {};
      const counted = await device.readCounts();
      if (names === undefined || lines === undefined || counted === null) throw new Error("none");
      const facts = parseProfile(new TextDecoder().decode(lines), names, 3);
      const { regions } = parseCounts(new TextDecoder().decode(counted));
      return { facts, regions, layer: dense?.layer ?? "", profile: profileOf(facts, "") };
    } finally {
      await session.close();
      await device.dispose();
    }
  }

  test(
    "shows a delay in the layer that it was put into",
    async () => {
      const before = await profileOfStep(false);
      const after = await profileOfStep(true);
      for (const { facts, regions, profile } of [before, after]) {
        const all = regions.reduce((sum, { cycles }) => sum + (cycles ?? 0), 0);
        expect(profile.cycles?.perStep).toBeCloseTo(all / 3, 9);
        const trace = profileTrace(facts, { device: "d", model: "m", clockHz: null, source: "s" });
        const events = checkTrace(JSON.stringify(trace));
        expect(events.filter(({ cat }) => cat === "step")).toHaveLength(2);
      }
      const ofLayers = ({ profile }: typeof before, field: "instructions" | "cycles") => {
        const sums = new Map<string, number>();
        for (const row of profile.parts) {
          sums.set(row.layer, (sums.get(row.layer) ?? 0) + (row[field] ?? 0));
        }
        return sums;
      };
      const slower = (field: "instructions" | "cycles", layer: string) =>
        (ofLayers(after, field).get(layer) ?? 0) - (ofLayers(before, field).get(layer) ?? 0);
      const layers = [...ofLayers(before, "cycles").keys()];
      expect(layers).toContain(before.layer);
      // The delay takes a register from the code around it, which may cost a few more.
      expect(slower("instructions", before.layer)).toBeGreaterThanOrEqual(501);
      expect(slower("instructions", before.layer)).toBeLessThan(501 + 20);
      expect(slower("cycles", before.layer)).toBeGreaterThanOrEqual(999);
      expect(slower("cycles", before.layer)).toBeLessThan(999 + 40);
      for (const layer of layers.filter((name) => name !== before.layer)) {
        expect(Math.abs(slower("cycles", layer)), layer).toBeLessThan(40);
      }
      const named = (part: string) => before.profile.parts.find((row) => row.part === part);
      // 32 rows x 8 columns, a column of x for each of h.
      expect(named("input macs")?.instructions).toBe(named("recurrent macs")?.instructions);
      for (const part of ["requantize", "elementwise", "state"]) {
        expect(named(part)?.instructions, part).toBeGreaterThan(0);
      }
    },
    TIMEOUT_MS,
  );
});
