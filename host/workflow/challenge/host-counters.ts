/**
 * Decides which hardware counters of this computer can be had, and says why where they cannot.
 * What runs under them is the caller's.
 */
import { MissingToolError } from "../../../codegen/index.ts";
import type { HostCounter } from "../../analyze/challenge/document.ts";
import { derive, measured } from "../../analyze/quantity.ts";
import { runProcess } from "../process.ts";

/** Events of user space; their names are perf's own. */
const EVENTS = ["instructions", "cycles", "cache-references", "cache-misses", "branch-misses"];

/** One entry an event, and IPC and the miss rate where their parts are there. */
export async function readHostCounters(
  command: readonly string[],
  source: string,
  signal: AbortSignal,
): Promise<readonly HostCounter[]> {
  const events = EVENTS.map((event) => `${event}:u`).join(",");
  try {
    const { stderr } = await runProcess(
      "perf",
      ["stat", "-x", ",", "-e", events, "--", ...command],
      {
        env: { LC_ALL: "C" },
        install: "perf",
        signal,
      },
    );
    return parsePerf(stderr, source);
  } catch (error) {
    if (!(error instanceof MissingToolError)) throw error;
    return absent("perf is not installed (Debian: sudo apt install linux-perf)");
  }
}

/** `VALUE,UNIT,EVENT,...` lines of perf stat -x; a value in <> says that there is none. */
export function parsePerf(text: string, source: string): readonly HostCounter[] {
  const fields = text.split("\n").map((line) => line.split(","));
  const counters = EVENTS.map((name): HostCounter => {
    const found = fields.find(([, , event]) => event?.replace(/:u$/, "") === name);
    const value = found?.[0] ?? "";
    if (/^\d+$/.test(value)) return { name, value: measured(Number(value), "1", source) };
    return { name, value: null, why: whyNot(value, text) };
  });
  return [...counters, ...ratios(counters)];
}

function ratios(counters: readonly HostCounter[]): readonly HostCounter[] {
  const ratio = (name: string, unit: string, above: string, below: string): HostCounter[] => {
    const [a, b] = [above, below].map((part) => counters.find((c) => c.name === part)?.value);
    if (!a || !b || b.value === 0) return [];
    return [{ name, value: derive(a.value / b.value, unit, `${above} / ${below}`, [a, b]) }];
  };
  return [
    ...ratio("instructions a cycle", "instruction/cycle", "instructions", "cycles"),
    ...ratio("cache miss rate", "1", "cache-misses", "cache-references"),
  ];
}

function whyNot(value: string, text: string): string {
  if (value === "<not supported>") {
    return "this processor, or the virtual machine around it, gives no such counter";
  }
  if (value === "<not counted>") return "the counter was never free";
  const refused = /perf_event_paranoid|permission|not permitted/i.test(text);
  return refused
    ? "the kernel does not allow it: sudo sysctl kernel.perf_event_paranoid=2"
    : "perf did not report it";
}

function absent(why: string): readonly HostCounter[] {
  return EVENTS.map((name) => ({ name, value: null, why }));
}
