/**
 * A device for tests behind a socket or another pair of streams: it answers as the wire's description says, and fails in the ways it is told to.
 * It shares no code with host/.
 */
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { Duplex } from "node:stream";
import { blob, text, u8, u16, u32, u64, unstuff, wireFrame } from "./frames-wire.ts";

export interface DeviceBehaviour {
  readonly version?: number;
  readonly digest?: string;
  readonly app?: string;
  readonly credits?: number;
  /** Sent before anything else, without a frame. */
  readonly bootLog?: string;
  /** Sent for each Identify, instead of an answer; what it says before somebody listens is lost. */
  readonly babble?: string;
  /** Never answers. */
  readonly silent?: boolean;
  /** Identify records that are ignored first. */
  readonly deafFor?: number;
  /** Frames whose Output is counted and not sent. */
  readonly dropOutputs?: readonly number[];
  /** Frames whose Output has a flipped bit. */
  readonly corruptOutputs?: readonly number[];
  /** Sends a Fault instead of this frame's Output. */
  readonly faultAt?: number;
  /** Ends the connection instead of this frame's Output. */
  readonly leaveAt?: number;
  /** Ends only the first connection so, having heard this frame; the device behind the next one has just started. */
  readonly leaveOnceAt?: number;
  /** Every output is the sum of all inputs since Reset, modulo 256. */
  readonly sums?: boolean;
  /** Says nothing more from this frame on, not even a Summary. */
  readonly stopAt?: number;
  /** Begins anew instead of this frame's Output: counters, clock, and what its chip says at a start. */
  readonly restartAt?: number;
  readonly board?: string;
  /** Its clock at its first record [us]. */
  readonly uptimeUs?: number;
  /** The connection stays open after the Summary. */
  readonly stays?: boolean;
}

export const DIGEST = "0123456789abcdef";
export const INPUT_BYTES = 4;

/** What an ESP32 says when its supply broke down (ESP-IDF, "Fatal Errors", Brownout). */
export const RESTART_LOG =
  "\r\nBrownout detector was triggered\r\n\r\nets Jul 29 2019 12:21:46\r\n\r\nrst:0xc (SW_CPU_RESET),boot:0x13\r\n";

/** What this device computes: every byte one more. */
export const compute = (input: ArrayLike<number>): number[] =>
  Array.from(input, (value) => (value + 1) & 0xff);

export class SimulatedDevice {
  /** Types of the records received, in order. */
  readonly heard: number[] = [];
  /** Most Input records that were waiting at once. */
  mostWaiting = 0;
  readonly #socket: Duplex;
  readonly #behaviour: DeviceBehaviour;
  readonly #inputs: { frame: number; values: number[] }[] = [];
  #partial: number[] = [];
  #sequence = 0;
  #frames = 0;
  #identified = 0;
  #dead = false;
  readonly #sums: number[] = new Array(INPUT_BYTES).fill(0);

  constructor(socket: Duplex, behaviour: DeviceBehaviour) {
    this.#socket = socket;
    this.#behaviour = behaviour;
    socket.on("error", () => {});
    socket.on("data", (bytes) => this.#receive(bytes));
    if (behaviour.bootLog) socket.write(behaviour.bootLog);
  }

  #receive(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte !== 0) this.#partial.push(byte);
      else if (this.#partial.length > 0) {
        const plain = unstuff(this.#partial);
        this.#partial = [];
        this.#obey(plain[1] as number, plain.slice(8, -4));
      }
    }
  }

