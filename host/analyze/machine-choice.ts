/**
 * Decides who is best at each workload among machines that stand side by side: Pareto front and ultimate metrics.
 * A wearable's choice, which has a way to go, is left to edge-or-cloud.ts.
 */
import { byFormula, inUnit } from "./by-formula.ts";
import { quantityOf } from "./facts.ts";
import { typicalTime } from "./machine-analysis.ts";
import type { MachineRecord } from "./machine-record.ts";
import type { Contender, Metric, ParetoIds } from "./metrics.ts";
import { paretoIds } from "./metrics.ts";
import { devicePlatform } from "./platform-record.ts";
import type { Quantity } from "./quantity.ts";
import { derive } from "./quantity.ts";
import type { Ranking } from "./ultimate.ts";
import { candidateOf, rankBy, TRACK_METRICS } from "./ultimate.ts";

/** Machines at one workload; ids are those of the rows. */
export interface MachineChoice {
  readonly workload: string;
  readonly contenders: readonly Contender[];
  readonly pareto: ParetoIds;
  readonly ultimate: readonly Ranking[];
}

type Row = Omit<MachineRecord, "samples">;

/** One choice for each whole workload that at least two rows did. */
export function machineChoices(
  rows: readonly Row[],
  by: readonly [Metric, Metric],
): readonly MachineChoice[] {
  const names = new Set(
    rows.flatMap(({ workload }) => (workload.partOf === undefined ? [workload.name] : [])),
  );
  return [...names].flatMap((workload) => {
    const same = rows.filter((row) => row.workload.name === workload);
    if (same.length < 2) return [];
    const tokens = tokensOf(same);
    const contenders = same.map((row) => contenderOf(row, tokens));
    return [
      {
        workload,
        contenders,
        pareto: paretoIds(contenders, by),
        ultimate: TRACK_METRICS.map((track) => rankBy(track, contenders)),
      },
    ];
  });
}

/** Tokens of one repetition, from a row that knows its rate: the same work has as many wherever it runs. */
function tokensOf(rows: readonly Row[]): Quantity | null {
  for (const row of rows) {
    const { throughput } = row.metrics;
    const time = typicalTime({ ...row, samples: [] });
    if (throughput?.unit !== "token/s" || time === null) continue;
    return derive(Math.round(throughput.value * time.value), "token", "token/s x typical time", [
      throughput,
      time,
    ]);
  }
  return null;
}

/** A machine for itself: no way there, one repetition a frame. */
function contenderOf(row: Row, tokens: Quantity | null): Contender {
  const record = { ...row, samples: [] };
  const time = typicalTime(record);
  const { p99Ms, framesPerJoule, usdPerToken } = candidateOf(record);
  const { price, energyPerRun } = row.metrics;
  const known = devicePlatform(row.machine)?.price ?? null;
  const rent = price?.unit === "USD/h" ? price : known === null ? null : quantityOf(known);
  return {
    id: row.id,
    name: row.machine,
    latencyMs: time === null ? null : inUnit(time, 1e3, "ms"),
    p99Ms,
    wearableUj: energyPerRun?.unit === "uJ" ? energyPerRun : null,
    usdPerMillionFrames:
      rent === null || time === null
        ? null
        : derive(
            (rent.value / 3600) * time.value * 1e6,
            "USD",
            "rent x typical time x 1e6, every moment used",
            [rent, time],
          ),
    usdPerToken: usdPerToken ?? tokenCost(rent, time, tokens),
    framesPerJoule,
    leaves: null,
  };
}

function tokenCost(
  rent: Quantity | null,
  time: Quantity | null,
  tokens: Quantity | null,
): Quantity | null {
  if (rent === null || time === null || tokens === null || !(tokens.value > 0)) return null;
  const tokensPerSecond = tokens.value / time.value;
  const inputs = { usdPerHour: rent.value, tokensPerSecond, tokens: 1 };
  return byFormula("cost-per-token", inputs, [rent, time, tokens]);
}
