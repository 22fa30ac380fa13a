/** The public API of the generator; everything else in codegen/ is its own business. */
export * from "./board.ts";
export * from "./board-facts.ts";
export * from "./emit/render.ts";
export * from "./emit/write.ts";
export * from "./errors.ts";
export * from "./frontend/analyse.ts";
export * from "./model/benchmark-model.ts";
export * from "./model/load.ts";
export * from "./model/reference-float.ts";
export * from "./model/sidecar.ts";
export type * from "./model/types.ts";
export * from "./pipeline.ts";
export { canonicalJson } from "./plan/canonical-json.ts";
export type { Plan } from "./plan/plan.ts";
export * from "./quantize/calibrate.ts";
export * from "./quantize/params.ts";
export type { QuantizedModel } from "./quantize/quantized-model.ts";
export * from "./quantize/reference-int8.ts";
