import { describe, expect, test } from "vitest";
import { planOf, target } from "./planned.ts";

describe("cost", () => {
  test("by hand: one LSTM, 4 -> 4, one dense, 4 -> 8 by table", () => {
    const shape = {
      name: "m",
      inputSize: 4,
      lstms: [4],
      denses: [{ size: 8, activation: "sigmoid" as const }],
    };
    const { cost, stateBytes } = planOf(shape, "int8");
    const [load, lstm, dense] = cost.kernels;
    expect(load).toMatchObject({ macs: 0, bytesRead: 4, bytesWritten: 8 });
    // 2 blocks of 64 + 8 * 8 = 128 bytes; each reads 8 columns of 2 bytes and its 8 z of 4 bytes again;
    // 4 units read a 2-byte cell and 5 table rows of 4 bytes, and write cell and hidden
    expect(lstm).toMatchObject({
      macs: 4 * 4 * 8,
      paddedMacs: 4 * 4 * 8,
      weightBytes: 256,
      bytesRead: 256 + 2 * (16 + 32) + 4 * 22,
      bytesWritten: 2 * 32 + 4 * 4,
    });
    expect(dense).toMatchObject({
      macs: 32,
      weightBytes: 96,
      bytesRead: 96 + 8 + 32 + 8 * 4,
      bytesWritten: 32 + 8,
    });
    expect(cost.macs).toBe(128 + 32);
    expect(stateBytes).toBe(4 + 8);
  });

  test("by hand: a GRU, 4 -> 8, after and before its product", () => {
    const costOf = (resetAfter: boolean) => {
      const grus = [{ size: 8, resetAfter }];
      return planOf({ name: "m", inputSize: 4, lstms: [], grus, denses: [] }, "int8").cost
        .kernels[1];
    };
    // 2 blocks over 12 columns, 1 over 4, 1 over 8: 64 bytes of biases and multipliers each and 8 a column; each reads
    // its columns of 2 bytes and its 8 z of 4 bytes again
    const weightBytes = 4 * 64 + 8 * (2 * 12 + 4 + 8);
    const streamed = weightBytes + 2 * (2 * 12 + 4 + 8) + 4 * 32;
    // 8 units read a 2-byte state and 3 table rows of 4 bytes, and write state and line
    expect(costOf(true)).toMatchObject({
      macs: 3 * 8 * 12,
      paddedMacs: 3 * 8 * 12,
      weightBytes,
      bytesRead: streamed + 8 * (2 + 12),
      bytesWritten: 4 * 32 + 8 * 4,
    });
    // They read the state once more and an update gate, and write that gate and a product
    expect(costOf(false)).toMatchObject({
      bytesRead: streamed + 8 * (2 + 12 + 4),
      bytesWritten: 4 * 32 + 8 * (4 + 4),
    });
  });

  test("by hand: what is not fused passes through buffers that all layers share", () => {
    const shape = {
      name: "m",
      inputSize: 4,
      lstms: [4],
      grus: [{ size: 8, resetAfter: false }],
      denses: [{ size: 8, activation: "none" as const }],
    };
    const { cost: fused } = planOf(shape, "int8");
    const partial = planOf(shape, "int8", { ...target, fusion: "partial" });
    const apart = planOf(shape, "int8", { ...target, fusion: "none" });
    // z goes through memory either way; 16 rows are the most, of the LSTM and of the GRU's gates.
    expect(partial.cost).toEqual(fused);
    expect(partial.scratch).toEqual({
      updateGates: 8,
      resetHidden: 8,
      gates: 16,
      sums: 0,
      bytes: 16 + 16 + 64,
    });
    // The update gates wait among all 32 rows of the GRU; 16 rows are its largest matrix.
    expect(apart.scratch).toEqual({
      updateGates: 0,
      resetHidden: 8,
      gates: 32,
      sums: 16,
      bytes: 16 + 128 + 64,
    });
    // A unit of the LSTM: z 4 times written, 4 read and written as gates, 3 read for the cell, which is read again for
    // its argument; that is written, read, written as its tanh, and read with the output gate.
    const lstm = 4 * (4 * (4 + 8 + 3 + 3 + 2) + 2);
    // A unit of the GRU: z 4 times written, 2 gates read and written, the reset gate read, both halves read, their sum
    // written, its tanh read and written, both factors read; no update gate of 2 bytes written and read.
    const gru = 8 * (4 * (4 + 4 + 1 + 3 + 2 + 2) - 4);
    const dense = 8 * (4 + 4);
    expect(apart.cost.kernels.map(({ passBytes }) => passBytes)).toEqual([0, lstm, gru, dense]);
    const moved = ({ bytesRead, bytesWritten }: typeof fused) => bytesRead + bytesWritten;
    expect(moved(apart.cost)).toBe(moved(fused) + lstm + gru + dense);
  });

  test("padding executes but is not useful", () => {
    const { cost } = planOf({ name: "m", inputSize: 5, lstms: [7], denses: [] }, "int8");
    expect(cost.macs).toBe(4 * 7 * 12);
    expect(cost.paddedMacs).toBe(4 * 8 * 16);
  });
});
