/**
 * Decides how a run can end, and puts each bad end into what, why and fix.
 * Finding out how it ended is left to session.ts, naming the function that faulted to the caller.
 */
import { LinkError } from "../../codegen/index.ts";
import type { DeviceRun } from "../decode/device-run.ts";
import type { LinkTotals } from "../decode/frames.ts";
import type { FaultRecord } from "../decode/records.gen.ts";
import { FAULT_CAUSES, hexWord } from "./causes.ts";
import { lastWords } from "./last-words.ts";
import type { LinkEnd } from "./source.ts";

/** Why a conversation stopped. */
export type Ending =
  /** Every frame came back and the device said goodbye. */
  | { readonly state: "completed" }
  /** The device said nothing for too long. */
  | { readonly state: "timeout"; readonly waitingFor: string; readonly waitedMs: number }
  /** The device reported a fault, or the emulator behind the link died. */
  | { readonly state: "crashed"; readonly fault?: FaultRecord; readonly end?: LinkEnd }
  /** The run went to its end, but frames are missing. */
  | {
      readonly state: "lost";
      readonly missingCount: number;
      /** The first so many of them. */
      readonly missingFrames: readonly number[];
    }
  /** The device began anew in the middle, and what it had computed with is gone. */
  | { readonly state: "restarted"; readonly outputs: number }
  /** The link went away under a device that had not crashed. */
  | { readonly state: "disconnected"; readonly why: string };

export type RunResult = Ending & {
  readonly run: DeviceRun;
  readonly totals: LinkTotals;
};

const MEMORY_FAULT = 4;
const STACK_FAULT = 7;

/** Names the function of the firmware at an address, where its symbols are at hand. */
export type NameFunction = (address: number) => string | undefined;

/** The error of a run that did not complete; undefined when it did. */
export function explainEnding(
  result: RunResult,
  nameFunction: NameFunction = () => undefined,
): LinkError | undefined {
  switch (result.state) {
    case "completed":
      return undefined;
    case "timeout":
      return explainTimeout(result.waitingFor, result.waitedMs, result);
    case "crashed":
      return result.fault ? faultError(result.fault, nameFunction) : explainExit(result.end);
    case "lost":
      return new LinkError(
        "TP-LINK-008",
        {
          what: `${result.missingCount} frames have no output, the first is ${result.missingFrames[0]}`,
          why: `${result.totals.lostRecords} records were lost and ${result.totals.discardedBytes} bytes discarded on the way to the host; the device met ${result.run.summary?.badFrames ?? 0} bad frames`,
          fix: "a shorter cable, a lower baud rate or another port, then run again",
        },
        { missingCount: result.missingCount, missingFrames: result.missingFrames },
      );
    case "restarted":
      return explainRestart(result.outputs, result.run.messages);
    case "disconnected":
      return new LinkError("TP-LINK-009", {
        what: `the link went away after ${result.run.outputs.length} outputs`,
        why: result.why,
        fix: "plug the board in again, see it with: pioneer ports, then run again",
      });
  }
}

function explainRestart(outputs: number, messages: readonly string[]): LinkError {
  const lines = messages
    .flatMap((text) => text.split(/[\r\n]+/))
    .filter((line) => line.trim() !== "");
  const said = lines.findLast((line) => /rst:0x|brownout|panic|watchdog|wdt|reset/i.test(line));
  return new LinkError(
    "TP-LINK-012",
    {
      what: `the device restarted after ${outputs} outputs`,
      why: said
        ? `it said: ${said.trim().slice(0, 120)}`
        : "its clock began anew, and it did not say why",
      fix: "give it a stronger supply or a shorter cable; a watchdog or a fault shows itself in: pioneer monitor",
    },
    { outputs },
  );
}

function explainTimeout(waitingFor: string, waitedMs: number, result: RunResult): LinkError {
  const { bytes, discardedBytes, textBytes } = result.totals;
  const unread = discardedBytes + textBytes;
  return new LinkError(
    "TP-LINK-003",
    {
      what: `no ${waitingFor} within ${waitedMs / 1000} s`,
      why:
        bytes === 0
          ? "not one byte arrived"
          : `${bytes} bytes arrived, ${unread} of them no records`,
      fix:
        unread > 0
          ? "check the baud rate, and that the firmware is this project's: pioneer build"
          : "check the port and that the board runs this project's firmware: pioneer build",
    },
    { waitingFor, waitedMs, bytes, discardedBytes, textBytes },
  );
}

/** What a Fault record says, its functions named where their names are known. */
export function faultError(fault: FaultRecord, nameFunction: NameFunction): LinkError {
  const place = (address: number) => {
    const name = nameFunction(address);
    return name === undefined ? hexWord(address) : `${name} (${hexWord(address)})`;
  };
  // Firmware of before cause 7 told a full stack as a memory fault without an address.
  if (fault.cause === STACK_FAULT || (fault.cause === MEMORY_FAULT && fault.pc === 0)) {
    return stackOverflow(fault, place);
  }
  return new LinkError(
    "TP-LINK-006",
    {
      what: `the device met ${FAULT_CAUSES[fault.cause] ?? FAULT_CAUSES[0]} at ${place(fault.pc)}`,
      why: `called from ${place(fault.lr)}, status ${hexWord(fault.status)}, address ${hexWord(fault.address)}`,
      fix: "look the address up in firmware.map, or debug the firmware there",
    },
    { fault, function: nameFunction(fault.pc) },
  );
}

function stackOverflow(fault: FaultRecord, place: (address: number) => string): LinkError {
  const { pc, lr, address } = fault;
  const where =
    pc !== 0
      ? ` in ${place(pc)}`
      : lr !== 0
        ? `; the last return address on it is in ${place(lr)}`
        : "; the core could not save where it was";
  const limit = address === 0 ? "" : ` at ${hexWord(address)}`;
  return new LinkError(
    "TP-LINK-006",
    {
      what: `the device's stack overflowed${where}`,
      why: `${pc !== 0 && lr !== 0 ? `called from ${place(lr)}; ` : ""}an access met the stack's limit or the guard below it${limit}`,
      fix: "use less stack, or give it more: STACK_BYTES in the board's linker script",
    },
    { fault },
  );
}

function explainExit(end: LinkEnd | undefined): LinkError {
  const exited = end?.state === "exited" ? end : undefined;
  const how = exited?.signal ? `by ${exited.signal}` : `with status ${exited?.status ?? "unknown"}`;
  return new LinkError(
    "TP-LINK-007",
    {
      what: `the emulator left ${how} before the run was over`,
      why: lastWords(exited?.output ?? "") ?? "it gave no reason",
      fix: "build the firmware again for this board: pioneer build; check the emulator: pioneer doctor",
    },
    { ...exited },
  );
}
