/**
 * The emitted C of small models, byte for byte. `npx vitest run --project golden --update` accepts a change; with CI set a
 * missing golden fails.
 */
import { expect, test } from "vitest";
import { loadBoard } from "../../codegen/board.ts";
import { type GenerateOptions, generate } from "../../codegen/pipeline.ts";
import type { SparedWork } from "../../codegen/quantize/spared-work.ts";
import { createRandom, type ModelShape, randomFrames, randomModel } from "../random-model.ts";

interface Case {
  readonly shape: ModelShape;
  readonly format: GenerateOptions["format"];
  readonly board: string;
  readonly licence?: string;
  readonly spared?: SparedWork;
  readonly sparse?: number;
}

const CASES: readonly Case[] = [
  {
    shape: {
      name: "kept",
      inputSize: 4,
      lstms: [5],
      denses: [{ size: 2, activation: "sigmoid" }],
    },
    format: "int8",
    board: "nrf52840-dk",
    spared: { delta: { input: 8, hidden: 4 }, skip: { level: -0.5, frames: 8 } },
  },
  {
    shape: {
      name: "mask",
      inputSize: 4,
      lstms: [8],
      denses: [{ size: 4, activation: "sigmoid" }],
    },
    format: "int8",
    board: "nrf52840-dk",
    licence: "CC-BY-4.0",
  },
  {
    shape: {
      name: "odd-stack",
      inputSize: 3,
      lstms: [5, 2],
      denses: [{ size: 3, activation: "none" }],
      initialState: true,
    },
    format: "int16x8",
    board: "nucleo-f446re",
  },
  {
    shape: {
      name: "front",
      inputSize: 4,
      lstms: [4],
      denses: [
        { size: 4, activation: "relu" },
        { size: 3, activation: "tanh" },
      ],
      densesFirst: true,
    },
    format: "int8",
    board: "qemu-m4",
  },
  {
    shape: {
      name: "grus",
      inputSize: 4,
      lstms: [],
      grus: [
        { size: 8, resetAfter: true },
        { size: 4, resetAfter: false },
      ],
      denses: [],
      initialState: true,
    },
    format: "int8",
    board: "qemu-m55",
  },
  {
    shape: {
      name: "halves",
      inputSize: 4,
      lstms: [4],
      denses: [],
      recurrentReach: 0.03,
    },
    format: "int8",
    board: "nrf52840-dk",
  },
  {
    shape: {
      name: "floats",
      inputSize: 3,
      lstms: [2],
      grus: [{ size: 2, resetAfter: true }],
      denses: [{ size: 2, activation: "sigmoid" }],
      initialState: true,
    },
    format: "float32",
    board: "qemu-rv32",
  },
  {
    shape: { name: "quads", inputSize: 4, lstms: [4], denses: [] },
    format: "int4",
    board: "nrf52840-dk",
  },
  {
    shape: {
      name: "lanes",
      inputSize: 3,
      lstms: [],
      denses: [{ size: 5, activation: "none" }],
    },
    format: "int4",
    board: "qemu-rv32",
  },
  {
    shape: { name: "tiles", inputSize: 8, lstms: [4], denses: [] },
    format: "int8",
    board: "nrf52840-dk",
    sparse: 50,
  },
  {
    shape: {
      name: "thinned",
      inputSize: 9,
      lstms: [],
      denses: [{ size: 5, activation: "none" }],
    },
    format: "int8",
    board: "qemu-rv32",
    sparse: 34,
  },
];

test.each(CASES)(
  "$shape.name in $format for $board",
  async ({ shape, format, board, licence, spared, sparse }) => {
    const random = createRandom(42);
    const { files } = generate({
      model: randomModel(random, shape),
      board: loadBoard(board),
      format,
      calibration: {
        source: "random frames",
        sequences: [randomFrames(random, 8, shape.inputSize)],
      },
      ...(licence ? { licence } : {}),
      ...spared,
      ...(sparse === undefined ? {} : { sparse }),
    });
    for (const { name, text } of files) {
      await expect(text).toMatchFileSnapshot(`emitted-c/${shape.name}/${name}`);
    }
  },
);
