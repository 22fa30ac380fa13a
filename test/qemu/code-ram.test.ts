/**
 * The whole hop of a hearable with code in RAM, on the emulated core with an nRF52840's memories: the bits stay, and what is left
 * of the waits is what the watch reads of the flash.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RunDocument } from "../../host/analyze/document.ts";
import { createContext } from "../../host/workflow/context.ts";
import { executeRun } from "../../host/workflow/run.ts";
import { missingFor } from "./pio-build.ts";

const BOARD = "qemu-m4";
const root = mkdtempSync(join(tmpdir(), "pioneer-code-ram-"));
afterAll(() => rmSync(root, { recursive: true }));

async function hops(places: { readonly code?: string }): Promise<RunDocument> {
  const context = createContext({ signal: new AbortController().signal });
  const { report } = await executeRun(
    context,
    {
      ...{ board: BOARD, as: "nrf52840-dk", app: "hearable", frames: 4, weights: "ram" },
      ...{ ...places, record: join(root, `${places.code ?? "own"}.tpcap`) },
    },
    "hearable",
  );
  return report.document;
}

/** Of the frame in the middle [cycle]. */
function waitsOf({ cycles }: RunDocument) {
  const { parts = [], stalls } = cycles?.memory ?? { stalls: Number.NaN };
  const part = (memory: string, cause: string) =>
    parts.find((one) => one.memory === memory && one.cause === cause) ?? { accesses: 0, stalls: 0 };
  return { part, stalls, own: (cycles?.median ?? Number.NaN) - (cycles?.weightStalls ?? 0) };
}

const missing = missingFor(BOARD);

describe.skipIf(missing.length > 0)(`a hop on an nRF52840 ${missing.join(", ")}`, () => {
  test("with code in RAM waits for no instruction, and for 2 cycles a word that the watch reads", async () => {
    const [inFlash, inRam] = [await hops({}), await hops({ code: "ram" })];
    expect(inFlash.verify?.bitExact).toBe(true);
    expect(inRam.verify?.bitExact).toBe(true);

    const flash = waitsOf(inFlash);
    const ram = waitsOf(inRam);
    expect(flash.part("flash", "fetch").stalls).toBeGreaterThan(1000);
    expect(ram.part("ram", "fetch").accesses).toBeGreaterThan(40_000);
    expect(ram.part("ram", "fetch").stalls).toBe(0);
    expect(ram.part("flash", "fetch").stalls).toBe(0);
    // The watch alone, a hundred instructions: no function of the front end was left behind.
    expect(ram.part("flash", "fetch").accesses).toBeLessThan(200);
    // Product Specification: 2 wait states a word of flash; the literals of four regions' ends and of the watch.
    const read = ram.part("flash", "read");
    expect(read.accesses).toBeLessThan(20);
    expect(read.stalls).toBe(2 * read.accesses);
    expect(ram.stalls).toBe(read.stalls);
    // The same C: nothing but the waits is gone.
    expect(ram.own).toBe(flash.own);
    // Functions of the step and of the front end are counted where they lie.
    expect(inRam.memory.ramBytes ?? 0).toBeGreaterThan((inFlash.memory.ramBytes ?? 0) + 8000);
  }, 240_000);
});
