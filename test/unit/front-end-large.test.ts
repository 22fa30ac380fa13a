/** A front end of the largest transform: its C assembles for a core with DSP instructions, whose loads have short offsets. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  benchmarkModel,
  generate,
  loadBoard,
  noiseFrames,
  writeFiles,
} from "../../codegen/index.ts";
import { SHIPPED_FRONT_END } from "./front-ends.ts";

const GCC = "arm-none-eabi-gcc";
const hasGcc = spawnSync(GCC, ["--version"]).status === 0;
const FLAGS = ["-mcpu=cortex-m4", "-mthumb", "-std=c11", "-Wall", "-Wextra", "-Werror"];

// Stages whose inputs lie up to 1024 words apart.
test.skipIf(!hasGcc).each([8192])("of %i points assembles", (fftSize) => {
  const folder = mkdtempSync(join(tmpdir(), "pioneer-large-"));
  try {
    const model = benchmarkModel("lstm", 32, 32);
    const { files } = generate({
      model,
      board: loadBoard("qemu-m4"),
      format: "int8",
      calibration: noiseFrames(model.inputSize),
      prefix: "large",
      frontEnd: { ...SHIPPED_FRONT_END, fftSize, windowLength: fftSize, hopLength: fftSize / 2 },
    });
    writeFiles(folder, files);
    const args = [...FLAGS, "-O3", "-c", "large_audio.c", "-o", "large_audio.o"];
    const finished = spawnSync(GCC, args, { cwd: folder, encoding: "utf8" });
    expect(finished.stderr).toBe("");
    expect(finished.status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
