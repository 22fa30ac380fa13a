/**
 * What a board file says: the types of boards/*.json, each stated value with its source.
 * Reading and checking the files is left to board.ts.
 */

/** S: read in the source named. M: from memory, waits for the data sheet or a measurement. */
export type Confidence = "S" | "M";

/** A number that somebody else states, with its provenance. */
export interface StatedValue<U extends string = string> {
  readonly value: number;
  readonly unit: U;
  readonly source: string;
  readonly confidence: Confidence;
  /** [low, high], same unit, where the value is known to vary. */
  readonly interval?: readonly [number, number];
}

/** A choice that somebody else states, with its provenance. */
export interface StatedChoice<T> {
  readonly value: T;
  readonly source: string;
  readonly confidence: Confidence;
}

/** A memory the program can use; timing holds at the board's clockHz. */
export interface BoardMemory {
  readonly name: string;
  readonly role: "flash" | "ram";
  readonly address: StatedValue<"address">;
  readonly bytes: StatedValue<"byte">;
  /** What the framework's linker script gives variables and constants that lie in it, where that is less. */
  readonly staticBytes?: StatedValue<"byte">;
  /** Taken by a boot loader or a radio stack. */
  readonly reservedBytes?: StatedValue<"byte">;
  /** Cycles beyond the first of an access that no cache serves; absent where no source gives them. */
  readonly waitStates?: StatedValue<"cycle">;
  /** Bytes one access of the memory delivers. */
  readonly lineBytes: StatedValue<"byte">;
  /** Sequential data reads of the core that no cache serves; absent with waitStates. */
  readonly readBytesPerCycle?: StatedValue<"byte/cycle">;
  /** Linker sections that lie in it, for weights and tables and for functions; empty: where the linker puts them anyway. */
  readonly sections?: { readonly constants?: string; readonly code?: string };
  /** Other names by which those may be asked for. */
  readonly aliases?: { readonly constants?: readonly string[]; readonly code?: readonly string[] };
}

/** A cache or the line buffers of a flash accelerator. */
export interface BoardCache {
  readonly name: string;
  readonly purpose: "instruction" | "data" | "unified";
  /** Names of the memories it stands in front of. */
  readonly memories: readonly string[];
  readonly bytes: StatedValue<"byte">;
  readonly lineBytes: StatedValue<"byte">;
  readonly ways?: StatedValue<"way">;
  /** What a miss fetches where it is less than a line. */
  readonly fillBytes?: StatedValue<"byte">;
  readonly replacement?: StatedChoice<"lru" | "fifo" | "random">;
  /** Whether the next access of straight code is fetched ahead, which then stays out of the lines. */
  readonly prefetch?: StatedChoice<boolean>;
}

/** What sets the line that weights see: a cache that serves data, a flash access or accelerator line, or the word of the DSP instructions. */
export type LineRule = "cache-line" | "flash-line" | "simd-word";

export interface BoardWeights {
  /** Name of a memory of this board. */
  readonly memory: string;
  /** Linker section for PIONEER_WEIGHTS; empty: where the linker puts constants. */
  readonly section: string;
  readonly rule: LineRule;
  readonly line: StatedValue<"byte">;
  /** One sentence for the report and the generated header. */
  readonly why: string;
}

/** A place that users ask for by name and that a board cannot give. */
export interface RefusedPlace {
  readonly name: string;
  /** What cannot lie there. */
  readonly parts: readonly ("weights" | "tables" | "code")[];
  /** Only where the program is built with the board's framework. */
  readonly framework?: true;
  readonly why: string;
  readonly source: string;
  readonly confidence: Confidence;
}

/** Compute roofs of the core. */
export interface BoardPeak {
  /** The multiplier's own rate. */
  readonly macsPerCycle: StatedValue<"MAC/cycle">;
  /** The same with int8 weights that must be unpacked, loads left out. */
  readonly packedInt8MacsPerCycle: StatedValue<"MAC/cycle">;
}

