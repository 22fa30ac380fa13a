/**
 * Decides how an inspected model reads in a terminal: its layers, what it takes in each format, the C for a board.
 * What is in it is left to workflow/inspect.ts.
 */
import type { InspectedLayer, Inspection } from "../workflow/inspect.ts";
import type { BoardInspection, FormatInspection } from "../workflow/inspect-board.ts";
import { formatBytes } from "./format.ts";
import { textTable } from "./tables.ts";

const STREAMING = {
  "stateful-step": "state kept from step to step",
  "whole-sequence": "reset before each sequence, the last step answers",
  "sequence-to-sequence": "reset before each sequence, every step answers when it is over",
  unknown: "as far as it can be read",
} as const;

/** "int8 0.0077 (0)": type, real value of a step to four digits, zero point. */
function edgeText(edge: NonNullable<InspectedLayer["quantization"]>["input"] | undefined): string {
  return edge ? `${edge.type} ${Number(edge.scale.toPrecision(4))} (${edge.zeroPoint})` : "";
}

/** Longer names of nodes make a table unreadable. */
const NAME_LENGTH = 48;

function shortName(name: string): string {
  return name.length <= NAME_LENGTH ? name : `${name.slice(0, NAME_LENGTH - 3)}...`;
}

/** "256x32 + 256x64": rows and columns of a layer's matrices. */
function shapesText({ shapes }: InspectedLayer): string {
  return Object.values(shapes)
    .map(([rows, columns]) => `${rows}x${columns}`)
    .join(" + ");
}

export function inspectionText(inspection: Inspection): string {
  const { model, layers, streaming, unsupported, board } = inspection;
  const { name, format, inputSize, outputSize, parameters, macs } = model;
  const head = `${name} (${format}): ${inputSize} values in, ${outputSize} out a step, ${STREAMING[streaming ?? "unknown"]}\n${parameters} parameters, ${macs} MACs a step, ${model.weightBytes} B of int8 weights\n`;
  const refusals = unsupported.map(
    (item) => `  ${item.operator} ${item.node}: ${item.why}; ${item.instead}`,
  );
  const verdict =
    refusals.length === 0
      ? "everything in it can be generated\n"
      : `cannot be generated:\n${refusals.join("\n")}\n`;
  const parts = [head, layersTable(layers), formatsTable(model), verdict, boardText(board)];
  return parts.filter((part) => part !== "").join("\n");
}

function layersTable(layers: readonly InspectedLayer[]): string {
  if (layers.length === 0) return "";
  const quantized = layers.some(({ quantization }) => quantization !== undefined);
  const [first] = layers[0]?.bytes ?? [];
  const rows = layers.map((layer) => [
    shortName(layer.name),
    layer.kind,
    `${layer.inputSize} -> ${layer.outputSize}`,
    shapesText(layer),
    String(layer.macs),
    String(layer.parameters),
    String(layer.bytes[0]?.weightBytes ?? 0),
    String(layer.bytes[0]?.stateBytes ?? 0),
    ...(quantized
      ? [edgeText(layer.quantization?.input), edgeText(layer.quantization?.output)]
      : []),
  ]);
  const format = first?.format ?? "";
  const bytes = [`B as ${format}`, "state B"];
  const edges = quantized ? ["in", "out"] : [];
  const heads = ["layer", "kind", "shape", "weights", "MACs", "parameters", ...bytes, ...edges];
  return textTable([heads, ...rows]);
}

function formatsTable({ bytes, fileBytes }: Inspection["model"]): string {
  if (bytes.length === 0) return "";
  const rows = bytes.map(({ format, weightBytes, stateBytes }) => [
    format,
    formatBytes(weightBytes),
    formatBytes(stateBytes),
  ]);
  const file = fileBytes === null ? "" : `the file itself: ${formatBytes(fileBytes)}\n`;
  return `${textTable([["format", "weights", "state"], ...rows])}${file}`;
}

function boardText(board: BoardInspection | undefined): string {
  if (!board) return "";
  const rows = board.formats.map((format) => formatRow(format));
  const head = ["format", "kernel", "constants", "of", "state", "of", "fits"];
  const { chosen } = board;
  const detail = chosen.generated ? [kernelsTable(chosen), ...chosen.line.flat()] : [];
  const refused = board.formats.flatMap((format) => (format.generated ? [] : refusalLines(format)));
  return [
    `on ${board.id} (${board.core}), without code and stack, which pioneer build counts:`,
    textTable([head, ...rows]),
    ...(chosen.generated ? [`${chosen.format}: ${chosen.why}`] : []),
    ...detail,
    ...refused,
    "",
  ].join("\n");
}

function formatRow(inspected: FormatInspection): readonly string[] {
  if (!inspected.generated) return [inspected.format, `refused [${inspected.code}]`];
  const { format, variant, weights, ram, fits } = inspected;
  return [
    format,
    variant,
    formatBytes(weights.usedBytes),
    `${formatBytes(weights.availableBytes)} ${weights.memory}`,
    formatBytes(ram.usedBytes),
    `${formatBytes(ram.availableBytes)} RAM`,
    fits ? "yes" : "no",
  ];
}

function kernelsTable({ kernels }: Extract<FormatInspection, { generated: true }>): string {
  const rows = kernels.map((kernel) => [
    kernel.kernel,
    String(kernel.macs),
    String(kernel.paddedMacs),
    String(kernel.weightBytes),
    String(kernel.bytesRead),
    String(kernel.bytesWritten),
  ]);
  return textTable([["kernel", "MACs", "padded", "weight B", "B read", "B written"], ...rows]);
}

function refusalLines(refused: Extract<FormatInspection, { generated: false }>): string[] {
  const { format, what, why, fix, unsupported } = refused;
  const items = unsupported.map(
    (item) => `  ${item.operator} ${item.node}: ${item.why}; ${item.instead}`,
  );
  return items.length > 0
    ? [`${format}: ${what}`, ...items]
    : [`${format}: ${what}`, `  why: ${why}`, `  fix: ${fix}`];
}
