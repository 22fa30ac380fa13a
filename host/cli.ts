/**
 * The command line: how one is run, stopped by Ctrl-C, and how its errors reach the terminal.
 * Which verbs there are is left to commands/, what a verb does to workflow/, how results look to report/.
 */
import { CommanderError } from "commander";
import { ToolkitError, UsageError } from "../codegen/index.ts";
import { buildProgram } from "./commands/program.ts";
import { errorDocument, errorText } from "./report/errors.ts";

/** Runs one command line and gives its exit status; never throws for what a user can cause. */
export async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController();
  let interruptStatus = 130;
  const interrupted = new Promise<number>((resolve) => {
    const stop = (status: number) => () => {
      interruptStatus = status;
      abort.abort(new Interrupted());
      // A verb that does not end soon by itself is left behind.
      setTimeout(() => resolve(status), 3000).unref();
    };
    // Not once: links ask whether somebody handles the signal before they end the process themselves.
    process.on("SIGINT", stop(130));
    process.on("SIGTERM", stop(143));
  });
  let status = 0;
  const typed = argv.length === 0 ? ["--help"] : argv;
  const program = buildProgram(abort.signal, (result) => {
    status = result;
  });
  const work = program.parseAsync([...typed], { from: "user" }).then(
    () => status,
    (error: unknown) => (abort.signal.aborted ? interruptStatus : reportError(error, argv)),
  );
  return Promise.race([work, interrupted]);
}

/** Ctrl-C: the verb cleans up and ends without a result. */
class Interrupted extends Error {
  override readonly name = "AbortError";
}

function reportError(error: unknown, argv: readonly string[]): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    return reportError(wrongUse(error), argv);
  }
  const systemError = asFileError(error);
  if (systemError) return reportError(systemError, argv);
  if (!(error instanceof ToolkitError)) throw error;
  if (argv.includes("--json"))
    process.stdout.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`);
  else process.stderr.write(`${errorText(error, process.stderr.isTTY === true)}\n`);
  return error.exitStatus;
}

/** A file that cannot be read or written, wherever it was met; undefined for any other error. */
function asFileError(error: unknown): ToolkitError | undefined {
  if (!(error instanceof Error) || error instanceof ToolkitError) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || typeof syscall !== "string") return undefined;
  return new UsageError(
    "TP-USE-003",
    {
      what: `${path ?? "a file"} cannot be used`,
      why: `${syscall} failed: ${error.message.replaceAll(/\s+/g, " ")}`,
      fix: "name a file or folder that exists, is of the right kind and may be read or written",
    },
    { path, syscall, errno: code },
  );
}

function wrongUse(error: CommanderError): UsageError {
  return new UsageError("TP-USE-001", {
    what: error.message.replace(/^error: /, "").split("\n")[0] ?? "wrong use",
    why:
      error.message.split("\n")[1]?.replace(/^\((.*)\)$/, "$1") ??
      "the command line does not allow it",
    fix: "pioneer --help, or pioneer VERB --help",
  });
}
