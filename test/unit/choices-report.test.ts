/** Questions of choice in documents and reports: what each report shows, and that foreign text stays text. */
import { describe, expect, test } from "vitest";
import type { ChoiceRequest } from "../../host/analyze/choices.ts";
import { choicesOf } from "../../host/analyze/choices.ts";
import { analyzeRun } from "../../host/analyze/document.ts";
import { explainField } from "../../host/analyze/explain.ts";
import { llamaBench } from "../../host/analyze/import/llama-bench.ts";
import type { MachineRecord } from "../../host/analyze/machine-record.ts";
import type { MachinesDocument } from "../../host/analyze/machines-document.ts";
import { analyzeMachines } from "../../host/analyze/machines-document.ts";
import { PLATFORMS } from "../../host/analyze/platforms.ts";
import { runRecords } from "../../host/analyze/run-records.ts";
import { machinesHtml } from "../../host/report/machines-html.ts";
import { machinesMarkdown, machinesText } from "../../host/report/machines-text.ts";
import { choiceRequest } from "../../host/workflow/choice-options.ts";
import { facts } from "../golden/report/facts.ts";
import { codeOf, imported, sample } from "./import-text.ts";

const [board, computer] = runRecords(analyzeRun(facts), "run") as [MachineRecord, MachineRecord];
const some = (...ids: readonly string[]) => PLATFORMS.filter(({ id }) => ids.includes(id));

function documentOf(
  records: readonly MachineRecord[],
  platforms: readonly (typeof PLATFORMS)[number][],
  request: ChoiceRequest,
): MachinesDocument {
  const document = analyzeMachines(records, platforms);
  return { ...document, ...choicesOf(document, platforms, request) };
}

describe("a wearable beside other places", () => {
  const document = documentOf(
    [board, computer],
    some("t4", "h100", "raspberry-pi-5"),
    choiceRequest({ buyersCase: true }),
  );

  test("is answered in every report with the same verdict", () => {
    const verdict = document.edgeOrCloud?.words.at(-1) ?? "";
    expect(verdict).toMatch(/^Answer: on the wearable/);
    expect(machinesText(document, false)).toContain(verdict);
    expect(machinesMarkdown(document)).toContain(`- ${verdict}`);
    expect(machinesHtml(document)).toContain(`<p class="answer">${verdict}</p>`);
  });

  test("tells kinds by mark, and judges each place in words", () => {
    const text = machinesText(document, false);
    expect(text).toMatch(/on the wearable {2}≈ .*✓ in time/);
    expect(text).toMatch(/cloud .*✗ too late/);
  });

  test("draws the Pareto front with bars, the distance, the batch and both roofs", () => {
    const html = machinesHtml(document);
    for (const id of [
      "edge-or-cloud-pareto",
      "break-even-distance",
      "break-even-batch",
      "buyers-case-roofline",
    ]) {
      expect(html.split(`id="${id}"`)).toHaveLength(2);
    }
    expect(html).toContain("deadline 10 ms");
    expect(html).toContain("tp-span");
    expect(machinesHtml(document)).toBe(html);
  });

  test("lets every number be explained by its path", () => {
    const found = explainField(document, "edgeOrCloud.places.t4.p99Ms");
    expect(found).toMatchObject({ unit: "ms", kind: "modelled" });
    expect(found.interval).toHaveLength(2);
  });

  test.each([
    "edgeOrCloud.places.t4.latencyMs",
    "buyersCase.intensity",
    "buyersCase.runs.1.attainable",
    "buyersCase.advantageOfB.speed",
  ])("%s is computed again from its inputs", (path) => {
    const { value, again, inputs } = explainField(document, path);
    expect(inputs.length).toBeGreaterThan(1);
    expect(again).toBeCloseTo(value as number, 9);
  });

  test("survives JSON", () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

test("a metric of 0 has its own place on a logarithmic axis", () => {
  const request = choiceRequest({ pareto: "exposure,cost" });
  const html = machinesHtml(documentOf([board], some("t4", "h100"), request));
  expect(html).toContain("sound that leaves [byte/s], lower is better");
  expect(html).not.toMatch(/NaN|Infinity/);
});

test.each([
  ["latency", "p99"],
  ["token", "exposure"],
  ["efficiency", "energy"],
  ["cost", "efficiency"],
])("%s against %s gives a page and no coordinate that is none", (x, y) => {
  const request = choiceRequest({ pareto: `${x},${y}`, network: "fiber", distanceKm: "100" });
  const html = machinesHtml(documentOf([board, computer], PLATFORMS, request));
  expect(html).toContain("<h2>Edge or cloud");
  expect(html).not.toMatch(/NaN|Infinity/);
});

describe("machines without a wearable", () => {
  const records = imported(llamaBench, sample("llama-bench.json"));
  const document = documentOf(records, some("h100", "l4"), choiceRequest({}));

  test("are ranked workload by workload, tokens by their rent", () => {
    const choice = document.choices?.find(({ workload }) => workload.includes("tg128"));
    const [titan] = choice?.ultimate ?? [];
    expect(titan).toMatchObject({ track: "cloud-titan", name: "$/token" });
    const h100 = choice?.contenders.find(({ name }) => name === "NVIDIA H100 SXM");
    // 6.88 USD an hour over 128 tokens in the time that the roofs allow.
    const seconds = (h100?.latencyMs?.value ?? Number.NaN) / 1e3;
    expect(h100?.usdPerToken?.value).toBeCloseTo(((6.88 / 3600) * seconds) / 128, 15);
    expect(machinesText(document, false)).toContain("Who is best at");
    expect(machinesHtml(document)).toContain('id="pareto-1"');
  });

  test("alone are not ranked", () => {
    expect(documentOf([computer], [], choiceRequest({})).choices).toBeUndefined();
  });

  test("refuse questions that only a wearable has", () => {
    const request = choiceRequest({ network: "wifi" });
    expect(codeOf(() => documentOf(records, some("h100"), request))).toBe("TP-USE-264");
    expect(codeOf(() => documentOf([board], [], request))).toBe("TP-USE-264");
  });
});

test("the buyer's case needs a model's operations and bytes", () => {
  const unknown = { ...computer, workload: { name: "work", ops: null, bytesMoved: null } };
  const request = choiceRequest({ buyersCase: true });
  expect(codeOf(() => documentOf([unknown], [], request))).toBe("TP-USE-265");
});

test("names of others stay text", () => {
  const name = '<script>alert("1")</script> | \u001b[31m';
  const hostile = { ...computer, machine: name };
  const named = { ...board, workload: { ...board.workload, name } };
  const same = { ...hostile, workload: { ...hostile.workload, name } };
  const document = documentOf([named, same], some("t4"), choiceRequest({ buyersCase: true }));
  expect(machinesHtml(document)).not.toContain("<script");
  expect(machinesMarkdown(document)).not.toContain("<script");
  expect(machinesMarkdown(document)).toContain("\\|");
  expect(machinesText(document, false)).not.toContain("\u001b");
});
