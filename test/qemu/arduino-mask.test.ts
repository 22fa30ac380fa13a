/** What the Arduino HAL keeps out of a measured window on a Cortex-M with BASEPRI: all but the tick and what is more urgent. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pioneer-mask-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAMS = ["arm-none-eabi-gcc", "qemu-system-arm"];
const missing = PROGRAMS.filter((name) => spawnSync(name, ["--version"]).status !== 0);

/** QEMU's Cortex-M7 has no caches to switch on: its control register reads as with both off. */
const CORES = [
  { core: "cortex-m4", machine: "mps2-an386", notice: "no notice" },
  { core: "cortex-m7", machine: "mps2-an500", notice: "a notice" },
] as const;

test.skipIf(missing.length > 0).each(CORES)(
  `the mask of a window leaves the tick on a $core ${missing.join(", ")}`,
  { timeout: 60_000 },
  ({ core, machine, notice }) => {
    const elf = join(folder, `${core}.elf`);
    const built = spawnSync(
      "arm-none-eabi-gcc",
      [
        ...[`-mcpu=${core}`, "-mthumb", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror"],
        ...["-ffreestanding", "-nostdlib", "-Wl,-Ttext=0x100,--section-start=.vectors=0x0"],
        ...["-Wl,-Tdata=0x20000000,-Tbss=0x20000100", "-Wl,--entry=0x100", "-o", elf],
        ...["test/qemu/mask-app/mask.c", "firmware/hal/arduino/family_dwt.c"],
      ],
      { cwd: ROOT, encoding: "utf8" },
    );
    expect(built.stdout + built.stderr).toBe("");
    const ran = spawnSync(
      "qemu-system-arm",
      [
        ...["-M", machine, "-display", "none", "-monitor", "none", "-serial", "none"],
        ...["-semihosting-config", "enable=on,target=native", "-kernel", elf],
      ],
      { encoding: "utf8", timeout: 30_000 },
    );
    // QEMU's cores have 8 bits of priority, the last of which is a subpriority after reset: masked is what is two
    // below priority 0 without a tick, two below the tick (0, 0x20, 0xE0) with one, and nothing below the lowest.
    // Inside the window 3 ticks pass and the interrupt waits (0); after it, it is taken (1).
    expect(ran.stdout + ran.stderr).toBe(`2 2 34 226 0 0 1 ${notice}`);
    expect(ran.status).toBe(0);
  },
);
