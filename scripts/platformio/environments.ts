/**
 * Decides the environments of firmware/platformio.ini for the boards with a framework, from their files alone.
 * Those without one are written by hand above; which HAL a framework has is left to firmware/hal.
 */
import type { Board, RealBoard } from "../../codegen/index.ts";

/** The line above which everything is written by hand. */
export const MARK =
  "; From here on written by `npm run platformio` from boards/*.json: change those, not this.";

/** The file of hal/arduino for each counter that a board's file may name. */
const FAMILIES: Readonly<Record<string, string>> = {
  CCOUNT: "family_ccount.c",
  "CSR 0x7E2": "family_csr.c",
  "DWT CYCCNT": "family_dwt.c",
  SysTick: "family_systick.c",
};

/** The files of hal that move the sound of a chip, where its board's file says how it is wired. */
const SOUND_SOURCES: Readonly<Record<string, readonly string[]>> = {
  nRF52840: [
    ...["sound", "sound_i2s", "sound_pwm", "pulse_widths"].map((name) => `hal/nrf52840/${name}.c`),
    "hal/hop_slots.c",
  ],
  ESP32: ["hal/arduino/sound_i2s.c"],
  "ESP32-S3": ["hal/arduino/sound_i2s.c"],
  "ESP32-C3": ["hal/arduino/sound_i2s.c"],
  RP2040: ["hal/rp2040/i2s.c", "hal/rp2040/sound.c", "hal/hop_ring.c"],
  // All of hal/espidf is compiled.
  "ESP32-C6": [],
};

/** STM32duino's receive ring has 64 B by itself [byte]; two hops of sound under way are 700. */
const STM32_RECEIVE = "-D SERIAL_RX_BUFFER_SIZE=1024";

/** Flags are for the project's own sources: a framework's have warnings of their own. */
const SHARED = `[framework]
custom_main = pioneer_main
build_src_filter = -<*> +<telemetry/> +<apps/region.c> +<hal/arduino/counter.c> +<hal/arduino/window.c>
build_src_flags = -O3 -Wall -Wextra
build_flags = -I hal -I telemetry -I apps -I power

[arduino]
extends = framework
framework = arduino
build_src_filter = \${framework.build_src_filter} +<hal/arduino/arduino.cpp>

[espidf]
extends = framework
framework = espidf
build_src_filter = \${framework.build_src_filter} +<hal/espidf/>
`;

/** Mark, shared sections and one environment a board, ordered as they come. @throws Error for a counter without a file, or no pin */
export function frameworkEnvironments(boards: readonly Board[]): string {
  const real = boards.filter((board): board is RealBoard => board.kind === "real");
  return [MARK, "", SHARED, ...real.flatMap(environment)].join("\n");
}

function environment(board: RealBoard): readonly string[] {
  const { id, platformio, counter, clockHz, monitorPin } = board;
  if (platformio === null) return [];
  const family = FAMILIES[counter?.name ?? ""];
  if (family === undefined) throw new Error(`${id}: hal/arduino has no counter "${counter?.name}"`);
  const { package: source, framework } = platformio;
  if (monitorPin === undefined) throw new Error(`${id}: no monitorPin for hal_pin`);
  const flags = [
    `-D PIONEER_BOARD=\\"${id}\\"`,
    `-D PIONEER_CLOCK_HZ=${clockHz.value}`,
    `-D PIONEER_MONITOR_PIN=${monitorPin.value}`,
    ...(source.startsWith("ststm32@") ? [STM32_RECEIVE] : []),
    ...soundFlags(board),
  ];
  const sources = [`hal/arduino/${family}`, ...soundSources(board)];
  return [
    `[env:${id}]
extends = ${framework}
platform = ${source}
board = ${platformio.board}
build_src_filter = \${${framework}.build_src_filter} ${sources.map((path) => `+<${path}>`).join(" ")}
build_flags = \${framework.build_flags} ${flags.join(" ")}
`,
  ];
}

/** The lines of microphone and output, as hal/sound.h's files take them. */
export function soundFlags({ sound = undefined }: RealBoard): readonly string[] {
  return Object.entries(sound ?? {}).flatMap(([part, { pins }]) =>
    Object.entries(pins).map(([line, pin]) => `-D PIONEER_${part.toUpperCase()}_${line}=${pin}`),
  );
}

/** @throws Error for a chip that no file moves sound of */
function soundSources({ id, chip, sound }: RealBoard): readonly string[] {
  if (sound === undefined) return [];
  const sources = SOUND_SOURCES[chip];
  if (sources === undefined) throw new Error(`${id}: hal has no sound of ${chip}`);
  return sources;
}

/** The text of platformio.ini with the environments of `boards` in place of those it had. */
export function withFrameworkEnvironments(text: string, boards: readonly Board[]): string {
  const at = text.indexOf(MARK);
  const byHand = at < 0 ? `${text.trimEnd()}\n\n` : text.slice(0, at);
  return `${byHand}${frameworkEnvironments(boards).trimEnd()}\n`;
}
