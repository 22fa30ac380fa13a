import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UsageError } from "../../codegen/index.ts";
import { CaptureWriter, loadCapture } from "../../host/capture/file.ts";
import type { Capture } from "../../host/capture/format.ts";
import {
  encodeChunk,
  encodeFileHeader,
  MAX_CHUNK_BYTES,
  readCapture,
} from "../../host/capture/format.ts";
import { recordLink } from "../../host/capture/record-link.ts";
import { receivedPieces, replayRun } from "../../host/capture/replay.ts";
import { converse } from "../../host/link/converse.ts";
import { createReplayLink } from "../../host/link/replay.ts";
import { createTcpLink } from "../../host/link/tcp.ts";
import { MANIFEST } from "./capture-manifest.ts";
import { checksum, random } from "./frames-wire.ts";
import { compute, INPUT_BYTES, listenAsDevice } from "./link-device.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "capture-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (...values: number[]) => Uint8Array.from(values);

function captureOf(file: Uint8Array): Capture {
  const reading = readCapture(file);
  if (reading.state !== "read") throw new Error(reading.why);
  return reading.capture;
}

function writeSmall(path: string): Buffer {
  const writer = new CaptureWriter(path, MANIFEST);
  writer.received(bytes(1, 2, 3), 10);
  writer.sent(bytes(4), 2 ** 40);
  writer.attach("counts.jsonl", bytes(5, 6));
  writer.received(bytes(), 20);
  writer.end("completed");
  return readFileSync(path);
}

describe("a capture", () => {
  it("gives back what was written", async () => {
    const path = join(folder, "small.tpcap");
    writeSmall(path);
    const capture = await loadCapture(path);
    expect(capture.manifest).toEqual(MANIFEST);
    expect(capture.pieces.map((piece) => ({ ...piece, bytes: [...piece.bytes] }))).toEqual([
      { direction: "received", timeUs: 10, bytes: [1, 2, 3] },
      { direction: "sent", timeUs: 2 ** 40, bytes: [4] },
    ]);
    expect([...(capture.attachments.get("counts.jsonl") ?? [])]).toEqual([5, 6]);
    expect(capture.outcome).toBe("completed");
    expect(capture.damage).toBeUndefined();
  });

  it("is laid out as the format says", () => {
    expect([...encodeFileHeader()]).toEqual([0x54, 0x50, 0x43, 0x41, 0x50, 0x1a, 1, 0]);
    // Type, length, time, payload; then the checksum.
    const chunk = encodeChunk("received", 0x0102030405, bytes(0xaa, 0xbb));
    expect([...chunk.subarray(0, -4)]).toEqual([
      ...[2, 2, 0, 0, 0],
      ...[5, 4, 3, 2, 1, 0, 0, 0],
      ...[0xaa, 0xbb],
    ]);
    expect(Buffer.from(chunk).readUInt32LE(15)).toBe(checksum(chunk.subarray(0, -4)));
    expect(chunk).toHaveLength(19);
  });

  it("keeps attachments that are longer than a chunk, empty, or named beyond ASCII", () => {
    const path = join(folder, "attached.tpcap");
    const long = Uint8Array.from({ length: 2 * MAX_CHUNK_BYTES + 9 }, (_, at) => at % 251);
    const writer = new CaptureWriter(path, MANIFEST);
    writer.attach("long.wav", long);
    writer.attach("leer–ø.txt", bytes());
    writer.attach("after", bytes(1));
    writer.end("completed");
    const { attachments } = captureOf(readFileSync(path));
    expect([...attachments.keys()]).toEqual(["long.wav", "leer–ø.txt", "after"]);
    expect(Buffer.compare(attachments.get("long.wav") as Uint8Array, long)).toBe(0);
    expect(attachments.get("leer–ø.txt")).toHaveLength(0);
  });

  it("reads up to the cut wherever it is truncated, and says so", () => {
    const file = writeSmall(join(folder, "cut.tpcap"));
    const whole = captureOf(file);
    const manifestEnd = 8 + 13 + JSON.stringify(MANIFEST).length + 4;
    for (let length = 0; length < file.length; length++) {
      const reading = readCapture(file.subarray(0, length));
      expect(reading.state).toBe(length < manifestEnd ? "refused" : "read");
      if (reading.state !== "read") continue;
      const { capture } = reading;
      expect(capture.outcome).toBeUndefined();
      expect(capture.damage?.offset).toBeLessThanOrEqual(length);
      expect(capture.pieces).toEqual(whole.pieces.slice(0, capture.pieces.length));
    }
    const beforeEnd = file.subarray(0, file.length - 13 - "completed".length - 4);
    expect(captureOf(beforeEnd).pieces).toEqual(whole.pieces);
    expect(captureOf(beforeEnd).damage).toEqual({
      offset: beforeEnd.length,
      why: "the file ends before its last chunk",
    });
  });

  it("reads up to every flipped bit, and says so", () => {
    const file = Uint8Array.from(writeSmall(join(folder, "flip.tpcap")));
    const whole = captureOf(file);
    for (let at = 0; at < file.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Uint8Array.from(file);
        damaged[at] = (damaged[at] as number) ^ (1 << bit);
        const reading = readCapture(damaged);
        if (reading.state === "refused") continue;
        expect(reading.capture.damage?.offset).toBeLessThanOrEqual(at);
        const { pieces } = reading.capture;
        expect(pieces).toEqual(whole.pieces.slice(0, pieces.length));
      }
    }
  });

  it("never throws on random bytes behind a good header", () => {
    const next = random(0x51ed270b);
    for (let round = 0; round < 2000; round++) {
      const noise = Uint8Array.from({ length: next() % 200 }, () => next() & 0xff);
      readCapture(Buffer.concat([encodeFileHeader(), noise]));
    }
  });

  it("skips chunks of types that came later", () => {
    const file = writeSmall(join(folder, "later.tpcap"));
    const chunk = Buffer.from(encodeChunk("sent", 0, bytes(1)));
    // The same chunk as type 9, its checksum by the definition.
    chunk[0] = 9;
    chunk.writeUInt32LE(checksum(chunk.subarray(0, -4)), chunk.length - 4);
    const withLater = Buffer.concat([file.subarray(0, -26), chunk, file.subarray(-26)]);
    expect(captureOf(withLater)).toEqual(captureOf(file));
  });

  it("names the version of a capture it cannot read", async () => {
    const file = writeSmall(join(folder, "version.tpcap"));
    file.writeUInt16LE(7, 6);
    expect(readCapture(file)).toEqual({
      state: "refused",
      why: "it has version 7 of the format; this program reads version 1",
      version: 7,
    });
    const path = join(folder, "seven.tpcap");
    writeFileSync(path, file);
    const error = await loadCapture(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toBe(
      [
        `${path} cannot be read as a capture [TP-USE-150]`,
        "  why: it has version 7 of the format; this program reads version 1",
        "  fix: name a file made by: pioneer run MODEL --board ID --record FILE",
      ].join("\n"),
    );
  });

  it.each([
    ["not a capture at all", "it does not begin as a capture does"],
    [undefined, "there is no such file"],
  ])("refuses a file with %j", async (text, why) => {
    const path = join(folder, `other-${text === undefined}.tpcap`);
    if (text !== undefined) writeFileSync(path, text);
    await expect(loadCapture(path)).rejects.toMatchObject({ code: "TP-USE-150", text: { why } });
  });

  it.each([
    [{ ...MANIFEST, schema: 2 }, "its manifest has schema 2; this program reads 1"],
    [{ ...MANIFEST, board: 5 }, "its manifest has no board"],
    [{ ...MANIFEST, model: { name: "x" } }, "its manifest has no model"],
    [null, "its manifest is not an object"],
  ])("refuses a manifest that is not one", (manifest, why) => {
    const payload = new TextEncoder().encode(JSON.stringify(manifest));
    const file = Buffer.concat([encodeFileHeader(), encodeChunk("manifest", 0, payload)]);
    expect(readCapture(file)).toEqual({ state: "refused", why });
  });
});

