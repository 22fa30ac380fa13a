import { afterEach, describe, expect, it } from "vitest";
import { LinkError } from "../../codegen/index.ts";
import { explainEnding } from "../../host/link/outcome.ts";
import type { SessionOptions } from "../../host/link/session.ts";
import { converse, Session } from "../../host/link/session.ts";
import { createTcpLink } from "../../host/link/tcp.ts";
import type { DeviceBehaviour, Listener } from "./link-device.ts";
import { compute, DIGEST, INPUT_BYTES, listenAsDevice } from "./link-device.ts";

const FRAMES = Array.from({ length: 20 }, (_, frame) =>
  Uint8Array.from({ length: INPUT_BYTES }, (_, at) => frame * 11 + at),
);

let listener: Listener | undefined;

afterEach(() => listener?.close());

async function linkTo(behaviour: DeviceBehaviour) {
  listener = await listenAsDevice(behaviour);
  return createTcpLink(listener.host, listener.port);
}

async function stream(behaviour: DeviceBehaviour, options: SessionOptions = {}) {
  return converse(await linkTo(behaviour), { kind: "stream", frames: FRAMES }, options);
}

describe("a conversation", () => {
  it("streams every frame and gets its output", async () => {
    const result = await stream({}, { expect: { modelDigest: DIGEST, app: "stream" } });
    expect(result.state).toBe("completed");
    expect(explainEnding(result)).toBeUndefined();
    const { run, totals } = result;
    expect(run.outputs.map(({ record }) => [...record.values])).toEqual(FRAMES.map(compute));
    expect(run.outputs.map(({ record }) => record.cycles)).toEqual(
      FRAMES.map((_, frame) => BigInt(frame * 10)),
    );
    expect(run.summary).toMatchObject({ frames: FRAMES.length, stackBytes: 512 });
    expect(totals).toMatchObject({ records: 22, discardedBytes: 0, lostRecords: 0 });
  });

  it.each([1, 3, 255])("keeps at most %i frames outstanding", async (credits) => {
    expect((await stream({ credits })).state).toBe("completed");
    expect(listener?.device().mostWaiting).toBeLessThanOrEqual(credits);
  });

  it("takes a device without credits for one that has a single one", async () => {
    expect((await stream({ credits: 0 })).state).toBe("completed");
    expect(listener?.device().mostWaiting).toBe(1);
  });

  it("resets, goes on with the frame numbers, and stops", async () => {
    const session = new Session(await linkTo({}));
    expect(await session.open()).toMatchObject({ board: "sim", creditFrames: 4 });
    await session.stream(FRAMES.slice(0, 2));
    await session.reset();
    await session.stream(FRAMES.slice(2, 3));
    const result = await session.finish();
    expect(result.state).toBe("completed");
    expect(listener?.device().heard).toEqual([0x80, 0x81, 0x81, 0x82, 0x81, 0x84]);
    expect(result.run.outputs.map(({ record }) => record.frame)).toEqual([0, 1, 2]);
  });

  it("lets the device measure itself", async () => {
    const link = await linkTo({ app: "speed" });
    const result = await converse(link, { kind: "measure", frames: 5, seed: 1 });
    expect(result.state).toBe("completed");
    expect(result.run.outputs).toHaveLength(5);
  });

  it("asks again until the device is there, and keeps what it said before", async () => {
    const result = await stream({ deafFor: 1, bootLog: "rom boot 0x12\r\n" });
    expect(result.state).toBe("completed");
    expect(listener?.device().heard.slice(0, 3)).toEqual([0x80, 0x80, 0x81]);
    expect(result.run.messages).toEqual(["rom boot 0x12\r\n"]);
  });

  it("refuses a frame of another size", async () => {
    const link = await linkTo({});
    const frames = [new Uint8Array(INPUT_BYTES + 1)];
    await expect(converse(link, { kind: "stream", frames })).rejects.toThrow(
      new RangeError("5 bytes of input; a frame has 4"),
    );
  });
});

async function refusal(behaviour: DeviceBehaviour, options: SessionOptions = {}) {
  const error = await stream(behaviour, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LinkError);
  return error as LinkError;
}

describe("a refusal", () => {
  it("of another version of the wire", async () => {
    const error = await refusal({ version: 2 });
    expect(error.message).toBe(
      [
        "the device speaks version 2 of the wire; this host speaks version 1 [TP-LINK-004]",
        "  why: its firmware was built by another version of this project",
        "  fix: load it again: pioneer run with --port, which builds and uploads, or without for an emulator",
      ].join("\n"),
    );
  });

  it("of another model", async () => {
    const digest = "fedcba9876543210";
    const error = await refusal({ digest }, { expect: { modelDigest: DIGEST } });
    expect(error.code).toBe("TP-LINK-005");
    expect(error.exitStatus).toBe(4);
    expect(error.facts).toEqual({ field: "modelDigest", found: digest, expected: DIGEST });
    expect(error.text.what).toBe(`the device runs model digest ${digest}; expected ${DIGEST}`);
  });

  it("of another program or board", async () => {
    expect((await refusal({}, { expect: { app: "check" } })).facts).toMatchObject({ field: "app" });
    expect((await refusal({}, { expect: { board: "qemu-m4" } })).text.what).toBe(
      "the device runs board sim; expected qemu-m4",
    );
  });
});

