/** On the wearable or elsewhere: break-even points, the ultimate metrics, the buyer's case and the answer. */
import { describe, expect, test } from "vitest";
import { batchedCall } from "../../host/analyze/batching.ts";
import { breakEvenBatch, breakEvenDistance, breakEvenMacs } from "../../host/analyze/break-even.ts";
import { analyzeRun } from "../../host/analyze/document.ts";
import type { OffloadQuestion } from "../../host/analyze/edge-or-cloud.ts";
import { edgeOrCloud } from "../../host/analyze/edge-or-cloud.ts";
import type { MachineRecord } from "../../host/analyze/machine-record.ts";
import type { NetworkPath, Radio, StreamForm } from "../../host/analyze/networks.ts";
import { NETWORKS, RADIOS, STREAM_FORMS } from "../../host/analyze/networks.ts";
import type { OffloadWishes } from "../../host/analyze/offload-question.ts";
import { offloadQuestion } from "../../host/analyze/offload-question.ts";
import { platformRecord } from "../../host/analyze/platform-record.ts";
import type { Platform } from "../../host/analyze/platforms.ts";
import { PLATFORMS } from "../../host/analyze/platforms.ts";
import { measured, modelled, stated } from "../../host/analyze/quantity.ts";
import { sendUj } from "../../host/analyze/radio-energy.ts";
import { runRecords } from "../../host/analyze/run-records.ts";
import { candidateOf, rankBy, TRACK_METRICS } from "../../host/analyze/ultimate.ts";
import { facts } from "../golden/report/facts.ts";
import { codeOf } from "./import-text.ts";

const platform = (id: string) => PLATFORMS.find((known) => known.id === id) as Platform;
const [board, computer] = runRecords(analyzeRun(facts), "run") as [MachineRecord, MachineRecord];
const hearable = board.workload;

const ble = RADIOS.find(({ id }) => id === "ble") as Radio;
const network = (id: string) => NETWORKS.find((known) => known.id === id) as NetworkPath;

