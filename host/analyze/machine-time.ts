/**
 * Decides the Iron Law and the what-ifs of a machine record: its run's own, or from its roofs and what its model states.
 * The law itself is left to time-terms.ts.
 */
import type { Roof } from "./board-roofline.ts";
import type { MachineRecord } from "./machine-record.ts";
import type { Quantity } from "./quantity.ts";
import type { TimeAnswer } from "./time-terms.ts";
import { timeTerms } from "./time-terms.ts";

interface Known {
  readonly record: MachineRecord;
  readonly ops: Quantity;
  readonly bytes: Quantity;
  readonly compute: Roof;
  readonly memory: Roof;
  readonly time: Quantity | null;
}

export function machineTime({ record, ops, bytes, compute, memory, time }: Known): TimeAnswer {
  if (record.detail !== undefined) return record.detail;
  const { timeModel: model, workload } = record;
  // Values that pass between layers are not known without a model; weights are all there is, or are taken so.
  const weights = Math.min(bytes.value, model?.weightBytes ?? bytes.value);
  const between = model?.intermediateBytes ?? 0;
  const narrower = record.roofs.find(
    ({ limits, peak }) => limits === "compute" && peak.value > compute.peak.value,
  );
  return timeTerms({
    situation: {
      ops: ops.value,
      compute: { name: compute.name, peakOps: compute.peak.value },
      levels: [
        {
          name: memory.name,
          peakBytes: memory.peak.value,
          bytesMoved: bytes.value,
          clock: "own",
        },
      ],
      utilisation: model?.utilisation.value ?? 1,
      memoryShare: model?.memoryShare.value ?? 1,
      overhead: model?.overhead.value ?? null,
      waitFreeBytes: null,
    },
    changes: {
      weightBytes: [weights],
      intermediateBytes: between > 0 ? [between] : null,
      launchOverhead: model?.launchOverhead ?? 0,
      narrower:
        narrower === undefined ? null : { name: narrower.name, peakOps: narrower.peak.value },
      per: "s",
      supposition:
        model === undefined && workload.parameters === undefined
          ? "if all its bytes are weights"
          : "",
    },
    time,
    kinds: {
      data: [
        bytes.kind,
        memory.peak.kind,
        ...(model === undefined ? [] : [model.memoryShare.kind]),
      ],
      arithmetic: [
        ops.kind,
        compute.peak.kind,
        ...(model === undefined ? [] : [model.utilisation.kind]),
      ],
      overhead: model?.overhead.kind ?? null,
    },
    utilisationSource: model?.utilisation.source ?? "taken as 1: nothing tells the utilisation",
    overheadSource:
      model?.overhead.source ?? "calls, and arithmetic or data below their highest rates",
  });
}