export interface BoardPower {
  readonly supplyVolts: StatedValue<"V">;
  readonly activeMicroampsPerMhz: StatedValue<"uA/MHz">;
  readonly sleepMicroamps: StatedValue<"uA">;
  /** What the chip's documents call that sleep; absent where they have one alone. */
  readonly sleepName?: string;
  /** Into that sleep and out of it again, RAM kept, reckoned at the current of computing; absent where no source gives it. */
  readonly wakeMicroseconds?: StatedValue<"us">;
  /** A sleep shorter than this is refused. */
  readonly shortestSleepMicroseconds?: StatedValue<"us">;
  /** What the numbers include. */
  readonly scope: string;
}

export interface BoardCounter {
  readonly name: string;
  readonly bits: StatedValue<"bit">;
  readonly source: string;
}

/** Names the instruction set and the timing table in boards/cores; a core without a table gets no cycles. */
export type Core =
  | "cortex-m0plus"
  | "cortex-m4"
  | "cortex-m7"
  | "cortex-m33"
  | "cortex-m55"
  | "rv32imc"
  | "xtensa-lx106"
  | "xtensa-mac16";

interface BoardBase {
  readonly schema: 1;
  /** The file's name without .json. */
  readonly id: string;
  readonly name: string;
  readonly chip: string;
  readonly core: Core;
  readonly memories: readonly BoardMemory[];
  readonly caches: readonly BoardCache[];
  readonly weights: BoardWeights;
  readonly refusedPlaces?: readonly RefusedPlace[];
  readonly peak: BoardPeak;
}

export interface RealBoard extends BoardBase {
  readonly kind: "real";
  readonly clockHz: StatedValue<"Hz">;
  /** That run programs like these, of which every program here uses one; absent: one. Clock and peaks are one core's. */
  readonly cores?: StatedValue<"core">;
  /** Null where no source gives the chip's currents. */
  readonly power: BoardPower | null;
  readonly counter: BoardCounter | null;
  /** The emulated board that runs the same instruction set. */
  readonly emulatedBy: string;
  /** Null on a board that PlatformIO has no environment for. */
  readonly platformio: {
    readonly platform: string;
    /** The platform in one version, or in one state of its sources, as platformio.ini names it. */
    readonly package: string;
    readonly board: string;
    readonly framework: string;
    readonly source: string;
    readonly confidence: Confidence;
  } | null;
  /** Free, on a header, for a power monitor's input: by the name that the framework has for it. */
  readonly monitorPin?: StatedChoice<string>;
  /** Its microphone and what plays beside it; absent where no HAL has one. */
  readonly sound?: BoardSound;
  /** How its serial port shows itself on the host, most usual first. */
  readonly usb?: readonly BoardUsb[];
  readonly desk?: BoardDesk;
  /** Values that are absent because no source was read for them. */
  readonly unknown?: readonly { readonly what: string; readonly why: string }[];
}

/** Where sound goes in and out; each by its lines' numbers as the chip counts its pins. */
export interface BoardSound {
  readonly microphone: SoundPart;
  readonly i2s?: SoundPart;
  readonly pwm?: SoundPart;
}

export interface SoundPart extends DeskNote {
  readonly pins: Readonly<Record<string, number>>;
}

/** What a hand does on the desk. */
export interface BoardDesk {
  /** Where the program's serial port comes out. */
  readonly serial: DeskNote;
  /** How a program gets onto the board, and the buttons that help. */
  readonly load: DeskNote;
  /** Where a meter goes between supply and chip. */
  readonly current: DeskNote;
}

export interface DeskNote {
  readonly says: string;
  readonly source: string;
  readonly confidence: Confidence;
}

/** USB ids, four hexadecimal digits each. */
export interface BoardUsb {
  readonly vendor: string;
  readonly product: string;
  readonly device: string;
  readonly source: string;
  readonly confidence: Confidence;
}

/** An emulator has neither clock nor current: `--as` takes them from a real board. */
export interface EmulatedBoard extends BoardBase {
  readonly kind: "emulated";
  readonly clockHz: null;
  readonly power: null;
  readonly counter: null;
  /** Real boards whose core this one runs as: those whose files name it in emulatedBy, ordered by id. */
  readonly standsFor: readonly string[];
  readonly emulator: {
    readonly program: string;
    readonly machine: string;
    /** What the program is started with beside the machine, the firmware and the link. */
    readonly arguments: readonly string[];
    readonly source: string;
    readonly confidence: Confidence;
  };
}

export type Board = RealBoard | EmulatedBoard;
