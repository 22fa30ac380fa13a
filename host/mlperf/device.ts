/**
 * Drives a device under test in MLPerf Tiny's dialect over any link: one command at a time, each until m-ready.
 * What replies mean is left to replies.ts, which commands a test needs to the workflow.
 */
import { LinkError } from "../../codegen/index.ts";
import { LinkReader } from "../link/reader.ts";
import type { Link } from "../link/source.ts";
import type { Inference } from "./replies.ts";
import { bracketed, errorOf, inferenceOf } from "./replies.ts";

/** Bytes in one `db` command, as the open runner sends them: fewer where a command has to go through an IO manager. */
const BYTES_A_COMMAND = 31;
const BYTES_A_PASSED_COMMAND = 26;
/** What an IO manager puts before each line of the device behind it. */
const PASSED = "[dut]: ";
const MAX_REPLY_BYTES = 1 << 20;
/** What a port that resets its board sends by itself must not be taken for an answer [ms]. */
const QUIET_MS = 300;
const BOOT_LIMIT_MS = 5000;
const ANSWER_LIMIT_MS = 15_000;
const GREETING_EVERY_MS = 1500;
const GREETING_LIMIT_MS = 15_000;

export interface DeviceIdentity {
  readonly name: string;
  readonly profile: string;
  readonly model: string;
  /** Of its banner; null when the link was opened after it had booted. */
  readonly timestamps: "performance" | "energy" | null;
}

/** @throws LinkError TP-LINK-030 for an answer that does not come or is no answer, -031 for a device's own error */
export class DeviceUnderTest {
  readonly #link: Link;
  readonly #reader: LinkReader;
  readonly #signal: AbortSignal;
  /** Sees every line of the conversation, for its log. */
  readonly #log: (line: string) => void;
  readonly #isPassed: boolean;

  /**
   * @param isPassed the port is an IO manager's, the benchmark's interface board: `dut COMMAND%` goes through it, and behind
   *   its own m-ready come the device's lines, each marked
   */
  constructor(link: Link, signal: AbortSignal, log: (line: string) => void, isPassed = false) {
    this.#link = link;
    this.#reader = new LinkReader(link);
    this.#signal = signal;
    this.#log = log;
    this.#isPassed = isPassed;
  }

  /** Opens the link, waits until the device is quiet, and asks who it is. */
  async open(): Promise<DeviceIdentity> {
    await this.#link.open(this.#signal);
    this.#signal.addEventListener("abort", this.#onAbort);
    const banner = await this.#banner();
    const name = await this.#greet();
    const about = await this.command("profile");
    const profile = bracketed(about, "profile");
    const model = bracketed(about, "model");
    if (profile === undefined || model === undefined) {
      throw this.#noAnswer("profile", "m-profile-[..] and m-model-[..]");
    }
    const mode = /m-timestamp-mode-(performance|energy)/.exec(banner)?.[1];
    return { name, profile, model, timestamps: (mode as "performance" | undefined) ?? null };
  }

  /** The lines of the answer, m-ready left out. */
  async command(text: string, limitMs = ANSWER_LIMIT_MS): Promise<readonly string[]> {
    await this.#send(`${this.#isPassed ? "dut " : ""}${text}%`);
    const answer = await this.#reader.text(
      (received) => this.#isWhole(received),
      limitMs,
      MAX_REPLY_BYTES,
    );
    this.#signal.throwIfAborted();
    if (answer === undefined) throw this.#noAnswer(text, "m-ready");
    const lines = this.#linesOf(answer).slice(0, -1);
    for (const line of lines) this.#log(line);
    const error = errorOf(lines);
    if (error !== undefined) throw refused(this.#link.name, text, error);
    return lines;
  }

