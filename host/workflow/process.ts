/**
 * Runs one program to its end, with bounded output and a way to stop it.
 * What the exit status means is left to the caller.
 */
import { spawn } from "node:child_process";
import { MissingToolError } from "../../codegen/index.ts";

/** Output kept of each stream [byte]; the tail wins, because errors come last. */
const KEPT_BYTES = 4 << 20;

export interface Finished {
  /** Exit status, or null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** What it reads; nothing where this is not given. */
  readonly input?: string;
  /** How to get the program, for the error when it is not there. */
  readonly install: string;
}

/** Ends with the program; throws MissingToolError (TP-NEED-002) where it cannot be found. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.signal ? { signal: options.signal } : {}),
    });
    // A program that ends without reading has nothing to say about it here.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    const stdout = keepTail(child.stdout);
    const stderr = keepTail(child.stderr);
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? missing(command, options.install) : error);
    });
    child.on("close", (code) => resolve({ code, stdout: stdout(), stderr: stderr() }));
  });
}

function keepTail(stream: NodeJS.ReadableStream): () => string {
  let chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > 2 * KEPT_BYTES) {
      const tail = Buffer.concat(chunks).subarray(-KEPT_BYTES);
      chunks = [tail];
      bytes = tail.length;
    }
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function missing(command: string, install: string): MissingToolError {
  return new MissingToolError(
    "TP-NEED-002",
    {
      what: `${command} is not installed`,
      why: "this step runs it",
      fix: install,
    },
    { command },
  );
}
