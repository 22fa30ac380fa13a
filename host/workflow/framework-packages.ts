/**
 * Decides before a build with a framework whether PlatformIO has what it takes or can fetch it, so that a computer without
 * a network is told so at once: PlatformIO itself would try for a minute.
 * Fetching and building are left to PlatformIO, which packages a board needs to its platform.
 */
import { join } from "node:path";
import { MissingToolError } from "../../codegen/index.ts";
import { PROJECT_DIR } from "./paths.ts";
import { runProcess } from "./process.ts";

/** For a Python that does not end [ms]; the script itself asks for 2 s, and starts within one. */
const LIMIT_MS = 30_000;

export interface PackagesRequest {
  readonly board: string;
  /** Emulated board that runs the same C, for the way out. */
  readonly emulatedBy: string;
  /** Folder of platformio.ini. */
  readonly project: string;
  readonly environment: string;
  /** What else than the program is made: "upload" needs the board's loader. */
  readonly target?: "upload" | undefined;
  /** PlatformIO's settings (build.ts). */
  readonly env: Readonly<Record<string, string>>;
  readonly python: string;
  /** Asked in place of PlatformIO's registry, for tests. */
  readonly registries?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Packages that are missing, and hosts that would give them and are silent. */
interface Answer {
  readonly missing: readonly string[];
  readonly silent: readonly string[];
}

/**
 * The packages that PlatformIO will fetch first; empty when all are there.
 * @throws MissingToolError TP-NEED-005 when some are missing and cannot be fetched
 */
export async function requirePackages(request: PackagesRequest): Promise<readonly string[]> {
  const { missing, silent } = await ask(request);
  if (missing.length > 0 && silent.length > 0) throw offline(request, missing, silent);
  return missing;
}

/** What Core does not tell is left to the build, which says why it fails. */
const UNKNOWN: Answer = { missing: [], silent: [] };

async function ask(request: PackagesRequest): Promise<Answer> {
  const { project, environment, target = "", registries = [], env, python } = request;
  const script = join(PROJECT_DIR, "scripts", "setup", "framework_packages.py");
  const limit = AbortSignal.timeout(LIMIT_MS);
  const signal = AbortSignal.any([limit, ...(request.signal ? [request.signal] : [])]);
  try {
    const { code, stdout } = await runProcess(
      python,
      [script, project, environment, target, ...registries],
      { env, signal, install: "npm run setup" },
    );
    return code === 0 ? (JSON.parse(stdout) as Answer) : UNKNOWN;
  } catch (error) {
    if (!limit.aborted || request.signal?.aborted) throw error;
    return UNKNOWN;
  }
}

function offline(
  { board, emulatedBy }: PackagesRequest,
  missing: readonly string[],
  silent: readonly string[],
): MissingToolError {
  const [first] = missing;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  return new MissingToolError(
    "TP-NEED-005",
    {
      what: `${board} cannot be linked offline: PlatformIO lacks ${first}${more}, and ${silent.join(" and ")} ${silent.length > 1 ? "do" : "does"} not answer`,
      why: "PlatformIO fetches a board's platform, compiler and framework once, before its first build",
      fix: `connect to the internet and type it again; --board ${emulatedBy} --as ${board} runs the same C here`,
    },
    { board, missing, silent },
  );
}
