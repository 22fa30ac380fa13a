/**
 * Every record that crosses the wire, declared once; scripts/generate-records.ts makes both ends from it.
 * Framing, checksums and loss are left to frames.ts and firmware/telemetry/frame.c.
 *
 * Little-endian, fields packed in order of declaration. Each interface carries its type byte in `@record`:
 * 0x01..0x7f device to host, 0x80..0xff host to device. A change of any layout raises WIRE_VERSION.
 */

/** Version of framing and records; both ends refuse another one. */
export const WIRE_VERSION = 1;

/** Longest payload of a frame [byte], 256 floats and what stands beside them; a longer one is refused on both ends. */
export const MAX_PAYLOAD_BYTES = 1088;

export type U8 = number;
export type U16 = number;
export type U32 = number;
/** Unsigned 64-bit; never loses precision on the host. */
export type U64 = bigint;
/** UTF-8, one length byte first; at most 255 bytes. */
export type Text = string;
/** Raw bytes, a u16 length first. */
export type Bytes = Uint8Array;

/** The device's answer to Identify. @record 0x01 */
export interface Hello {
  /** Id of the board file the firmware was built for. */
  readonly board: Text;
  /** Program: "check", "speed", "stream", "ina", "hearable", "ear". */
  readonly app: Text;
  /** Prefix of the generated C. */
  readonly model: Text;
  /** SHA-256 of the generated plan, the first 8 bytes in hex. */
  readonly modelDigest: Text;
  /** Compiler and version. */
  readonly compiler: Text;
  /** Core clock [Hz]; 0 when an emulator has none. */
  readonly clockHz: U32;
  /** 0: no counter that advances; 1: core cycles. */
  readonly counterKind: U8;
  /** Bytes of one input frame. */
  readonly inputBytes: U16;
  /** Bytes of one output frame. */
  readonly outputBytes: U16;
  /** Bytes of the persistent state, 0 when the program does not send it. */
  readonly stateBytes: U16;
  /** How many Input records the host may have outstanding. */
  readonly creditFrames: U8;
}

/** One frame's result. @record 0x02 */
export interface Output {
  /** Index of the frame, from 0. */
  readonly frame: U32;
  /** Cycles of this frame by the device's own counter [cycle]; 0 without one. */
  readonly cycles: U64;
  /** Raw values in the model's output type. */
  readonly values: Bytes;
  /** The persistent state after the frame (hidden, then cell, a layer at a time); empty unless the program is "check". */
  readonly state: Bytes;
}

/** What the device did, sent at the end of a run. @record 0x03 */
export interface Summary {
  /** Frames computed. */
  readonly frames: U32;
  /** Records the device could not send. */
  readonly droppedRecords: U32;
  /** Frames received that did not decode. */
  readonly badFrames: U32;
  /** Deepest use of the stack [byte]. */
  readonly stackBytes: U32;
}

/** A line for people. @record 0x04 */
export interface Log {
  /** Without a line end. */
  readonly text: Text;
}

/** The device met a fault and stops. @record 0x05 */
export interface Fault {
  /** 1 hard fault, 2 bus fault, 3 usage fault, 4 memory fault, 5 assertion, 6 watchdog, 7 full stack. */
  readonly cause: U8;
  /** Program counter at the fault; 0 where the core could not keep it, as with most full stacks. */
  readonly pc: U32;
  /** Link register at the fault; of a full stack whose core kept nothing, the last return address on it. */
  readonly lr: U32;
  /** The core's own status word (CFSR on Cortex-M). */
  readonly status: U32;
  /** Address of the access that faulted, 0 when unknown. */
  readonly address: U32;
}

/** One conversion of an INA219, INA226 or INA228 on the board's I2C, its registers as they are. @record 0x10 */
export interface Ina {
  /** 219, 226 or 228. */
  readonly part: U16;
  /** Conversions read before this one. */
  readonly index: U32;
  /** When it was read, by the device's clock [us]. */
  readonly timeUs: U32;
  /** Shunt voltage, 16 bits, of an INA228 24. */
  readonly shunt: U32;
  /** Bus voltage, alike. */
  readonly bus: U32;
  /** The register with conversion ready and overflow: bus voltage, mask/enable, diagnostics/alert. */
  readonly status: U16;
}

/** What the chip's own sensor reads, every so many frames; never sent by a board without one. @record 0x11 */
export interface Temperature {
  /** Next frame. */
  readonly frame: U32;
  /** [mK] */
  readonly millikelvin: U32;
}

