/** The LPM01A's lines against vectors worked out by hand from its published formats. */
import { describe, expect, test } from "vitest";
import { LineCutter, readLine } from "../../host/power/lpm01a/lines.ts";
import { Lpm01aDecoder } from "../../host/power/lpm01a/samples.ts";

describe("lines", () => {
  test.each([
    // Four digits and a power of ten.
    ["6409-07", { kind: "sample", value: 6409e-7 }],
    ["0000-12", { kind: "sample", value: 0 }],
    ["1234+00", { kind: "sample", value: 1234 }],
    ["event 12 ris", { kind: "event", isRising: true }],
    ["event 13 fal", { kind: "event", isRising: false }],
    [
      "TimeStamp: 012s 345ms, buff 07%",
      { kind: "timeStamp", milliseconds: 12_345, bufferPercent: 7 },
    ],
    ["PowerShield > ack volt 1800m", { kind: "acknowledged", text: "ack volt 1800m" }],
    ["PowerShield > error unknown", { kind: "refused", text: "error unknown" }],
    ["Acquisition completed", { kind: "completed" }],
    ["PowerShield > ", { kind: "chatter", text: "" }],
    ["6409-", { kind: "chatter", text: "6409-" }],
    ["12345678-07", { kind: "chatter", text: "12345678-07" }],
    ["64\u00ff09-07", { kind: "undecodable", bytes: 8 }],
  ])("%s", (text, line) => {
    expect(readLine(text)).toEqual(line);
  });

  test("cut in any pieces, and a line without an end takes no memory", () => {
    const cutter = new LineCutter();
    expect(cutter.cut(Buffer.from("6409-0"))).toEqual([]);
    expect(cutter.cut(Buffer.from("7\r\n\r\n"))).toEqual([{ kind: "sample", value: 6409e-7 }]);
    expect(cutter.cut(new Uint8Array(1_000_000).fill(0x30))).toEqual([]);
    expect(cutter.cut(Buffer.from("\n1000-09\n"))).toEqual([
      { kind: "undecodable", bytes: 1_000_000 },
      { kind: "sample", value: 1e-6 },
    ]);
  });
});

describe("currents", () => {
  test("9.9 uJ in a millisecond at 3 V are 3.3 mA", () => {
    const decoder = new Lpm01aDecoder(3, 1000);
    const [block] = decoder.decode([readLine("event 1 ris"), readLine("9900-09")]);
    expect(block?.currentsA[0]).toBeCloseTo(3.3e-3, 15);
    expect(block?.digital[0]).toBe(1);
  });

  test("time stamps show what is missing", () => {
    const decoder = new Lpm01aDecoder(3, 1000);
    const sample = readLine("1000-06");
    const first = decoder.decode([
      readLine("TimeStamp: 000s 000ms, buff 00%"),
      ...Array.from({ length: 990 }, () => sample),
      readLine("TimeStamp: 001s 000ms, buff 00%"),
    ]);
    const second = decoder.decode([sample]);
    expect(first[0]).toMatchObject({ firstSample: 0 });
    // 1000 samples belong to that second; 990 came.
    expect(second[0]?.firstSample).toBe(1000);
    expect(decoder.totals()).toMatchObject({ samples: 991, lost: 10 });
  });

  test("a line that cannot be read is a lost sample", () => {
    const decoder = new Lpm01aDecoder(3, 1000);
    decoder.decode([readLine("1000-06"), readLine("\u0001"), readLine("1000-06")]);
    expect(decoder.totals()).toMatchObject({ samples: 2, lost: 1, discardedBytes: 1 });
  });
});
