/** The public API of the generator; everything else in codegen/ is its own business. */
export * from "./board.ts";
export * from "./board-facts.ts";
export { FRONT_END_PARTS, type FrontEndPart, frontEndParts } from "./emit/audio-parts.ts";
export type { Footprint } from "./emit/footprint.ts";
export { PARTS, type Part, type PartLines } from "./emit/part-marks.ts";
export * from "./emit/render.ts";
export type { LayerFunction, SourceParts } from "./emit/source-parts.ts";
export * from "./emit/write.ts";
export * from "./errors.ts";
export * from "./frontend/analyse.ts";
export { createRealFft, type RealFft, type Spectrum } from "./frontend/fft.ts";
export type { FrontEndTwin } from "./frontend/fixed-twin.ts";
export {
  type AnyFrontEndPlan as FrontEndPlan,
  anyFrontEndMemory as frontEndMemory,
  createAnyFrontEndTwin as createFrontEndTwin,
  FRONT_END_ARITHMETICS,
  type FrontEndArithmetic,
  planAnyFrontEnd as planFrontEnd,
} from "./frontend/front-end.ts";
export * from "./measured.ts";
export * from "./memory/calibrated.ts";
export * from "./memory/fetch-caches.ts";
export * from "./memory/hierarchy.ts";
export * from "./memory/stalls.ts";
export * from "./memory/variants.ts";
export * from "./model/benchmark-model.ts";
export { ONNX_OPERATORS } from "./model/graph/graph.ts";
export type { IntegerEdge } from "./model/integer-model.ts";
export { KERAS_LAYERS } from "./model/keras/layers.ts";
export * from "./model/layer-size.ts";
export * from "./model/load.ts";
export * from "./model/reference-float.ts";
export { type WrittenModel, writeSafetensorsModel } from "./model/safetensors/write.ts";
export * from "./model/sidecar.ts";
export { TFLITE_OPERATORS } from "./model/tflite/graph.ts";
export type * from "./model/types.ts";
export * from "./pipeline.ts";
export { canonicalJson } from "./plan/canonical-json.ts";
export {
  lookUpsOf,
  NORM_BYTES,
  NORM_PASSES,
  powerBytes,
  SOFTMAX_PASSES,
  valueBytes,
  workOfStream,
} from "./plan/cost.ts";
export { movedWork } from "./plan/moved-work.ts";
export {
  checkPlacesWithFramework,
  PLACED_PARTS,
  type PlacementRequest,
  placeOf,
  withWeightsIn,
} from "./plan/placement.ts";
export type { Plan } from "./plan/plan.ts";
export { ROW_RESULT_BYTES } from "./plan/rows/row-layout.ts";
export { leavesTilesOut } from "./plan/schedule.ts";
export { FUSIONS, type Fusion } from "./plan/target.ts";
export * from "./quantize/calibrate.ts";
export type { DeltaThresholds } from "./quantize/delta.ts";
export {
  chosenFormat,
  type FormatText,
  formatName,
  isFormatText,
  weightedLayers,
} from "./quantize/mixed-format.ts";
export { ungenerated } from "./quantize/operators.ts";
export * from "./quantize/params.ts";
export { quantizeModel } from "./quantize/quantize-model.ts";
export type { QuantizedModel } from "./quantize/quantized-model.ts";
export type { SkipRequest } from "./quantize/skip.ts";
export { type SparedWork, withSparedWork } from "./quantize/spared-work.ts";
export { tfliteFormatOf } from "./quantize/tflite/prepare.ts";
export * from "./quantize/twin.ts";
export * from "./size/footprint.ts";
export * from "./size/layer-bytes.ts";
export * from "./size/network.ts";
export { padModel } from "./size/pad.ts";
export * from "./size/predict.ts";
export { createKeptPredictor, type KeptPredictor } from "./size/predict-kept.ts";
export { magnitudePruned, pruneModel, type UnitStatistics, unitStatistics } from "./size/prune.ts";
export * from "./size/rule.ts";
export { MOST_LEFT_OUT, sparsifyModel } from "./size/sparsify.ts";
