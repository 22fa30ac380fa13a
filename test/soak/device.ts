/**
 * Builds the hearable for one emulated board and starts it without counting, which would take most of an hour's time.
 * What is said to it is left to soak.ts.
 */
import { readFileSync } from "node:fs";
import { createQemuLink } from "../../host/link/qemu.ts";
import type { Link } from "../../host/link/source.ts";
import { buildFirmware } from "../../host/workflow/build.ts";
import { emulatorArguments, requireEmulated } from "../../host/workflow/device.ts";
import { type Prepared, prepare, writePrepared } from "../../host/workflow/generate.ts";
import { virtualTime } from "../../host/workflow/virtual-time.ts";

export interface SoakDevice {
  readonly prepared: Prepared;
  /** Starts it anew each time. */
  readonly link: () => Link;
  /** What keeps its clock. */
  readonly clock: string;
}

export async function soakDevice(board: string, as: string): Promise<SoakDevice> {
  const prepared = prepare("hearable", { board, as, withFrontEnd: true });
  const emulated = requireEmulated(prepared.board);
  const { elf } = await buildFirmware({
    board,
    app: "hearable",
    modelDir: writePrepared(prepared),
    key: prepared.folder,
  });
  const { args, source } = virtualTime(prepared);
  const { machine, program } = emulated.emulator;
  const link = () =>
    createQemuLink({
      machine,
      command: program,
      args: [...emulatorArguments(emulated, elf), ...args],
    });
  return { prepared, link, clock: source };
}

/** Resident bytes of this program's one child, by Linux's own files; null elsewhere. */
export function childBytes(): number | null {
  try {
    const { pid } = process;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    const sizes = children.map((child) => {
      const status = readFileSync(`/proc/${child}/status`, "utf8");
      return /^Name:\tqemu/m.test(status) ? Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) : 0;
    });
    const kilobytes = Math.max(...sizes);
    return kilobytes > 0 ? kilobytes * 1024 : null;
  } catch {
    return null;
  }
}
