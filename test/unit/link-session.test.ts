import { afterEach, describe, expect, it } from "vitest";
import { LinkError } from "../../codegen/index.ts";
import { converse } from "../../host/link/converse.ts";
import { createLastingLink } from "../../host/link/lasting.ts";
import { explainEnding } from "../../host/link/outcome.ts";
import type { SessionOptions } from "../../host/link/session.ts";
import { Session } from "../../host/link/session.ts";
import type { Link } from "../../host/link/source.ts";
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

describe("a cable that is unplugged while frames are streamed", () => {
  const sums = (frames: readonly Uint8Array[], sequenceFrames: number) => {
    const running = new Array(INPUT_BYTES).fill(0);
    return frames.map((frame, index) => {
      if (index % sequenceFrames === 0) running.fill(0);
      return Array.from(frame, (value, at) => {
        running[at] = (running[at] + value) & 0xff;
        return running[at];
      });
    });
  };

  /** To each of the servers in turn, and to none behind the last. */
  function lastingTo(...servers: readonly Listener[]) {
    let connections = 0;
    return createLastingLink({
      name: "board",
      kind: "tcp",
      connect: async () => {
        const server = servers[connections++];
        if (!server) throw new Error("not there");
        return createTcpLink(server.host, server.port);
      },
      retryMs: 10,
    });
  }

  async function streamOver(link: Link, options: SessionOptions, sequence: number) {
    const session = new Session(link, options);
    try {
      await session.open();
      await session.stream(FRAMES, sequence);
      return await session.finish();
    } finally {
      await session.close();
    }
  }

  it.each([0, 3, 5, 6, 13, 19])(
    "goes on behind frame %i with the state it had",
    async (leaveOnceAt) => {
      for (const sequence of [FRAMES.length, 7, 2]) {
        listener = await listenAsDevice({ sums: true, leaveOnceAt, stays: true });
        const link = lastingTo(listener, listener);
        const result = await streamOver(link, { returnTimeoutMs: 5000 }, sequence);
        listener.close();
        expect(result.state).toBe("completed");
        expect(result.run.outputs.map(({ record }) => record.frame)).toEqual(
          FRAMES.map((_, i) => i),
        );
        expect(result.run.outputs.map(({ record }) => [...record.values])).toEqual(
          sums(FRAMES, sequence),
        );
        expect(result.run.greetedAgainAfter).toEqual(leaveOnceAt === 0 ? [] : [leaveOnceAt]);
        expect(result.totals.lostRecords).toBe(0);
      }
    },
  );

  it("does not wait at the end of a sequence for an output that was lost", async () => {
    listener = await listenAsDevice({ sums: true, dropOutputs: [6], stays: true });
    const result = await streamOver(lastingTo(listener), { returnTimeoutMs: 5000 }, 7);
    expect(result).toMatchObject({ state: "lost", missingFrames: [6] });
    expect(result.run.outputs).toHaveLength(FRAMES.length - 1);
  });

  it("ends with what arrived when it does not come back, or nobody waits", async () => {
    for (const options of [{ returnTimeoutMs: 150 }, {}]) {
      listener = await listenAsDevice({ leaveAt: 5, stays: true });
      const result = await streamOver(lastingTo(listener), options, FRAMES.length);
      listener.close();
      expect(result).toMatchObject({ state: "disconnected" });
      expect(explainEnding(result)?.code).toBe("TP-LINK-009");
      expect(result.run.outputs).toHaveLength(5);
    }
  });

  it("does not go on with another firmware", async () => {
    const first = await listenAsDevice({ leaveAt: 3 });
    listener = await listenAsDevice({ digest: "fedcba9876543210" });
    const options = { returnTimeoutMs: 5000, expect: { modelDigest: DIGEST } };
    const streamed = streamOver(lastingTo(first, listener), options, FRAMES.length);
    await expect(streamed).rejects.toMatchObject({ code: "TP-LINK-005" });
    first.close();
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