describe("break-even work", () => {
  test("one 40 byte LC3 frame up is worth 26141 MAC of an nRF52840", () => {
    // The reference: 9.9 mW, 64 MHz and 3.93 cycles a MAC, 0.608 nJ/MAC.
    const perMac = stated(((9.9e-3 * 3.93) / 64e6) * 1e6, "uJ/MAC", "reference");
    const even = breakEvenMacs(sendUj(ble, 40, 10), perMac);
    expect(Math.round(even.value)).toBe(26141);
    expect(even.unit).toBe("MAC");
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("%d uJ are refused", (value) => {
    const energy = { value, unit: "uJ", kind: "stated", source: "test" } as const;
    const one = stated(1, "uJ/MAC", "test");
    expect(codeOf(() => breakEvenMacs(energy, one))).toBe("TP-USE-263");
    expect(codeOf(() => breakEvenMacs(one, energy))).toBe("TP-USE-263");
    expect(codeOf(() => breakEvenBatch(platform("t4"), hearable, "energy", energy))).toBe(
      "TP-USE-263",
    );
  });
});

describe("a batch on a T4", () => {
  // Time of a call [s]: half of 65 TFLOP/s, 320 GB/s, 30 us and 10 us a layer; TDP 70 W.
  const seconds = (b: number) =>
    Math.max((b * 53248) / 32.5e12, (26912 * 2 * (1 + 0.1 * b)) / 320e9) + 50e-6;
  const microjoules = (b: number) =>
    (70 * (0.3 + (0.7 * b * 53248) / (seconds(b) * 65e12)) * seconds(b) * 1e6) / b;

  test.each([1, 2, 150, 1e6])("of %d streams takes the time and energy of the model", (batch) => {
    const call = batchedCall(platform("t4"), hearable, batch);
    expect(call?.callMs.value).toBeCloseTo(seconds(batch) * 1e3, 9);
    expect(call?.frameUj.value).toBeCloseTo(microjoules(batch), 6);
    expect(call?.usdPerMillionFrames?.value).toBeCloseTo(
      (0.526 / 3600 / batch) * seconds(batch) * 1e6,
      9,
    );
  });

  test("one stream takes what the stated platform's record takes", () => {
    const record = platformRecord(platform("t4"), hearable);
    expect(batchedCall(platform("t4"), hearable, 1)?.callMs.value).toBeCloseTo(
      (record?.time?.p50 ?? 0) * 1e3,
      9,
    );
  });

  test("breaks even with 7.43 uJ at the first batch that costs no more", () => {
    const found = breakEvenBatch(platform("t4"), hearable, "energy", modelled(7.43, "uJ", "test"));
    const batch = found?.call?.batch ?? 0;
    expect(batch).toBe(150);
    expect(microjoules(batch)).toBeLessThanOrEqual(7.43);
    expect(microjoules(batch - 1)).toBeGreaterThan(7.43);
  });

  test("never breaks even below what every frame costs, and at once above one frame's", () => {
    const never = breakEvenBatch(platform("t4"), hearable, "energy", modelled(0.3, "uJ", "test"));
    expect(never).toMatchObject({ call: null });
    expect(never?.why).toMatch(/^never/);
    const atOnce = breakEvenBatch(platform("t4"), hearable, "energy", modelled(1e9, "uJ", "test"));
    expect(atOnce?.call?.batch).toBe(1);
  });

  test("never costs more a frame when it grows, on any platform", () => {
    for (const each of PLATFORMS) {
      let [energy, rent] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let batch = 1; batch < 1e9; batch *= 3) {
        const call = batchedCall(each, hearable, batch);
        expect(call?.frameUj.value).toBeLessThanOrEqual(energy * (1 + 1e-12));
        energy = call?.frameUj.value ?? Number.NaN;
        if (each.price === null) continue;
        expect(call?.usdPerMillionFrames?.value).toBeLessThanOrEqual(rent * (1 + 1e-12));
        rent = call?.usdPerMillionFrames?.value ?? Number.NaN;
      }
    }
  });

  test("is not known without the work, or without a rent", () => {
    const unknown = { name: "work", ops: null, bytesMoved: null };
    const limit = modelled(1, "uJ", "test");
    expect(breakEvenBatch(platform("t4"), unknown, "energy", limit)).toBeNull();
    expect(breakEvenBatch(platform("orin-nano"), hearable, "rent", limit)).toBeNull();
    expect(() => batchedCall(platform("t4"), hearable, 0)).toThrow(RangeError);
    expect(() => batchedCall(platform("t4"), hearable, Number.NaN)).toThrow(RangeError);
  });
});

describe("break-even distance", () => {
  test("4 ms of 10 ms reach 400 km of fibre", () => {
    expect(breakEvenDistance(10, modelled(6, "ms", "test")).km?.value).toBeCloseTo(400, 9);
  });

  test("no distance is short enough once radio and computing are late", () => {
    expect(breakEvenDistance(10, modelled(10, "ms", "test"))).toMatchObject({ km: null });
  });
});

describe("the one ultimate metric", () => {
  const base: MachineRecord = { ...board, metrics: {} };
  const of = (track: string) => TRACK_METRICS.find((metric) => metric.track === track);

  test("each track has one", () => {
    expect(TRACK_METRICS.map(({ name }) => name)).toEqual(["$/token", "P99", "FPS/W", "FPS/W"]);
  });

  test("$/token: 3.6 USD an hour at 1000 token/s are a millionth", () => {
    const price = stated(3.6, "USD/h", "test");
    const throughput = measured(1000, "token/s", "test");
    const serving = { ...base, metrics: { price, throughput } };
    expect(candidateOf(serving).usdPerToken?.value).toBeCloseTo(1e-6, 15);
    const frames = { ...serving, metrics: { price, throughput: measured(1000, "frame/s", "t") } };
    expect(candidateOf(frames).usdPerToken).toBeNull();
  });

  test("FPS/W: by energy, by power, by design power", () => {
    // 20 uJ a frame: 50,000 frames a joule. 60 frames a second at 15 W: 4.
    const metrics = { energyPerRun: modelled(20, "uJ", "test") };
    expect(candidateOf({ ...base, metrics }).framesPerJoule?.value).toBeCloseTo(50_000, 9);
    const sixty: MachineRecord = {
      ...base,
      time: { ...(base.time as NonNullable<MachineRecord["time"]>), p50: 1 / 60, p99: 0.02 },
    };
    const power = measured(15, "W", "test");
    expect(candidateOf({ ...sixty, metrics: { power } }).framesPerJoule?.value).toBeCloseTo(4, 9);
    expect(candidateOf({ ...sixty, metrics: { power } }).p99Ms?.value).toBeCloseTo(20, 9);
    const record = platformRecord(platform("t4"), hearable) as MachineRecord;
    // 70 W x 0.3 and hardly any MFU, 50.2 us a frame.
    expect(candidateOf(record).framesPerJoule?.value).toBeCloseTo(1 / (21.0 * 50.2e-6), -1);
  });

  test("ranks the best first, and names those without a value", () => {
    const candidate = (id: string, p99: number | null) => ({
      id,
      usdPerToken: null,
      framesPerJoule: p99 === null ? null : measured(p99, "frame/J", "test"),
      p99Ms: p99 === null ? null : measured(p99, "ms", "test"),
    });
    const three = [candidate("a", 3), candidate("b", null), candidate("c", 1)];
    const [guardian, nomad] = [of("edge-guardian"), of("mobile-nomad")];
    if (guardian === undefined || nomad === undefined) throw new Error("a track is missing");
    expect(rankBy(guardian, three).ranked.map(({ id }) => id)).toEqual(["c", "a"]);
    expect(rankBy(guardian, three).unknown).toEqual(["b"]);
    expect(rankBy(nomad, three).ranked.map(({ id }) => id)).toEqual(["a", "c"]);
  });
});

describe("the answer", () => {
  const question: OffloadQuestion = {
    board,
    otherBoards: [],
    machines: [computer],
    platforms: [platform("t4"), platform("h100")],
    transport: {
      form: STREAM_FORMS[0] as StreamForm,
      path: network("ble"),
      intervalMs: 10,
      distanceKm: 0,
    },
    deadlineMs: 10,
    by: ["latency", "energy"],
  };
  const answer = edgeOrCloud(question);

  test("weighs the wearable, this computer and the platforms", () => {
    expect(answer.places.map(({ where }) => where)).toEqual([
      "on the wearable",
      "beside it",
      "cloud",
      "cloud",
    ]);
    const [own, beside, t4] = answer.places;
    expect(own).toMatchObject({ inTime: "yes", wayMs: null, leaves: { value: 0 } });
    // Two connection intervals of 7.5 ms, 5 ms of codec, and the middle of 7 to 30 ms.
    expect(beside?.wayMs?.value).toBe(20);
    expect(t4?.wayMs?.value).toBe(38.5);
    expect(t4?.p99Ms?.interval?.[0]).toBeCloseTo(15 + 5 + 14 + (t4?.computeMs?.value ?? 0), 9);
    expect(t4?.inTime).toBe("no");
    expect(t4?.leaves.value).toBe(4000);
  });

  test("knows what sending costs the wearable, both ways", () => {
    const up = 3 * (6.4 * 0.456 + 6.26 * 0.38);
    const down = 3 * (6.26 * 0.456 + 6.4 * 0.38);
    expect(answer.places[2]?.wearableUj?.value).toBeCloseTo(up + down, 9);
  });

  test("counts the answers' way out beside the rent", () => {
    // 0.526 USD an hour for 50.2 us a frame, and 40 MB a million frames at 0.09 USD/GB.
    const [, , t4] = answer.places;
    const rent = (0.526 / 3600) * ((t4?.computeMs?.value ?? 0) / 1e3) * 1e6;
    expect(rent).toBeCloseTo(0.00733, 4);
    expect(t4?.usdPerMillionFrames?.value).toBeCloseTo(rent + 0.0036, 9);
    expect(answer.places[0]?.usdPerMillionFrames?.value).toBe(0);
    expect(answer.places[1]?.usdPerMillionFrames).toBeNull();
  });

  test("says that the deadline decides", () => {
    expect(answer.words.at(-1)).toBe(
      "Answer: on the wearable; no place elsewhere is in time, so the deadline decides, whatever the energy.",
    );
    expect(answer.words.join(" ")).toContain("14.4 MB an hour");
  });

  test("says how far a server may stand, over each network", () => {
    const { reach } = answer.breakEven;
    expect(reach.map(({ network: id }) => id)).toEqual(NETWORKS.map(({ id }) => id));
    const km = (id: string) => reach.find(({ network: of }) => of === id)?.distance.km?.value;
    expect(km("ble")).toBeUndefined();
    // 10 ms less 5 ms of codec and the H100's own time, at 100 km a millisecond.
    const h100 = answer.places[3]?.computeMs?.value ?? 0;
    expect(h100).toBeLessThan(0.05);
    expect(km("fiber")).toBeCloseTo((5 - h100) * 100, 6);
    expect(answer.words.join(" ")).toContain("by light in glass alone");
  });

  test("draws energy a frame over the streams of a call, and where it breaks even", () => {
    const [curve] = answer.breakEven.curves;
    expect(curve?.batches.slice(0, 3)).toEqual([1, 4, 16]);
    expect(curve?.frameUj).toEqual([...(curve?.frameUj ?? [])].sort((a, b) => b - a));
    const t4 = answer.breakEven.batches.find(({ platform: id }) => id === "t4");
    expect(t4?.call?.frameUj.value).toBeLessThanOrEqual(board.metrics.energyPerRun?.value ?? 0);
  });

  test("Wi-Fi and a patient deadline let energy choose", () => {
    const transport = { ...question.transport, path: network("wifi") };
    const patient = edgeOrCloud({ ...question, transport, deadlineMs: 1000 });
    expect(patient.places.every(({ inTime }) => inTime === "yes")).toBe(true);
    // 30 uJ on the air and 99 uJ between frames, against 7 uJ of the board's own.
    expect(patient.words.at(-1)).toContain("Answer: on the wearable");
    const hungry = { ...board, metrics: { energyPerRun: modelled(2000, "uJ", "test") } };
    const found = edgeOrCloud({ ...question, board: hungry, transport, deadlineMs: 1000 });
    expect(found.words.at(-1)).toContain("by energy elsewhere");
  });

  test("a longer way is never earlier, and never in time when a shorter one is not", () => {
    const rank = { no: 0, "at best": 1, yes: 2 };
    for (const path of NETWORKS) {
      let [last, best] = [-1, 2];
      for (const distanceKm of [0, 10, 100, 1000, 10_000]) {
        const transport = { ...question.transport, path, distanceKm };
        const [, , t4] = edgeOrCloud({ ...question, transport, deadlineMs: 100 }).places;
        expect(t4?.p99Ms?.value).toBeGreaterThan(last);
        expect(rank[t4?.inTime ?? "no"]).toBeLessThanOrEqual(best);
        [last, best] = [t4?.p99Ms?.value ?? Number.NaN, rank[t4?.inTime ?? "no"]];
      }
    }
  });

  test("without a radio there is no energy to weigh", () => {
    const transport = { ...question.transport, path: network("fiber") };
    const wired = edgeOrCloud({ ...question, transport });
    expect(wired.places[2]?.wearableUj).toBeNull();
    expect(wired.breakEven.macs).toBeNull();
    expect(wired.pareto.unplaced).toContain("t4");
  });

  test("its front holds what nothing beats in latency and energy", () => {
    expect(answer.pareto.front[0]).toBe(board.id);
    expect(answer.pareto.beaten).toContainEqual({ id: "t4", by: board.id });
    expect(edgeOrCloud({ ...question, by: ["cost", "exposure"] }).pareto.unplaced).toEqual([
      computer.id,
    ]);
  });

  test("a wearable without a time or an energy gets what can be said", () => {
    const unknown = edgeOrCloud({ ...question, board: { ...board, time: null, metrics: {} } });
    expect(unknown.breakEven.macs).toBeNull();
    expect(unknown.words.at(-1)).toBe("Answer: none without the wearable's own time.");
  });

  test("a measured accelerator is far away, with its rent where it is known", () => {
    const price = stated(3.6, "USD/h", "test");
    const box: MachineRecord = { ...computer, machineClass: "accelerator", metrics: { price } };
    const [, away] = edgeOrCloud({ ...question, machines: [box] }).places;
    expect(away).toMatchObject({ where: "cloud", wayMs: { value: 38.5 } });
    // A thousandth of a dollar a second.
    expect(away?.usdPerMillionFrames?.value).toBeCloseTo((computer.time?.p50 ?? 0) * 1e3 + 0.0036);
  });

  test("alone there is nothing to weigh, and nothing leaves", () => {
    const alone = edgeOrCloud({ ...question, machines: [], platforms: [] });
    expect(alone.places).toHaveLength(1);
    expect(alone.pareto.front).toEqual([board.id]);
    expect(alone.words.some((words) => words.startsWith("Privacy"))).toBe(false);
  });
});

describe("the question", () => {
  const wishes: OffloadWishes = {
    path: network("ble"),
    form: STREAM_FORMS[0] as StreamForm,
    distanceKm: 0,
    intervalMs: null,
    deadlineMs: null,
    by: ["latency", "energy"],
  };

  test("is about the first board and whatever else did the same work", () => {
    const other = { ...board, id: "other" };
    const foreign = {
      ...computer,
      id: "foreign",
      workload: { ...computer.workload, name: "another" },
    };
    const found = offloadQuestion([computer, board, other, foreign], [], wishes);
    expect(found?.board).toBe(board);
    expect(found?.otherBoards).toEqual([other]);
    expect(found?.machines).toEqual([computer]);
  });

  test("takes the frame's interval from the run, and the deadline from the interval", () => {
    const slow = {
      ...board,
      metrics: { ...board.metrics, frameInterval: stated(16, "ms", "test") },
    };
    expect(offloadQuestion([slow, computer], [], wishes)).toMatchObject({
      deadlineMs: 16,
      transport: { intervalMs: 16 },
    });
    const asked = { ...wishes, intervalMs: 7.5, deadlineMs: 4 };
    expect(offloadQuestion([slow, computer], [], asked)).toMatchObject({
      deadlineMs: 4,
      transport: { intervalMs: 7.5 },
    });
  });

  test("is none without a board, and none without another place", () => {
    expect(offloadQuestion([computer], PLATFORMS, wishes)).toBeNull();
    expect(offloadQuestion([board], [], wishes)).toBeNull();
    expect(offloadQuestion([], [], wishes)).toBeNull();
    expect(offloadQuestion([board], [platform("t4")], wishes)).not.toBeNull();
  });
});
