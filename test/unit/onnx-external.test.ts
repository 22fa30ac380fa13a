import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ToolkitError } from "../../codegen/errors.ts";
import { loadModel } from "../../codegen/model/load.ts";
import { denoiserSpec, type ModelSpec, writeOnnx } from "./onnx-writer.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "pioneer-external-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const SPEC = denoiserSpec(3, 2, 4);
const W = SPEC.initializers?.find(({ name }) => name === "W");
const WEIGHTS = new Uint8Array(Float32Array.from(W?.values ?? []).buffer);

/** The model with W in another file. */
function outside(external: Readonly<Record<string, string>>): ModelSpec {
  const initializers = SPEC.initializers?.map((tensor) =>
    tensor.name === "W" ? { ...tensor, external } : tensor,
  );
  return { ...SPEC, initializers: initializers ?? [] };
}

function load(name: string, spec: ModelSpec) {
  const folder = join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "model.onnx");
  writeFileSync(path, writeOnnx(spec));
  return () => loadModel(path, { modelsDir: "" }).model;
}

function whyOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ToolkitError)) throw error;
    expect(error.code).toBe("TP-MODEL-008");
    return error.text.why;
  }
  throw new Error("the model was read");
}

describe("weights in another file", () => {
  it("are read from where the file says, and change the digest", () => {
    const whole = load("whole", SPEC)();
    const entries = { location: "data/w.bin", offset: "8", length: String(WEIGHTS.length) };
    const read = load("split", outside(entries));
    mkdirSync(join(FOLDER, "split/data"));
    const bytes = new Uint8Array(WEIGHTS.length + 12);
    bytes.set(WEIGHTS, 8);
    writeFileSync(join(FOLDER, "split/data/w.bin"), bytes);
    const first = read();
    expect(first.layers).toEqual(whole.layers);
    bytes[8] = (bytes[8] as number) ^ 1;
    writeFileSync(join(FOLDER, "split/data/w.bin"), bytes);
    expect(read().source.digest).not.toBe(first.source.digest);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["a folder above", { location: "../w.bin" }, "leads out of the model's folder"],
    ["a folder above, inside", { location: "a/../../w.bin" }, "leads out"],
    ["an absolute path", { location: "/etc/hostname" }, "leads out"],
    ["a drive", { location: "C:w.bin" }, "leads out"],
    ["a link that leads out", { location: "link.bin" }, "links out of the model's folder"],
    ["a folder", { location: "." }, "there is no file"],
    ["no such file", { location: "none.bin" }, 'there is no file "none.bin"'],
    ["no location", { offset: "0" }, "does not say which file"],
    ["an offset behind the end", { location: "w.bin", offset: "97" }, "offset is 97"],
    ["a negative offset", { location: "w.bin", offset: "-1" }, "offset is -1"],
    ["a length beyond the end", { location: "w.bin", offset: "4", length: "96" }, "byte 100"],
    ["a huge length", { location: "w.bin", length: "99999999999999999999" }, "length is 9999"],
  ])("%s is refused", (name, external, why) => {
    const folder = name.replaceAll(/\W/g, "-");
    const read = load(folder, outside(external));
    writeFileSync(join(FOLDER, "secret.bin"), WEIGHTS);
    writeFileSync(join(FOLDER, folder, "w.bin"), WEIGHTS);
    symlinkSync(join(FOLDER, "secret.bin"), join(FOLDER, folder, "link.bin"));
    expect(whyOf(read)).toContain(why);
  });
});
