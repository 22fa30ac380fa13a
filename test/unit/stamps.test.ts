/** Layers that a device stamps: what the C says of them, and where they lie in a step by hand. */
import { describe, expect, test } from "vitest";
import { generate, loadBoard, noiseFrames } from "../../codegen/index.ts";
import { DeviceRun } from "../../host/decode/device-run.ts";
import { stampedSteps } from "../../host/workflow/profile/recorded-profile.ts";
import { createRandom, randomModel } from "../random-model.ts";

const SHAPE = {
  name: "net",
  inputSize: 4,
  lstms: [8],
  denses: [{ size: 4, activation: "sigmoid" }],
} as const;

function generated(options: { readonly stamps?: boolean; readonly steps?: number }) {
  const model = randomModel(createRandom(5), SHAPE);
  const calibration = noiseFrames(model.inputSize);
  return generate({ model, board: loadBoard("qemu-m4"), format: "int8", calibration, ...options });
}

const textOf = ({ files }: ReturnType<typeof generated>, end: string) =>
  files.find(({ name }) => name.endsWith(end))?.text ?? "";

describe("a generated step", () => {
  test("calls the program behind each kernel where it is asked to, and differs in nothing else", () => {
    const stamped = generated({ stamps: true });
    const source = textOf(stamped, "net.c");
    const [, body = ""] = /void net_step\([^)]*\)\n\{\n(.*?)\n\}/s.exec(source) ?? [];
    const calls = body.split("\n").map((line) => /^ {4}(\w+)\((\d?)/.exec(line)?.slice(1, 3));
    expect(calls.slice(0, 6)).toEqual([
      ["net_load_input", ""],
      ["pioneer_kernel_done", "0"],
      ["net_lstm0", ""],
      ["pioneer_kernel_done", "1"],
      ["net_dense0", ""],
      ["pioneer_kernel_done", "2"],
    ]);
    expect(stamped.stamped).toHaveLength(3);
    expect(textOf(stamped, "pioneer_model.h")).toContain("#define MODEL_KERNELS 3\n");
    const plain = generated({});
    expect(plain.stamped).toEqual([]);
    const without = source
      .replace(/\/\* The program's: kernel .*? \*\/\nvoid pioneer_kernel_done[^\n]*\n\n/, "")
      .replace(/ {4}pioneer_kernel_done\(\d+\);\n/g, "");
    expect(without).toBe(textOf(plain, "net.c"));
    expect(textOf(plain, "pioneer_model.h")).not.toContain("MODEL_KERNELS");
  });

  test("of several time steps has none", () => {
    expect(() => generated({ stamps: true, steps: 2 })).toThrow("TP-PLAN-033");
  });
});

describe("stamped steps", () => {
  /** A device of 2 MHz that computed frame 7 in 100 cycles until 1000 us, and stamped these ends [cycle]. */
  function deviceRun(ends: readonly number[]): DeviceRun {
    const run = new DeviceRun();
    const event = { kind: "record", sequence: 0, deviceTimeUs: 1000, receiveTimeUs: 0 } as const;
    const said = { wireVersion: 1, board: "b", app: "stream", model: "m", modelDigest: "d" };
    const sizes = { inputBytes: 1, outputBytes: 1, stateBytes: 0, creditFrames: 1 };
    const hello = { type: "hello", ...said, compiler: "c", clockHz: 2e6, counterKind: 1, ...sizes };
    run.accept({ ...event, record: hello as never });
    const values = Uint8Array.of(0);
    const output = { type: "output", frame: 7, cycles: 100n, values, state: values } as const;
    run.accept({ ...event, record: output });
    const bytes = new Uint8Array(new Uint32Array(ends).buffer);
    run.accept({ ...event, record: { type: "kernels", frame: 7, ends: bytes } });
    return run;
  }

  test("lie behind each other from the step's begin, by name", () => {
    const [step] = stampedSteps(deviceRun([40, 90, 95]), ["load", "lstm"]);
    expect(step).toEqual({
      frame: 7,
      beginUs: 950,
      lengthUs: 50,
      layers: [
        { name: "load", beginUs: 950, lengthUs: 20 },
        { name: "lstm", beginUs: 970, lengthUs: 25 },
        { name: "kernel 2", beginUs: 995, lengthUs: 2.5 },
      ],
    });
  });

  test("end where a device's stamps go back, and are none of a step that repeated a result", () => {
    const layers = (ends: readonly number[]) => stampedSteps(deviceRun(ends), [])[0]?.layers.length;
    expect(layers([40, 30, 95])).toBe(1);
    expect(layers([])).toBe(0);
  });
});
