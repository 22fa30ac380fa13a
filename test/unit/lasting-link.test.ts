import { afterEach, describe, expect, it } from "vitest";
import { createLastingLink } from "../../host/link/lasting.ts";
import type { Link } from "../../host/link/source.ts";
import { createTcpLink } from "../../host/link/tcp.ts";
import { listen } from "./link-device.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe("a link whose other side goes away", () => {
  it("is opened again, with one clock for both times, until it is closed", async () => {
    let connections = 0;
    const server = await listen((socket) => {
      socket.on("error", () => {});
      connections++;
      if (connections === 1) socket.end("one");
      else socket.write("two");
    });
    closers.push(server.close);
    const told: string[] = [];
    const link = createLastingLink({
      name: "board",
      kind: "tcp",
      connect: async () => createTcpLink(server.host, server.port),
      onLost: (why) => told.push(`lost: ${why}`),
      onBack: () => told.push("back"),
      retryMs: 60,
    });
    await link.open();
    const heard: string[] = [];
    const times: number[] = [];
    for await (const { bytes, receiveTimeUs } of link.received) {
      heard.push(Buffer.from(bytes).toString());
      times.push(receiveTimeUs);
      if (heard.join("") === "onetwo") void link.close();
    }
    expect(heard.join("")).toBe("onetwo");
    expect(told).toEqual(["lost: the other end closed the connection", "back"]);
    expect(times.at(-1)).toBeGreaterThanOrEqual((times[0] as number) + 55_000);
    expect(await link.ended).toEqual({ state: "closed" });
  });

  it("is sought until it is there", async () => {
    let tries = 0;
    const server = await listen((socket) => socket.end("x"));
    closers.push(server.close);
    const links: Link[] = [];
    const link = createLastingLink({
      name: "board",
      kind: "tcp",
      connect: async () => {
        if (++tries === 2 || tries === 3) throw new Error("not there");
        const made = createTcpLink(server.host, server.port);
        links.push(made);
        return made;
      },
      retryMs: 5,
    });
    await link.open();
    for await (const _ of link.received) if (links.length === 2) void link.close();
    expect(tries).toBe(4);
  });

  it("is sought for long without a warning of listeners that pile up", async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on("warning", warn);
    const server = await listen((socket) => socket.end("x"));
    let tries = 0;
    const link = createLastingLink({
      name: "board",
      kind: "tcp",
      connect: async () => {
        if (tries++ === 1) server.close();
        return createTcpLink(server.host, server.port);
      },
      retryMs: 1,
    });
    await link.open();
    const timer = setInterval(() => tries > 30 && void link.close(), 5);
    for await (const _ of link.received);
    clearInterval(timer);
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });

  it("must be there the first time, and takes nothing while it is away", async () => {
    const link = createLastingLink({
      name: "board",
      kind: "tcp",
      connect: async () => {
        throw new Error("not there");
      },
    });
    await expect(link.open()).rejects.toThrow("not there");
    await expect(link.write(Uint8Array.of(1))).rejects.toMatchObject({ code: "TP-LINK-010" });
  });
});
