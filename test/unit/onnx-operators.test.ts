import { describe, expect, it } from "vitest";
import { expectAgreement } from "./onnx-agreement.ts";
import { STEPS } from "./onnx-cases.ts";
import { COMPOSED_CASES } from "./onnx-composed-cases.ts";
import { CLASSIFIER_CASES, RECURRENT_CASES } from "./onnx-recurrent-cases.ts";
import { STEP_CASES } from "./onnx-step-cases.ts";
import { WINDOW_CASES } from "./onnx-window-cases.ts";

describe("generated models against onnxruntime", () => {
  it.each([...STEP_CASES, ...RECURRENT_CASES, ...WINDOW_CASES, ...COMPOSED_CASES])(
    "%s",
    async (_, given, kinds) => {
      const model = await expectAgreement(given);
      expect(model.layers.map(({ kind }) => kind)).toEqual(kinds);
      expect(model.streaming).toBe("stateful-step");
    },
  );

  it.each(CLASSIFIER_CASES)("%s", async (_, given, kinds) => {
    const model = await expectAgreement(given);
    expect(model.layers.map(({ kind }) => kind)).toEqual(kinds);
    expect([model.streaming, model.sequenceSteps]).toEqual(["whole-sequence", STEPS]);
  });
});
