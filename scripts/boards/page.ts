/**
 * Lays out the page of one real board: what a hand does on the desk, how a program gets there, what to expect.
 * The words come from the board's file, the expected numbers from the caller.
 */
import type { DeskNote, RealBoard } from "../../codegen/index.ts";
import { formatBytes, formatNumber, formatValue, KIND_MARK } from "../../host/report/format.ts";
import { bareBoards } from "../../host/workflow/firmware-environment.ts";

/** A modelled number, as `pioneer size` foretells it. */
export interface Foretold {
  readonly value: number;
  readonly unit: string;
  readonly kind: "modelled";
  readonly interval?: readonly [number, number];
}

/** What the shipped model is foretold to take on the board; null where nothing says it. */
export interface Expected {
  readonly flashBytes: number | null;
  readonly ramBytes: number | null;
  readonly cycles: Foretold | null;
  readonly latencyMs: Foretold | null;
  readonly energyUj: Foretold | null;
  readonly powerMw: Foretold | null;
  readonly source: string;
}

/** The whole page; ends in a newline. */
export function boardPage(board: RealBoard, expected: Expected): string {
  const { id, name, chip, core, clockHz, platformio } = board;
  const lines = [
    `# ${name}`,
    "",
    `\`${id}\`: ${chip}, ${core}, ${formatValue(clockHz.value, "Hz")}. Written by \`npx tsx scripts/write-boards.ts\` from`,
    `\`boards/${id}.json\` (\`npx pioneer boards ${id}\` shows all of it). No such board was at hand: what follows is stated or`,
    "modelled, none of it measured.",
    "",
    "## First flash",
    "",
    ...firstFlash(board),
    "",
    ...desk(board),
    "## Memories",
    "",
    "| memory | size | wait states | weights and tables | code |",
    "|---|---|---|---|---|",
    ...board.memories.map(memoryRow),
    "",
    `Weights lie in ${board.weights.memory}, in steps of ${board.weights.line.value} B: ${board.weights.why}.`,
    "",
    "## What to expect",
    "",
    "`hearable` in int8, one frame every 10 ms:",
    "",
    "| | |",
    "|---|---|",
    ...expectation(expected),
    "",
    `≈ modelled: ${expected.source}.`,
    "",
    "A run on the board measures. Where it lies outside the interval, believe the board, and type `pioneer calibrate`.",
    "",
    platformio === null
      ? ""
      : `PlatformIO: \`${platformio.package}\`, board \`${platformio.board}\`, ${platformio.framework}.`,
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function firstFlash(board: RealBoard): readonly string[] {
  const { id, emulatedBy, platformio } = board;
  if (platformio === null) {
    return [
      "PlatformIO has no environment for it, so that nothing here builds or loads a program. The same C runs on its stand-in:",
      "",
      `    npx pioneer run hearable --board ${emulatedBy} --as ${id}`,
    ];
  }
  const bare = bareBoards().includes(id)
    ? [
        "",
        "Built without a framework by Debian's compiler, and copied onto the board's drive; `--framework` takes PlatformIO's.",
      ]
    : [
        "",
        "PlatformIO fetches platform, compiler and framework before the first build: some minutes and a network.",
      ];
  const project =
    platformio.framework === "arduino" ? [`    npx pioneer new my-hearable --board ${id}`] : [];
  return [
    `    npx pioneer run hearable --board ${emulatedBy} --as ${id}`,
    `    npx pioneer run hearable --board ${id} --port PORT`,
    ...project,
    "",
    "The first line runs the same C without the board, the second builds, loads, compares and measures on it" +
      (project.length > 0 ? ", the third makes a project of your own." : "."),
    ...bare,
    "[Ten minutes, step by step](../first-flash.md) · [when it does not work](../troubleshooting.md)",
  ];
}

/** A board whose sound nothing here moves. */
function withoutSound({ chip }: RealBoard): string {
  return `| microphone | Nothing here moves sound on an ${chip}: it takes it over the link, or by [a file of yours](../hearable.md#another-board). | \`firmware/hal\` |`;
}

function desk(board: RealBoard): readonly string[] {
  const { desk: notes, monitorPin, sound } = board;
  if (notes === undefined) return [];
  const row = (title: string, { says, source, confidence }: DeskNote) =>
    `| ${title} | ${says}. | ${source}${confidence === "M" ? " (from memory, unverified)" : ""} |`;
  return [
    "## On the desk",
    "",
    "| | | source |",
    "|---|---|---|",
    row("serial port", notes.serial),
    row("loading", notes.load),
    row("current", notes.current),
    ...(monitorPin === undefined
      ? []
      : [
          row("monitor's input", {
            ...monitorPin,
            says: `Pin ${monitorPin.value} is high while a frame is computed`,
          }),
        ]),
    sound === undefined ? withoutSound(board) : row("microphone", sound.microphone),
    ...(sound?.i2s === undefined ? [] : [row("sound by I2S", sound.i2s)]),
    ...(sound?.pwm === undefined ? [] : [row("sound by PWM", sound.pwm)]),
    "",
    "A PPK2 as ammeter, or the shunt of an INA219, INA226 or INA228, goes where the row of the current says; [power.md](../power.md) has the",
    "commands. Check the supply's voltage before the meter is in the way, and never feed two supplies at once.",
    "",
  ];
}

function memoryRow({ name, bytes, waitStates, sections }: RealBoard["memories"][number]): string {
  const place = (section: string | undefined) =>
    section === undefined ? "-" : section === "" ? "where the linker puts it" : `\`${section}\``;
  const waits = waitStates === undefined ? "unknown" : formatNumber(waitStates.value);
  return `| ${name} | ${formatBytes(bytes.value)} | ${waits} | ${place(sections?.constants)} | ${place(sections?.code)} |`;
}

function expectation(expected: Expected): readonly string[] {
  const rows: readonly (readonly [string, Foretold | null])[] = [
    ["cycles a frame", expected.cycles],
    ["time of a frame", timed(expected)],
    ["energy of a frame's work", expected.energyUj],
    ["average power, sleep included", expected.powerMw],
  ];
  const bytes = (title: string, value: number | null) =>
    value === null ? [] : [`| ${title} | ${formatBytes(value)} ${KIND_MARK.modelled} |`];
  return [
    ...rows.map(
      ([title, foretold]) => `| ${title} | ${foretold === null ? "unknown" : shown(foretold)} |`,
    ),
    ...bytes("flash of the program", expected.flashBytes),
    ...bytes("RAM beside the stack", expected.ramBytes),
  ];
}

/** The time with the interval of its cycles: both differ by the clock alone. */
function timed({ cycles, latencyMs }: Expected): Foretold | null {
  if (latencyMs === null || cycles?.interval === undefined) return latencyMs;
  const perCycle = latencyMs.value / cycles.value;
  const [low, high] = cycles.interval;
  return { ...latencyMs, interval: [low * perCycle, high * perCycle] };
}

function shown({ value, unit, kind, interval }: Foretold): string {
  const range =
    interval === undefined ? "" : `, ${formatNumber(interval[0])} to ${formatNumber(interval[1])}`;
  return `${formatValue(value, unit)} ${KIND_MARK[kind]}${range}`;
}
