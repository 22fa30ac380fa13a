import { describe, expect, it } from "vitest";
import type { LinkEvent } from "../../host/decode/frames.ts";
import { createDeviceDecoder, encodeFrame, MAX_FRAME_BYTES } from "../../host/decode/frames.ts";
import { random, text, u32, wireFrame } from "./frames-wire.ts";

const SUMMARY = 0x03;
const LOG = 0x04;
const summary = (frames: number, sequence = frames): Uint8Array =>
  wireFrame({
    type: SUMMARY,
    sequence,
    timestampUs: sequence * 10_000,
    payload: [...u32(frames), ...u32(0), ...u32(0), ...u32(frames * 3)],
  });

const concat = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts));
const ascii = (line: string) => new TextEncoder().encode(line);

/** Every event of a stream that arrives in the given pieces, its end included. */
function decode(...pieces: readonly Uint8Array[]): LinkEvent[] {
  const decoder = createDeviceDecoder();
  const events = pieces.flatMap((piece) => decoder.push(piece, 0));
  events.push(...decoder.end(0));
  const { bytes, frameBytes, discardedBytes, textBytes, delimiters, pendingBytes } = decoder.totals;
  expect(frameBytes + discardedBytes + textBytes + delimiters + pendingBytes).toBe(bytes);
  expect(pendingBytes).toBe(0);
  return events;
}

/** What matters of an event, short enough to read in a test. */
function brief(events: readonly LinkEvent[]): string[] {
  return events.map((event) => {
    if (event.kind === "text") return `text ${event.text}`;
    if (event.kind === "lost") return `lost ${event.count}`;
    if (event.kind === "discarded") return `discarded ${event.reason}`;
    return event.record.type === "summary" ? `frames ${event.record.frames}` : event.record.type;
  });
}