  #obey(type: number, payload: number[]): void {
    this.heard.push(type);
    const word = (at: number) => Buffer.from(payload).readUInt32LE(at);
    const { babble } = this.#behaviour;
    if (babble !== undefined) this.#socket.write(babble);
    if (this.#dead || this.#behaviour.silent || babble !== undefined) return;
    if (type === 0x80) this.#greet();
    else if (type === 0x81) this.#queue(word(0), payload.slice(6));
    else if (type === 0x82) setTimeout(() => this.#sums.fill(0), 1);
    else if (type === 0x83) {
      for (let frame = 0; frame < word(0); frame++) this.#answer(frame, []);
    } else if (type === 0x84) {
      this.#send(0x03, [...u32(this.#frames), ...u32(0), ...u32(0), ...u32(512)]);
      if (!this.#behaviour.stays) this.#socket.end();
    }
  }

  #greet(): void {
    if (this.#identified++ < (this.#behaviour.deafFor ?? 0)) return;
    const { app = "stream", digest = DIGEST, credits = 4, board = "sim" } = this.#behaviour;
    const names = [board, app, "toy", digest, "cc"].flatMap(text);
    const sizes = [...u16(INPUT_BYTES), ...u16(INPUT_BYTES), ...u16(0)];
    this.#send(0x01, [...names, ...u32(0), ...u8(0), ...sizes, ...u8(credits)]);
  }

  /** Inputs wait a turn of the event loop, so that a host that ignores the credits is seen. */
  #queue(frame: number, values: number[]): void {
    this.#inputs.push({ frame, values });
    this.mostWaiting = Math.max(this.mostWaiting, this.#inputs.length);
    setTimeout(() => {
      const input = this.#inputs.shift();
      if (input) this.#answer(input.frame, this.#compute(input.values));
    }, 1);
  }

  #compute(values: readonly number[]): number[] {
    if (!this.#behaviour.sums) return compute(values);
    for (const [at, value] of values.entries()) {
      this.#sums[at] = ((this.#sums[at] as number) + value) & 0xff;
    }
    return [...this.#sums];
  }

  #answer(frame: number, values: number[]): void {
    const { dropOutputs, corruptOutputs, faultAt, leaveAt, stopAt, restartAt } = this.#behaviour;
    if (this.#dead) return;
    if (frame === restartAt) {
      this.#sequence = 0;
      this.#frames = 0;
      this.#inputs.length = 0;
      this.#socket.write(RESTART_LOG);
      return;
    }
    if (frame === faultAt) {
      const words = [0x1234, 0x5679, 0x8200, 0x20400000].flatMap(u32);
      this.#send(0x05, [...u8(2), ...words]);
      this.#dead = true;
    } else if (frame === leaveAt || frame === stopAt) {
      this.#dead = true;
      if (frame === leaveAt) this.#socket.end();
    } else {
      this.#frames++;
      const payload = [...u32(frame), ...u64(frame * 10), ...blob(values), ...blob([])];
      if (dropOutputs?.includes(frame)) this.#sequence++;
      else this.#send(0x02, payload, corruptOutputs?.includes(frame) ?? false);
    }
  }

  #send(type: number, payload: number[], corrupt = false): void {
    const { version = 1, uptimeUs = 0 } = this.#behaviour;
    const timestampUs = uptimeUs + this.#sequence * 100;
    const bytes = wireFrame({ version, type, sequence: this.#sequence++, timestampUs, payload });
    if (corrupt) bytes[12] = (bytes[12] as number) ^ 0x40 || 0x40;
    this.#socket.write(bytes);
  }
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** The device of the last connection. */
  device(): SimulatedDevice;
  close(): void;
}

/** A server whose every connection is a simulated device. */
export async function listenAsDevice(behaviour: DeviceBehaviour): Promise<Listener> {
  let device: SimulatedDevice | undefined;
  const { leaveOnceAt, ...always } = behaviour;
  const server = await listen((socket) => {
    const isFirst = device === undefined && leaveOnceAt !== undefined;
    device = new SimulatedDevice(socket, isFirst ? { ...always, leaveAt: leaveOnceAt } : always);
  });
  return { ...server, device: () => device as SimulatedDevice };
}

/** A server on a free port of this computer. */
export async function listen(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    host: "127.0.0.1",
    port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