/** Why the chip started, behind the greeting; never sent by a board that cannot tell, such as an emulated one. @record 0x12 */
export interface Boot {
  /** 1 power on, 2 brown-out, 3 one of both, 4 reset pin, 5 software, 6 watchdog, 7 lock-up, 8 debugger, 9 sleep. */
  readonly cause: U8;
  /** The chip's own register of it, as it was at the start. */
  readonly status: U32;
}

/** Cycles of one microbenchmark, as asked for by ReadRoofs. @record 0x13 */
export interface Roof {
  /** Which of the passes asked for, from 0. */
  readonly pass: U16;
  /** Its place in the program's list, from 0. */
  readonly loop: U16;
  /** How many the list has; 0 from a program without any, which sends one Roof that says so. */
  readonly loops: U16;
  /** By the device's own counter [cycle]; 0 without one. */
  readonly cycles: U64;
}

/** How long one hop of audio took, sent before its Output ("hearable", "ear"). @record 0x14 */
export interface Hop {
  /** Index of the frame. */
  readonly frame: U32;
  /** From its last sample received to its cleaned samples ready, by the device's clock [us]. */
  readonly computeUs: U32;
  /** Cycles of the front end's analysis by the device's own counter [cycle]; 0 without one, as the next three. */
  readonly analyseCycles: U32;
  /** Of the model's step [cycle]. */
  readonly stepCycles: U32;
  /** Of the front end's synthesis [cycle]. */
  readonly synthesiseCycles: U32;
  /** Of the watch over the model's state [cycle]. */
  readonly watchCycles: U32;
  /** Hops since the start or Reset that took longer than a hop lasts. */
  readonly overruns: U32;
  /** The longest of them so far [us]. */
  readonly worstUs: U32;
  /** Frame of that one. */
  readonly worstFrame: U32;
}

/** The model's state was put back because its gains no longer moved ("hearable"). @record 0x15 */
export interface Recovery {
  /** The last frame that was computed with the old state. */
  readonly frame: U32;
  /** 1: nothing was let through; 2: gains above nothing stood still. */
  readonly cause: U8;
  /** Frames with moving input for which the gains had stood still. */
  readonly frames: U32;
}

/** When each kernel of a step was done, sent behind its Output by a program that was generated to stamp them. @record 0x16 */
export interface Kernels {
  /** Index of the frame. */
  readonly frame: U32;
  /** From the step's begin by the device's own counter, four bytes a kernel, low byte first [cycle]; 0 without one. */
  readonly ends: Bytes;
}

/** What became of the board's own sound up to a hop, sent before its Output ("ear"). @record 0x17 */
export interface Sound {
  /** Index of the frame. */
  readonly frame: U32;
  /** Samples that the microphone gives in 1000 s. */
  readonly rateMillihertz: U32;
  /** Hops of the microphone since Listen that were overwritten before the program took them. */
  readonly lostHops: U32;
  /** Hops since Listen for which the output had nothing new to play. */
  readonly gaps: U32;
  /** From a hop's end to where it begins in the output, at most [hop]; 0 without an output. */
  readonly queuedHops: U8;
}

/** What the microphone heard in one hop, sent before its Output where a tap was asked for ("ear"). @record 0x18 */
export interface Heard {
  /** Index of the frame. */
  readonly frame: U32;
  /** Samples of 16 bits. */
  readonly values: Bytes;
}

/** Asks the device who it is. @record 0x80 */
export interface Identify {
  /** The host's WIRE_VERSION. */
  readonly wireVersion: U8;
}

/** One frame to compute. @record 0x81 */
export interface Input {
  /** Index of the frame, from 0; its Output carries it back. */
  readonly frame: U32;
  /** Raw values in the model's input type. */
  readonly values: Bytes;
}

/** Puts the state back to its initial values. @record 0x82 */
export interface Reset {
  /** 0. */
  readonly reserved: U8;
}

/** Computes `frames` frames on inputs the device makes itself, timing each ("speed"). @record 0x83 */
export interface Measure {
  /** Frames to compute, at least 1. */
  readonly frames: U32;
  /** Seed of the xorshift32 that makes the inputs; not 0. */
  readonly seed: U32;
}

/** Ends the run: the device sends Summary and stops. @record 0x84 */
export interface Stop {
  /** 0. */
  readonly reserved: U8;
}

/** Times each microbenchmark of the program `passes` times; their Roofs come pass by pass, after the last is done. @record 0x85 */
export interface ReadRoofs {
  /** 1 to 64. */
  readonly passes: U16;
}

/** Puts the state back and tells of the hops that follow, from 0; their Outputs hold no values but a tap's ("ear"). @record 0x86 */
export interface Listen {
  /** How many are told of; 0: until Stop. */
  readonly frames: U32;
  /** Every so many hops one is sent whole, heard and cleaned; 0: none. */
  readonly tapEvery: U16;
}
