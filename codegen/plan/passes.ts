/**
 * Decides what a layer moves through its buffers when every operation is a pass of its own, beyond what it moves fused.
 * The passes themselves are templates/*-none.hbs; what fused layers move is left to cost.ts.
 */
import type { LayerKernel } from "../lower/kernel-ir.ts";
import { GATES } from "../model/types.ts";
import type { StreamLayout } from "./layout.ts";
import { ROW_LAYOUTS, type Schedule } from "./schedule.ts";

/** Bytes of a step. */
export interface PassTraffic {
  readonly read: number;
  readonly written: number;
}

/** A cell, or an update gate of a fused GRU that resets before its product. */
const STATE_BYTES = 2;

/**
 * Zero unless nothing is fused. A fused layer writes and reads an int32 a row, which here is the row's sum; what the
 * passes after requantize read and write of pre-activations and gates comes on top.
 */
export function passTraffic(
  kernel: LayerKernel,
  streams: readonly StreamLayout[],
  { fusion, variant }: Schedule,
): PassTraffic {
  if (fusion !== "none") return { read: 0, written: 0 };
  const z = ROW_LAYOUTS[variant].z ? 2 : 4;
  const rows = streams.reduce((sum, { paddedRows }) => sum + paddedRows, 0);
  if (kernel.kind === "dense") return { read: z * kernel.layer.outputSize, written: z * rows };
  if (kernel.kind === "lstm") {
    const units = (streams[0] as StreamLayout).paddedRows / GATES.length;
    // Halves besides: both read, and their sum written; the other half's pre-activations.
    const halves = (streams.length - 1) * GATES.length * z;
    // Read: 4 gates activated, 3 for the cell, the cell again, its argument, 2 for the hidden state.
    // Written: 4 pre-activations, 4 gates, the cell's argument and its tanh.
    return {
      read: units * (10 * z + STATE_BYTES + 2 * halves),
      written: units * (10 * z + 2 * halves),
    };
  }
  const units = rows / GATES.length;
  // Activations cover padded units. Read: 2 gates and the argument of tanh. Written: 4 pre-activations, 2 gates, tanh.
  const padded = { read: 3 * z * units, written: 7 * z * units };
  const { hiddenSize, resetAfter } = kernel.layer;
  // Read: gate and both halves, then gate and candidate. Written: the argument. Before the product the reset gate is read
  // in a pass of its own, and the update gate needs no place to wait in.
  const spared = resetAfter ? 0 : STATE_BYTES;
  return {
    read: padded.read + hiddenSize * (5 * z - spared),
    written: padded.written + hiddenSize * (z - spared),
  };
}
