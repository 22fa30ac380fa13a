/** Runs a program to its end and gives what it wrote; a failure says what it complained about. */
import { spawn } from "node:child_process";

/** @throws Error when the program cannot be started or ends with another status than 0 */
export function execute(
  program: string,
  args: readonly string[],
  options: { readonly input?: Uint8Array; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...options.env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
    // One that ends early closes its input; its status tells why.
    child.stdin.on("error", () => {});
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) resolve(Buffer.concat(out));
      else reject(new Error(`${program} ended with ${status ?? signal}: ${Buffer.concat(err)}`));
    });
    child.stdin.end(options.input);
  });
}
