/**
 * Decides which program a board's own microphone and output need, and holds the conversation with it.
 * How the samples get there is left to firmware/apps/ear.c, judging what it told to judge.ts.
 */
import { type Board, listBoards, UsageError } from "../../../codegen/index.ts";
import type { DeviceRun } from "../../decode/device-run.ts";
import type { LinkEvent } from "../../decode/frames.ts";
import type { Session } from "../../link/session.ts";
import type { App } from "../build.ts";
import { frontEndOf, type Prepared } from "../generate.ts";
import type { Progress } from "../progress.ts";
import type { Conversation } from "../record-run.ts";
import { bytesOfHop, hopOfBytes } from "./hops.ts";
import {
  type AUDIO_SOURCES,
  type AudioOutput,
  OWN_OUTPUTS,
  type OwnOutput,
} from "./sound-names.ts";
import { type ExpectedRecovery, type HearableStimulus, playedPart } from "./stimulus.ts";
import { HearableTwin } from "./twin.ts";

/** Hops of a run when nobody says how many: 5 s. */
const DEFAULT_HOPS = 500;
const NAME = "microphone";
/** Of firmware/hal/sound.h. */
const OUTPUT_FLAGS: Readonly<Record<OwnOutput, string>> = {
  i2s: "SOUND_OUTPUT_I2S",
  pwm: "SOUND_OUTPUT_PWM",
};

export interface SoundRequest {
  readonly audio?: (typeof AUDIO_SOURCES)[number] | undefined;
  readonly output?: AudioOutput | undefined;
  /** Every so many hops one crosses the line whole. */
  readonly tap?: number;
  readonly input?: string;
  readonly golden?: string;
  readonly minutes?: number;
  readonly reference?: string;
  readonly snr?: string;
  /** Where the cleaned sound goes. */
  readonly out?: string;
}

/** How a program by microphone is built. */
export interface SoundProgram {
  readonly app: App;
  readonly flags: readonly string[];
  readonly output: AudioOutput;
}

/**
 * The program of a board's own sound; null where sound crosses the line.
 * @throws UsageError TP-USE-168 for another program than hearable, an output without a microphone, what needs
 * sound that crosses the line, or a board that has not what is asked for
 */
export function soundProgram(
  board: Board,
  app: string,
  request: SoundRequest,
): SoundProgram | null {
  const { audio = "serial", output = "serial", tap } = request;
  if (audio === "serial") {
    if (output === "serial" && tap === undefined) return null;
    const asked = tap === undefined ? `--output ${output}` : "--tap";
    throw refusal(
      `${asked} needs a microphone`,
      "sound that crosses the line goes back over it; the board's own output shares its microphone's clock",
      "--audio microphone",
    );
  }
  if (app !== "hearable") {
    throw refusal(
      `--audio microphone cannot be used with --app ${app}`,
      "that program is fed frames, and hears nothing",
      "--app hearable",
    );
  }
  for (const fed of ["input", "golden", "minutes", "reference", "snr"] as const) {
    if (request[fed] === undefined) continue;
    throw refusal(
      `--${fed} cannot be used with --audio microphone`,
      "the board hears what it hears; nothing is fed to it",
      "--frames N says how many hops are listened to",
    );
  }
  if (request.out !== undefined && tap !== 1) {
    throw refusal(
      "--out needs every hop",
      "cleaned sound stays on the board but for the hops that --tap lets cross the line",
      "--tap 1, or without --out",
    );
  }
  const sound = board.kind === "real" ? board.sound : undefined;
  if (sound === undefined) {
    const having = listBoards().flatMap((one) =>
      one.kind === "real" && one.sound !== undefined ? [one.id] : [],
    );
    throw refusal(
      `${board.id} has no microphone here`,
      `its HAL moves no sound; those of ${having.join(", ")} do`,
      "--audio serial, which every board takes",
    );
  }
  if (output === "serial") return { app: "ear", flags: [], output };
  if (sound[output] === undefined) {
    const own = OWN_OUTPUTS.filter((one) => sound[one] !== undefined);
    throw refusal(
      `${board.id} plays nothing by ${output}`,
      own.length === 0 ? "its HAL plays nothing" : `its HAL plays by ${own.join(" and ")} alone`,
      own.length === 0 ? "without --output" : `--output ${own.join(" or --output ")}`,
    );
  }
  return { app: "ear", flags: [`-DPIONEER_OUTPUT=${OUTPUT_FLAGS[output]}`], output };
}

function refusal(what: string, why: string, fix: string): UsageError {
  return new UsageError("TP-USE-168", { what, why, fix });
}

/** Names the build folder of a program by microphone: its flags are not another program's. */
export function soundKey(key: string, { output }: SoundProgram): string {
  return output === "serial" ? key : `${key}-${output}`;
}

export class MicrophoneHearing implements Conversation {
  readonly #prepared: Prepared;
  readonly #hops: number;
  readonly #tapEvery: number;
  readonly #progress: Progress;
  #run: DeviceRun | undefined;

  constructor(
    prepared: Prepared,
    { frames = DEFAULT_HOPS, tap = 0 }: SoundRequest & { readonly frames?: number },
    progress: Progress,
  ) {
    this.#prepared = prepared;
    this.#hops = frames;
    this.#tapEvery = tap;
    this.#progress = progress;
  }

  async hold(session: Session): Promise<void> {
    this.#run = session.run;
    this.#progress.step(`listening to ${this.#hops} hops of the ${NAME}`);
    await session.listen(this.#hops, this.#tapEvery);
  }

  onEvent(event: LinkEvent): void {
    if (event.kind !== "record" || event.record.type !== "output") return;
    this.#progress.update(event.record.frame + 1, this.#hops);
  }

  /** What the device heard and must have answered, where every hop was tapped; else how many hops there were. */
  stimulus(): HearableStimulus {
    const { sampleRateHz, hopLength } = frontEndOf(this.#prepared.loaded);
    const twin = new HearableTwin(this.#prepared);
    const heard = (this.#run?.heard ?? []).map(({ values }) => values);
    const isWhole =
      this.#tapEvery === 1 &&
      heard.length === this.#hops &&
      heard.every((values) => values.length === 2 * hopLength);
    const hops = isWhole ? heard.map(hopOfBytes) : [];
    const recoveries: ExpectedRecovery[] = [];
    const expected = hops.map((hop, frame) => {
      const { samples, recovered } = twin.clean(hop);
      if (recovered !== null) recoveries.push({ frame, cause: recovered });
      return bytesOfHop(samples);
    });
    const noisy = Int16Array.from(hops.flatMap((hop) => [...hop]));
    return {
      inputs: hops.map(bytesOfHop),
      frames: this.#hops,
      expected,
      states: [],
      reference: null,
      clippedValues: 0,
      audio: playedPart(
        { name: NAME, sampleRateHz, noisy, clean: null },
        noisy.length - twin.delaySamples,
      ),
      recoveries,
      sampleRateHz,
      hopSamples: hopLength,
      delaySamples: twin.delaySamples,
    };
  }
}
