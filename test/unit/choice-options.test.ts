/** The options of `analyze` that ask questions of choice, and what each refuses. */
import { describe, expect, test } from "vitest";
import { SYSTEM_A, SYSTEM_B } from "../../host/analyze/buyers-case.ts";
import { asksForChoice, choiceRequest } from "../../host/workflow/choice-options.ts";
import { codeOf } from "./import-text.ts";

test("nothing asked is Bluetooth LE, LC3 and no distance, and asks for nothing", () => {
  const request = choiceRequest({});
  expect(request).toMatchObject({
    wishes: {
      path: { id: "ble" },
      form: { id: "lc3" },
      distanceKm: 0,
      deadlineMs: null,
      intervalMs: null,
    },
    by: null,
    offer: null,
  });
  expect(asksForChoice(request)).toBe(false);
});

test.each([
  { network: "WiFi" },
  { distanceKm: "0" },
  { deadlineMs: 10 },
  { frameMs: 7.5 },
  { send: "pcm" },
])("%o asks for a wearable", (options) => {
  const request = choiceRequest(options);
  expect(request.asksForWearable).toBe(true);
  expect(asksForChoice(request)).toBe(true);
});

test("metrics and the buyer's case need no wearable", () => {
  const request = choiceRequest({ pareto: "cost, P99", buyersCase: true });
  expect(request).toMatchObject({
    asksForWearable: false,
    by: ["cost", "p99"],
    offer: [SYSTEM_A, SYSTEM_B],
  });
  expect(asksForChoice(request)).toBe(true);
  const [a, b] = choiceRequest({ buyersCase: "l4,a10g" }).offer ?? [];
  expect([a?.name, b?.name]).toEqual(["A: NVIDIA L4", "B: NVIDIA A10G"]);
});

describe("refused", () => {
  test.each([
    [{ network: "pigeon" }, "TP-USE-266"],
    [{ send: "mp3" }, "TP-USE-267"],
    [{ pareto: "latency" }, "TP-USE-268"],
    [{ pareto: "latency,latency" }, "TP-USE-268"],
    [{ pareto: "latency,beauty" }, "TP-USE-268"],
    [{ pareto: "" }, "TP-USE-268"],
    [{ buyersCase: "l4" }, "TP-USE-269"],
    [{ buyersCase: "l4,abacus" }, "TP-USE-269"],
    [{ buyersCase: "l4,a10g,t4" }, "TP-USE-269"],
  ])("%o with %s", (options, code) => {
    expect(codeOf(() => choiceRequest(options))).toBe(code);
  });
});
