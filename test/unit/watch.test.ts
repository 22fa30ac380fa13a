import { describe, expect, it } from "vitest";
import { createDeviceDecoder } from "../../host/decode/frames.ts";
import { clockLine, eventLine } from "../../host/report/live.ts";
import { watchText } from "../../host/report/watch.ts";
import { LiveSummary } from "../../host/workflow/watch/live-summary.ts";
import { blob, text, u8, u16, u32, u64, wireFrame } from "./frames-wire.ts";

const HELLO = [
  ...["nucleo-f446re", "stream", "toy", "0123456789abcdef", "cc"].flatMap(text),
  ...[...u32(180_000_000), ...u8(1), ...u16(4), ...u16(4), ...u16(0), ...u8(4)],
];
const output = (frame: number) => [...u32(frame), ...u64(7), ...blob([1, 2]), ...blob([])];

/** A device whose clock runs 500 ppm fast sends a frame every 10 ms, which arrives 0.2 ms later. */
function watched(frames: number, ...last: readonly { type: number; payload: number[] }[]) {
  const summary = new LiveSummary();
  const decoder = createDeviceDecoder();
  const lines: string[] = [];
  let sequence = 0;
  const send = (type: number, payload: number[]): void => {
    const sentUs = sequence * 10_000;
    const timestampUs = Math.round(sentUs * 1.0005);
    const bytes = wireFrame({ type, sequence: sequence++, timestampUs, payload });
    for (const event of decoder.push(bytes, sentUs + 200)) {
      summary.take(event);
      lines.push(eventLine(event, ({ pc }) => `a bus fault at ${pc}`));
    }
  };
  send(0x01, HELLO);
  for (let frame = 0; frame < frames; frame++) send(0x02, output(frame));
  for (const { type, payload } of last) send(type, payload);
  const names = { link: "/dev/ttyACM0", recording: null };
  const place = (address: number) => (address === 0x0800_0123 ? "read_nowhere+2" : undefined);
  return { summary, lines, document: summary.document(decoder.totals, names, place) };
}

describe("what a watched device says", () => {
  it("is a line each as it comes", () => {
    const { lines } = watched(1, { type: 0x04, payload: text("a\u001bline") });
    expect(lines).toEqual([
      "    0.000 s  hello      nucleo-f446re, stream, toy 0123456789abcdef, cc, 180 MHz",
      "    0.010 s  output     frame 0, 2 B, 7 cycles",
      "    0.020 s  log        a·line",
    ]);
  });

  it("says why the chip started, as it comes and in the end", () => {
    const { lines, document } = watched(0, { type: 0x12, payload: [2, ...u32(0x0600_0000)] });
    expect(lines.at(-1)).toBe(
      "    0.010 s  boot       the last reset came from a brown-out, status 0x06000000",
    );
    expect(document.boot).toEqual({ cause: "a brown-out", status: "0x06000000" });
    expect(watchText(document)).toContain("its last reset came from a brown-out");
    expect(watched(1).document.boot).toBeNull();
  });

  it("tells how far its clock is off", () => {
    const { summary, document } = watched(7000);
    const clock = summary.clock();
    expect(document.clock).toEqual(clock);
    expect(clock?.error.value).toBeCloseTo(500, 0);
    expect(clock?.longEnough).toBe(true);
    expect(clockLine(70e6, clock as NonNullable<typeof clock>)).toMatch(
      /^ {3}70\.000 s {2}clock {6}off by (499|500)/,
    );
  });

  it("is summed up in bounded memory, its clock still known", () => {
    const { document } = watched(45_000);
    expect(document.records).toEqual({ hello: 1, output: 45_000 });
    expect(document.clock?.error.value).toBeCloseTo(500, 0);
  });

  it("has its fault named, and the depth of its stack", () => {
    const fault = [...u8(2), ...u32(0x0800_0123), ...u32(0x0800_0456), ...u32(0x8200), ...u32(0)];
    const goodbye = [...u32(1), ...u32(3), ...u32(2), ...u32(1184)];
    const { document } = watched(
      1,
      { type: 0x03, payload: goodbye },
      { type: 0x05, payload: fault },
    );
    expect(document).toMatchObject({
      stackBytes: 1184,
      totals: { droppedRecords: 3, badFrames: 2, lostRecords: 0 },
      fault: {
        ...{ cause: "a bus fault", pc: "0x08000123", function: "read_nowhere+2" },
        ...{ lr: "0x08000456", calledFrom: null, status: "0x00008200" },
      },
    });
    // Two bad frames of four records are more than a hundredth.
    expect(document.void).toMatch(/2 of 6 frames damaged/);
    expect(watchText(document)).toContain("a bus fault at read_nowhere+2 (0x08000123)");
  });
});