describe("recording", () => {
  const frames = Array.from({ length: 12 }, (_, frame) => new Uint8Array(INPUT_BYTES).fill(frame));

  it("keeps both directions, and its replay is the same run", async () => {
    const path = join(folder, "run.tpcap");
    const device = await listenAsDevice({ dropOutputs: [5], bootLog: "boot\n" });
    const writer = new CaptureWriter(path, MANIFEST);
    const link = recordLink(createTcpLink(device.host, device.port), writer);
    const live = await converse(link, { kind: "stream", frames });
    writer.end(live.state);
    device.close();

    const capture = await loadCapture(path);
    expect(capture.outcome).toBe("lost");
    const { run, totals } = replayRun(capture);
    expect(totals).toEqual(live.totals);
    expect(run).toEqual(live.run);
    expect(run.outputs).toHaveLength(11);
    expect([...(run.outputs[3]?.record.values ?? [])]).toEqual(compute(frames[3] as Uint8Array));
    const sent = capture.pieces.filter(({ direction }) => direction === "sent");
    expect(sent.length).toBe(1 + frames.length + 1);

    const replay = createReplayLink({ name: path, pieces: receivedPieces(capture) });
    const again = await converse(replay, { kind: "stream", frames });
    expect(again.state).toBe("lost");
    expect(again.totals).toEqual(live.totals);
    expect(again.run).toEqual(live.run);
  });

  it("loses nothing that was handed over when the program is killed at any time", async () => {
    const script = fileURLToPath(new URL("capture-writer.ts", import.meta.url));
    const next = random(0x3c6ef372);
    for (let round = 0; round < 4; round++) {
      const path = join(folder, `killed-${round}.tpcap`);
      const handedOverPath = join(folder, `killed-${round}.count`);
      const child = spawn(process.execPath, ["--import", "tsx", script, path, handedOverPath], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), next() % 120));
      const [, by] = await new Promise<unknown[]>((resolve) => {
        child.once("close", (...how) => resolve(how));
      });
      expect(by).toBe("SIGKILL");
      const handedOver = statSync(handedOverPath).size;
      const capture = await loadCapture(path);
      expect(capture.outcome).toBeUndefined();
      expect(capture.pieces.length).toBeGreaterThanOrEqual(handedOver);
      const values = capture.pieces.map((piece) => Buffer.from(piece.bytes).readUInt32LE());
      expect(values).toEqual(values.map((_, index) => index));
    }
  }, 30_000);
});