describe("a bad end", () => {
  it("is a time-out when nobody answers", async () => {
    const result = await stream({ silent: true }, { greetingTimeoutMs: 700 });
    expect(result).toMatchObject({ state: "timeout", waitingFor: "greeting", waitedMs: 700 });
    expect(listener?.device().heard).toEqual([0x80, 0x80]);
    expect(explainEnding(result)?.text).toEqual({
      what: "no greeting within 0.7 s",
      why: "not one byte arrived",
      fix: "check the port and that the board runs this project's firmware: pioneer build",
    });
  });

  it("is a time-out when only noise arrives, which says so", async () => {
    const behaviour = { silent: true, bootLog: "\u0000\u0013\u0014\u0000" };
    const result = await stream(behaviour, { greetingTimeoutMs: 100 });
    expect(explainEnding(result)?.text).toMatchObject({
      why: "4 bytes arrived, 2 of them no records",
      fix: "check the baud rate, and that the firmware is this project's: pioneer build",
    });
  });

  it("is a crash at once when the device faults", async () => {
    const startMs = performance.now();
    const result = await stream({ faultAt: 6 });
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect(result).toMatchObject({
      state: "crashed",
      fault: { cause: 2, pc: 0x1234, lr: 0x5679, status: 0x8200, address: 0x20400000 },
    });
    expect(result.run.outputs).toHaveLength(6);
    expect(explainEnding(result)?.message).toBe(
      [
        "the device met a bus fault at 0x00001234 [TP-LINK-006]",
        "  why: called from 0x00005679, status 0x00008200, address 0x20400000",
        "  fix: look the address up in firmware.map, or debug the firmware there",
      ].join("\n"),
    );
  });

  it("is a disconnection when the link goes away", async () => {
    const result = await stream({ leaveAt: 3 });
    expect(result).toMatchObject({ state: "disconnected" });
    expect(explainEnding(result)?.code).toBe("TP-LINK-009");
    expect(result.run.outputs).toHaveLength(3);
  });

  it("is a time-out when the device stops in the middle", async () => {
    const result = await stream({ stopAt: 5, stays: true }, { silenceTimeoutMs: 150 });
    expect(result).toMatchObject({ state: "timeout", waitingFor: "output", waitedMs: 150 });
    expect(result.run.outputs).toHaveLength(5);
  });

  it("is a restart when the device begins anew, with what its chip said", async () => {
    const result = await stream({ restartAt: 5, stays: true }, { silenceTimeoutMs: 150 });
    expect(result).toMatchObject({ state: "restarted", outputs: 5 });
    expect(explainEnding(result)).toMatchObject({
      code: "TP-LINK-012",
      text: {
        what: "the device restarted after 5 outputs",
        why: "it said: rst:0xc (SW_CPU_RESET),boot:0x13",
      },
    });
  });

  it("is a loss when outputs are dropped on the way, and the others still count", async () => {
    const result = await stream({ dropOutputs: [2, 9], stays: true });
    expect(result).toMatchObject({ state: "lost", missingFrames: [2, 9] });
    expect(result.totals.lostRecords).toBe(2);
    expect(result.run.outputs).toHaveLength(FRAMES.length - 2);
    expect(explainEnding(result)?.text.what).toBe("2 frames have no output, the first is 2");
  });

  it("is a loss when an output is damaged on the way", async () => {
    const result = await stream({ corruptOutputs: [4] });
    expect(result).toMatchObject({ state: "lost", missingFrames: [4] });
    expect(result.totals).toMatchObject({ lostRecords: 1, discardedFrames: 1 });
  });

  it("is a loss, not a time-out, when the last output is dropped and the device says goodbye", async () => {
    const result = await stream({ dropOutputs: [19] }, { silenceTimeoutMs: 150 });
    expect(result).toMatchObject({ state: "lost", missingFrames: [19] });
  });
});

describe("aborting", () => {
  it.each([
    ["while greeting", { silent: true }],
    ["while streaming", { stopAt: 5, stays: true }],
  ])("ends at once %s, with the signal's reason", async (_, behaviour) => {
    const abort = new AbortController();
    const reason = new Error("the user left");
    setTimeout(() => abort.abort(reason), 100);
    const startMs = performance.now();
    await expect(stream(behaviour, { signal: abort.signal })).rejects.toBe(reason);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it("passes on what a reader of the events throws", async () => {
    const full = new Error("the disk is full");
    const onEvent = () => {
      throw full;
    };
    await expect(stream({}, { onEvent })).rejects.toBe(full);
  });
});