describe("frames", () => {
  it("decodes a record that another implementation wrote", () => {
    const [event] = decode(
      wireFrame({
        type: SUMMARY,
        sequence: 7,
        timestampUs: 123_456,
        payload: [...u32(1000), ...u32(2), ...u32(3), ...u32(4096)],
      }),
    );
    expect(event).toEqual({
      kind: "record",
      record: {
        type: "summary",
        frames: 1000,
        droppedRecords: 2,
        badFrames: 3,
        stackBytes: 4096,
      },
      sequence: 7,
      deviceTimeUs: 123_456,
      receiveTimeUs: 0,
    });
  });

  it("encodes as another implementation does", () => {
    expect(
      encodeFrame(
        { type: "summary", frames: 9, droppedRecords: 0, badFrames: 0, stackBytes: 27 },
        0x1_0009,
        90_000 + 2 ** 32,
      ),
    ).toEqual(summary(9));
  });

  it("gives the same events wherever the stream is split", () => {
    const damaged = summary(3);
    damaged[6] = (damaged[6] as number) ^ 0x10;
    const stream = concat(
      ascii("boot: rom v1\r\n"),
      summary(1),
      summary(2),
      damaged,
      ascii("hello from printf\n"),
      summary(5),
      new Uint8Array(MAX_FRAME_BYTES + 300).fill(0xee),
      wireFrame({ type: LOG, sequence: 6, timestampUs: 60_000, payload: text("grüß dich") }),
      summary(7).subarray(0, 9),
    );
    const whole = decode(stream);
    expect(brief(whole)).toEqual([
      "text boot: rom v1\r\n",
      "frames 1",
      "frames 2",
      "discarded checksum",
      "text hello from printf\n",
      "lost 2",
      "frames 5",
      "discarded overlong",
      "log",
      "discarded truncated",
    ]);
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(decode(stream.subarray(0, cut), stream.subarray(cut))).toEqual(whole);
    }
    expect(decode(...Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it("decodes frames that share one delimiter or have many between them", () => {
    const shared = concat(summary(1).subarray(0, -1), summary(2));
    expect(brief(decode(shared))).toEqual(["frames 1", "frames 2"]);
    expect(brief(decode(summary(1), new Uint8Array(50), summary(2)))).toEqual([
      "frames 1",
      "frames 2",
    ]);
  });

  it("cuts joined frames apart only at delimiters: a lost one costs both records, and says so", () => {
    const joined = concat(summary(2).subarray(0, -1), summary(3).subarray(1));
    expect(brief(decode(summary(1), joined, summary(4)))).toEqual([
      "frames 1",
      "discarded checksum",
      "lost 2",
      "frames 4",
    ]);
  });

  it("reports text of any length in bounded pieces", () => {
    const line = "x".repeat(3 * MAX_FRAME_BYTES + 5);
    const events = decode(ascii(line), summary(1));
    expect(events.at(-1)).toMatchObject({ kind: "record" });
    const texts = events.flatMap((event) => (event.kind === "text" ? [event.text] : []));
    expect(texts.join("")).toBe(line);
    expect(Math.max(...texts.map((piece) => piece.length))).toBe(MAX_FRAME_BYTES);
  });

  it("takes noise before the first delimiter for text and after it for damage", () => {
    const noise = Uint8Array.of(0xf0, 0x81, 0x82, 0x02);
    expect(decode(noise, summary(1))[0]).toMatchObject({ kind: "text", bytes: 4 });
    expect(decode(summary(1), noise)[1]).toMatchObject({ kind: "discarded", bytes: 4 });
  });

  it("names the version of a whole frame from another wire", () => {
    const frame = wireFrame({ version: 2, type: 1, sequence: 0, payload: [1, 2, 3] });
    expect(decode(frame)).toMatchObject([
      { kind: "discarded", reason: "version", wireVersion: 2, bytes: frame.length - 2 },
    ]);
  });

  it("discards whole frames that are no record of a device", () => {
    const of = (type: number, payload: number[]) => wireFrame({ type, sequence: 0, payload });
    expect(decode(of(0x77, [1]))).toMatchObject([
      { reason: "payload", detail: "no record has type 0x77" },
    ]);
    expect(decode(of(0x80, [1]))).toMatchObject([{ reason: "payload" }]);
    expect(decode(of(SUMMARY, u32(1)))).toMatchObject([
      { reason: "payload", detail: "needs 4 bytes at 4 of 4" },
    ]);
    const long = [...u32(1), ...u32(1), ...u32(1), ...u32(1), 9];
    expect(decode(of(SUMMARY, long))).toMatchObject([
      { reason: "payload", detail: "1 bytes follow the last field" },
    ]);
    expect(decode(of(LOG, [2, 0xc3, 0x28]))).toMatchObject([
      { reason: "payload", detail: "a text is not UTF-8" },
    ]);
    expect(decode(of(LOG, [2, 0x41, 0x00]))).toMatchObject([
      { reason: "payload", detail: "a text holds a NUL" },
    ]);
  });
});

describe("sequence and clock", () => {
  const at = (sequence: number, timestampUs: number, type = SUMMARY): Uint8Array =>
    wireFrame({
      type,
      sequence,
      timestampUs,
      payload: type === SUMMARY ? [...u32(0), ...u32(0), ...u32(0), ...u32(0)] : HELLO_PAYLOAD,
    });
  const HELLO_PAYLOAD = [
    ...["qemu-m4", "check", "hearable", "0123456789abcdef", "gcc"].flatMap(text),
    ...[0, 0, 0, 0, 0, 32, 0, 32, 0, 192, 0, 4],
  ];

  it("wraps without a loss", () => {
    expect(brief(decode(at(0xfffe, 1), at(0xffff, 2), at(0, 3), at(1, 4)))).toHaveLength(4);
  });

  it("counts a gap across the wrap", () => {
    expect(decode(at(0xfffe, 1), at(2, 2))[1]).toMatchObject({ kind: "lost", count: 3 });
  });

  it("discards a repeated frame", () => {
    expect(brief(decode(at(4, 10), at(5, 20), at(5, 20), at(4, 10), at(6, 30)))).toEqual([
      "frames 0",
      "frames 0",
      "discarded repeated",
      "discarded repeated",
      "frames 0",
    ]);
  });

  it("starts over when a restarted device greets", () => {
    expect(brief(decode(at(400, 9_000_000), at(0, 50, 0x01), at(1, 90)))).toEqual([
      "frames 0",
      "hello",
      "frames 0",
    ]);
  });

  it("starts over when a device greets first thing, though it had run for less before", () => {
    expect(brief(decode(at(400, 10), at(0, 9_000_000, 0x01), at(1, 9_000_050)))).toEqual([
      "frames 0",
      "hello",
      "frames 0",
    ]);
    // A later greeting in a later time is behind a long loss: 40,001 to 65,535, and 0 to 3.
    expect(brief(decode(at(40_000, 10), at(4, 9_000_000, 0x01)))).toEqual([
      "frames 0",
      "lost 25539",
      "hello",
    ]);
  });

  it("takes a number that goes back in later time for a long loss", () => {
    expect(brief(decode(at(40_000, 10), at(3, 900_000_000)))).toEqual([
      "frames 0",
      "lost 25538",
      "frames 0",
    ]);
  });

  it("unwraps the device's clock", () => {
    const times = decode(at(0, 0xffff_ff00), at(1, 0x100), at(2, 0x8000_0000)).map((event) =>
      event.kind === "record" ? event.deviceTimeUs : undefined,
    );
    expect(times).toEqual([0xffff_ff00, 0x1_0000_0100, 0x1_8000_0000]);
  });
});

describe("damage", () => {
  const COUNT = 6;
  const frames = Array.from({ length: COUNT }, (_, index) => summary(index + 1));
  const clean = concat(...frames);
  const intact = brief(decode(clean));

  /** True when every record arrived and nothing was said, which only a change of idle delimiters may give. */
  const unharmed = (stream: Uint8Array) => brief(decode(stream)).join() === intact.join();

  /** A byte whose loss or doubling changes nothing: one of two delimiters in a row, or one before or after all. */
  const isSpare = (at: number) =>
    clean[at] === 0 &&
    (at === 0 || at === clean.length - 1 || clean[at - 1] === 0 || clean[at + 1] === 0);

  function expectReported(stream: Uint8Array): void {
    const events = decode(stream);
    expect(events.some((event) => event.kind !== "record")).toBe(true);
    for (const event of events) {
      if (event.kind !== "record" || event.record.type !== "summary") continue;
      const { frames: number, stackBytes } = event.record;
      expect(stackBytes).toBe(number * 3);
      expect(event.sequence).toBe(number);
    }
  }

  it("reports every dropped byte", () => {
    for (let at = 0; at < clean.length; at++) {
      const stream = concat(clean.subarray(0, at), clean.subarray(at + 1));
      if (isSpare(at) && unharmed(stream)) continue;
      expectReported(stream);
    }
  });

  it("reports every doubled byte", () => {
    for (let at = 0; at < clean.length; at++) {
      const stream = concat(clean.subarray(0, at + 1), clean.subarray(at));
      if (clean[at] === 0 && unharmed(stream)) continue;
      expectReported(stream);
    }
  });

  it("reports every flipped bit", () => {
    for (let at = 0; at < clean.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const stream = clean.slice();
        stream[at] = (stream[at] as number) ^ (1 << bit);
        expectReported(stream);
      }
    }
  });

  it("reports every dropped frame but those at the ends, which only a summary can miss", () => {
    for (let gone = 1; gone < COUNT - 1; gone++) {
      const events = decode(...frames.filter((_, index) => index !== gone));
      expect(brief(events)).toContain("lost 1");
    }
  });

  it("accepts no corrupt record out of two million bytes of damage, in bounded memory", () => {
    const next = random(0x2545f491);
    const decoder = createDeviceDecoder();
    let fed = 0;
    let accepted = 0;
    let wrong = 0;
    for (let index = 0; fed < 2_000_000; index++) {
      const value = index % 60_000;
      let stream = concat(summary(value), summary(value + 1), summary(value + 2));
      for (let edits = 1 + (next() % 3); edits > 0; edits--) {
        const at = next() % stream.length;
        const kind = next() % 4;
        if (kind === 0) stream[at] = (stream[at] as number) ^ (1 << (next() % 8));
        else if (kind === 1) stream = concat(stream.subarray(0, at), stream.subarray(at + 1));
        else if (kind === 2) stream = concat(stream.subarray(0, at), stream.subarray(at));
        else
          stream = concat(
            stream.subarray(0, at),
            Uint8Array.of(next() & 0xff),
            stream.subarray(at),
          );
      }
      fed += stream.length;
      for (const event of decoder.push(stream, 0)) {
        if (event.kind !== "record") continue;
        accepted++;
        const { record } = event;
        if (record.type !== "summary" || record.stackBytes !== record.frames * 3) wrong++;
      }
      expect(decoder.totals.pendingBytes).toBeLessThanOrEqual(MAX_FRAME_BYTES);
    }
    expect(wrong).toBe(0);
    expect(accepted).toBeGreaterThan(10_000);
    expect(decoder.totals.discardedFrames).toBeGreaterThan(10_000);
  });

  it("survives a million random bytes", () => {
    const next = random(0x9e3779b9);
    const decoder = createDeviceDecoder();
    let records = 0;
    for (let fed = 0; fed < 1_000_000; ) {
      const piece = Uint8Array.from({ length: 1 + (next() % 4096) }, () => next() & 0xff);
      records += decoder.push(piece, 0).filter((event) => event.kind === "record").length;
      fed += piece.length;
    }
    // About 4000 candidates of 12 bytes or more, each with a chance of 2^-32.
    expect(records).toBe(0);
    expect(decoder.totals.pendingBytes).toBeLessThanOrEqual(MAX_FRAME_BYTES);
  });
});
