/**
 * Decides how questions of choice read in a terminal and in Markdown: edge or cloud, who is best, the buyer's case.
 * Which cells and sentences there are is left to choice-rows.ts and the analyzer.
 */
import type { BuyersCase } from "../analyze/buyers-case.ts";
import type { Choices } from "../analyze/choices.ts";
import type { OffloadAnswer } from "../analyze/edge-or-cloud.ts";
import type { Contender } from "../analyze/metrics.ts";
import type { Ranking } from "../analyze/ultimate.ts";
import {
  IN_TIME,
  markedCell,
  offloadTitle,
  paretoWords,
  trackRows,
  unranked,
} from "./choice-rows.ts";

/** A heading, tables (the first row is the head) and sentences. */
export interface TextBlock {
  readonly title: string;
  readonly tables: readonly (readonly (readonly string[])[])[];
  readonly words: readonly string[];
}

/** One block a question that the document answers. */
export function choiceBlocks({
  edgeOrCloud,
  choices = [],
  buyersCase,
}: Choices): readonly TextBlock[] {
  return [
    ...(edgeOrCloud === undefined ? [] : [offloadBlock(edgeOrCloud)]),
    ...choices.map(({ workload, contenders, pareto, ultimate }) => ({
      title: `Who is best at ${workload}`,
      tables: [ultimateTable(contenders, ultimate)],
      words: paretoWords(contenders, pareto),
    })),
    ...(buyersCase === undefined ? [] : [buyersBlock(buyersCase)]),
  ];
}

function offloadBlock(answer: OffloadAnswer): TextBlock {
  const { places, words, transport, pareto, ultimate, breakEven } = answer;
  const head = [
    "#",
    "place",
    "where",
    "computing",
    "way",
    "P99",
    "",
    "energy",
    "cost of 1e6",
    "FPS/W",
  ];
  const rows = places.map((place, index) => [
    String(index + 1),
    place.name,
    place.where,
    markedCell(place.computeMs),
    markedCell(place.wayMs),
    markedCell(place.p99Ms),
    place.inTime === null ? "-" : IN_TIME[place.inTime],
    markedCell(place.wearableUj),
    markedCell(place.usdPerMillionFrames),
    markedCell(place.framesPerJoule),
  ]);
  const reach = breakEven.reach.map(({ network, nearMs, distance }) => [
    network,
    markedCell(nearMs),
    distance.km === null ? "-" : markedCell(distance.km),
  ]);
  return {
    title: offloadTitle(answer),
    tables: [
      [head, ...rows],
      ...(reach.length === 0 ? [] : [[["network", "P99 nearby", "in time up to"], ...reach]]),
      ultimateTable(places, ultimate),
    ],
    words: [`Sound leaves as ${transport.words}.`, ...words, ...paretoWords(places, pareto)],
  };
}

function ultimateTable(
  contenders: readonly Contender[],
  ultimate: readonly Ranking[],
): readonly (readonly string[])[] {
  const rows = trackRows(contenders, ultimate).map((row) => {
    const [best, next] = row.ranked;
    const cell = (of: typeof best) =>
      of === undefined ? "" : `${of.name}: ${markedCell(of.value)}`;
    return [row.track, row.metric, best === undefined ? unranked(row) : cell(best), cell(next)];
  });
  return [["track", "one metric", "best", "next"], ...rows];
}

function buyersBlock({ runs, words, workload }: BuyersCase): TextBlock {
  const head = [
    "system",
    "peak",
    "bandwidth",
    "ridge point",
    `on ${workload}`,
    "of its peak",
    "bound",
  ];
  const rows = runs.map(({ system, ridgePoint, attainable, shareOfPeak, bound }) => [
    system.name,
    markedCell(system.peak),
    markedCell(system.bandwidth),
    markedCell(ridgePoint),
    markedCell(attainable),
    markedCell(shareOfPeak),
    bound,
  ]);
  return { title: "The buyer's case", tables: [[head, ...rows]], words };
}
