/**
 * The parts of a port that a link without control lines takes and ignores.
 * Reading, writing and closing are left to the ports that extend it.
 */
import type { SerialPortStream } from "@serialport/stream";

// By way of the stream: bindings-interface declares its types for require only.
export type BindingInterface = SerialPortStream["settings"]["binding"];
export type BindingPortInterface = NonNullable<SerialPortStream["port"]>;
export type OpenOptions = Parameters<BindingInterface["open"]>[0];
export type PortInfo = Awaited<ReturnType<BindingInterface["list"]>>[number];

/** A read or write that was in progress when the port was closed on purpose. */
export class CanceledError extends Error {
  readonly canceled = true;

  constructor() {
    super("the port is closed");
    this.name = "CanceledError";
  }
}

export abstract class PassivePort implements BindingPortInterface {
  readonly openOptions: Required<OpenOptions>;
  isOpen = true;

  constructor(options: OpenOptions) {
    this.openOptions = {
      dataBits: 8,
      lock: true,
      stopBits: 1,
      parity: "none",
      rtscts: false,
      xon: false,
      xoff: false,
      xany: false,
      hupcl: false,
      ...options,
    };
  }

  abstract read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ buffer: Buffer; bytesRead: number }>;

  abstract write(buffer: Buffer): Promise<void>;

  abstract close(): Promise<void>;

  async update(): Promise<void> {}

  async set(): Promise<void> {}

  async get(): Promise<{ cts: boolean; dsr: boolean; dcd: boolean }> {
    return { cts: true, dsr: true, dcd: true };
  }

  async getBaudRate(): Promise<{ baudRate: number }> {
    return { baudRate: this.openOptions.baudRate };
  }

  async flush(): Promise<void> {}

  async drain(): Promise<void> {}
}
