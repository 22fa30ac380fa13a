/**
 * Makes a socket look like a serial port, so that every link is the same stream.
 * Who listens at the other end is left to qemu.ts and tcp.ts.
 */
import type { NetConnectOpts, Socket } from "node:net";
import { createConnection } from "node:net";
import type { BindingInterface, OpenOptions, PortInfo } from "./passive-port.ts";
import { CanceledError, PassivePort } from "./passive-port.ts";

/** A binding whose port is the socket that `connect` gives. */
export function socketBinding(connect: () => Promise<Socket>): BindingInterface {
  return {
    list: async (): Promise<PortInfo[]> => [],
    open: async (options) => new SocketPort(await connect(), options),
  };
}

/** Connects, or rejects with the system's error or the signal's reason. */
export function connectSocket(address: NetConnectOpts, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ ...address, ...(signal ? { signal } : {}) });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      if ("port" in address) socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/** Baud rate and control lines mean nothing to a socket; they are taken and ignored. */
export class SocketPort extends PassivePort {
  readonly #socket: Socket;
  /** Why the other end is gone, once it is. */
  #gone: string | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, options: OpenOptions) {
    super(options);
    this.#socket = socket;
    socket.on("readable", () => this.#wake?.());
    socket.on("error", (error) => this.#leave(error.message));
    socket.on("end", () => this.#leave("the other end closed the connection"));
    socket.on("close", () => this.#leave("the connection is closed"));
  }

  async read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ buffer: Buffer; bytesRead: number }> {
    for (;;) {
      if (!this.isOpen) throw new CanceledError();
      const count = Math.min(length, this.#socket.readableLength);
      const bytes: Buffer | null = count > 0 ? this.#socket.read(count) : null;
      if (bytes) {
        bytes.copy(buffer, offset);
        return { buffer, bytesRead: bytes.length };
      }
      if (this.#gone !== undefined) throw new Error(this.#gone);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        // Asks the socket for more; without it "readable" may have been the last one.
        this.#socket.read(0);
      });
    }
  }

  write(buffer: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(buffer, (error) => {
        if (!error) resolve();
        else reject(this.isOpen ? error : new CanceledError());
      });
    });
  }

  async close(): Promise<void> {
    this.isOpen = false;
    this.#wake?.();
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#socket.once("close", () => resolve());
      this.#socket.destroy();
    });
  }

  #leave(why: string): void {
    this.#gone ??= why;
    this.#wake?.();
  }
}
