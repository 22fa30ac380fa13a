/**
 * Declares the networks that predictions are judged by, none of which the costs of loops were fitted to: the shipped
 * model's layers at sizes on and off the granule, and others.
 */
import { bareLstm, type NetworkShape } from "../../codegen/size/network.ts";
import { network } from "./reference-networks.ts";

/** 32 bands in, so many units, 32 gains out. */
export function hearable(hiddenSize: number): NetworkShape {
  return network("lstm", 32, [hiddenSize], { outputSize: 32, activation: "sigmoid" });
}

export const JUDGED_NETWORKS: readonly NetworkShape[] = [
  ...[12, 16, 29, 40, 50, 64, 75, 96].map(hearable),
  bareLstm(48, 64),
  bareLstm(64, 128),
  network("lstm", 24, [40, 32], { outputSize: 20, activation: "sigmoid" }),
  network("gru", 32, [56], { outputSize: 32, activation: "sigmoid" }),
];
