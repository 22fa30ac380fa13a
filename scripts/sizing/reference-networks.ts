/**
 * Declares the networks whose counted steps the costs of loops are fitted to: the fitting set of docs/sizing.md.
 * The networks that predictions are judged by are others, in judged-networks.ts.
 */
import { bareLstm, type DenseShape, type NetworkShape } from "../../codegen/size/network.ts";

type Kind = "lstm" | "gru";

/** Recurrent layers one behind the other, and a dense one where it is given. */
export function network(
  kind: Kind,
  inputSize: number,
  hiddenSizes: readonly number[],
  dense?: { readonly outputSize: number; readonly activation: DenseShape["activation"] },
): NetworkShape {
  const before = [inputSize, ...hiddenSizes];
  const layers = hiddenSizes.map((hiddenSize, index) => {
    const layer = { kind, inputSize: before[index] as number, hiddenSize };
    return kind === "gru" ? { ...layer, resetAfter: true } : layer;
  });
  const last = { inputSize: before.at(-1) as number };
  return {
    inputSize,
    layers: dense === undefined ? layers : [...layers, { kind: "dense", ...last, ...dense }],
  };
}

const sigmoid = (outputSize: number) => ({ outputSize, activation: "sigmoid" }) as const;
const plain = (outputSize: number) => ({ outputSize, activation: "none" }) as const;

export const REFERENCE_NETWORKS: readonly NetworkShape[] = [
  bareLstm(8, 16),
  bareLstm(24, 20),
  bareLstm(32, 34),
  bareLstm(64, 48),
  bareLstm(40, 96),
  bareLstm(100, 70),
  network("lstm", 32, [24], sigmoid(32)),
  network("lstm", 20, [54], sigmoid(12)),
  network("lstm", 48, [80], sigmoid(64)),
  network("lstm", 32, [46], plain(10)),
  network("lstm", 12, [28], plain(40)),
  network("lstm", 28, [36, 58], sigmoid(16)),
  network("gru", 16, [32]),
  network("gru", 50, [40]),
  network("gru", 72, [88]),
  network("gru", 24, [64], sigmoid(20)),
  network("gru", 20, [24, 48], plain(8)),
];