  /** Brings the input, raw values of the model's own type. */
  async load(bytes: Uint8Array): Promise<void> {
    await this.command(`db load ${bytes.length}`);
    let isDone = false;
    const length = this.#isPassed ? BYTES_A_PASSED_COMMAND : BYTES_A_COMMAND;
    for (let at = 0; at < bytes.length; at += length) {
      const piece = Buffer.from(bytes.subarray(at, at + length));
      isDone = (await this.command(`db ${piece.toString("hex")}`)).includes("m-load-done");
    }
    if (!isDone) throw this.#noAnswer("db", "m-load-done");
  }

  async infer(count: number, warmUp: number, limitMs: number): Promise<Inference> {
    const inference = inferenceOf(await this.command(`infer ${count} ${warmUp}`, limitMs));
    if (!inference)
      throw this.#noAnswer("infer", "m-infer-done, m-results-[..] and two timestamps");
    return inference;
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener("abort", this.#onAbort);
    await this.#link.close();
  }

  /**
   * Asks for the name until it comes: an emulator's pseudo terminal sleeps up to a second after its last reader. Late
   * answers are waited out, or every later one would be taken for the one before.
   */
  async #greet(): Promise<string> {
    const endMs = performance.now() + GREETING_LIMIT_MS;
    while (performance.now() < endMs) {
      // The first end of a command ends one that was begun on this line before.
      await this.#send(this.#isPassed ? "%dut name%" : "%name%");
      const answer = await this.#reader.text(
        (received) => {
          const [name, ready] = this.#linesOf(received).slice(-2);
          const isName = bracketed([name ?? ""], "name-dut") !== undefined;
          return /\n$/.test(received) && isName && ready === "m-ready";
        },
        GREETING_EVERY_MS,
        MAX_REPLY_BYTES,
      );
      this.#signal.throwIfAborted();
      if (answer === undefined) continue;
      await this.#reader.drain(QUIET_MS, BOOT_LIMIT_MS);
      const lines = this.#linesOf(answer).slice(-2);
      for (const line of lines) this.#log(line);
      return bracketed(lines, "name-dut") ?? "";
    }
    throw this.#noAnswer("name", "m-name-dut-[..]");
  }

  #isWhole(received: string): boolean {
    const ready = this.#isPassed ? /(^|\n)\[dut\]: m-ready\r?\n$/ : /(^|\n)m-ready\r?\n$/;
    return ready.test(received);
  }

  /** The device's own whole lines, without an IO manager's and its marks. */
  #linesOf(received: string): string[] {
    const lines = received.split(/\r?\n/).slice(0, -1);
    if (!this.#isPassed) return lines;
    return lines.flatMap((line) => (line.startsWith(PASSED) ? [line.slice(PASSED.length)] : []));
  }

  async #send(text: string): Promise<void> {
    this.#log(`> ${text}`);
    await this.#link.write(new TextEncoder().encode(text));
  }

  /** What it says by itself, until it is quiet. */
  async #banner(): Promise<string> {
    let text = "";
    const endMs = performance.now() + BOOT_LIMIT_MS;
    while (performance.now() < endMs && text.length < MAX_REPLY_BYTES) {
      const piece = await this.#reader.next(QUIET_MS);
      if (piece === "late" || piece === "ended") break;
      text += new TextDecoder("latin1").decode(piece.bytes);
    }
    for (const line of text.split(/\r?\n/)) if (line !== "") this.#log(line);
    return text;
  }

  readonly #onAbort = (): void => {
    void this.#link.close();
  };

  #noAnswer(command: string, expected: string): LinkError {
    const { name } = this.#link;
    return new LinkError(
      "TP-LINK-030",
      {
        what: `${name} does not answer "${command}" as a device under test does`,
        why: `no ${expected} came in time`,
        fix: "check that the board runs the program mlperf_tiny and that nobody else has its port",
      },
      { name, command },
    );
  }
}

function refused(name: string, command: string, error: string): LinkError {
  const short = command.length > 40 ? `${command.slice(0, 40)}...` : command;
  return new LinkError(
    "TP-LINK-031",
    {
      what: `${name} refuses "${short}"`,
      why: `it says: ${error}`,
      fix: "check that the input's size is the model's: pioneer inspect MODEL",
    },
    { name, command, error },
  );
}
