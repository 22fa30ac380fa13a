#!/usr/bin/env node
// Starts the command line from its TypeScript source; says what to do where the packages are not installed yet.
// onnxruntime must not report to its maker: the program works offline and keeps what it sees to itself.
process.env.ORT_DISABLE_TELEMETRY ??= "1";

try {
  const { register } = await import("tsx/esm/api");
  register();
} catch (error) {
  if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
  process.stderr.write(
    "pioneer: the project's packages are not installed [TP-NEED-001]\n" +
      "  why: node_modules has no tsx, which runs the TypeScript source\n" +
      "  fix: npm run setup\n",
  );
  process.exit(3);
}
// A reader that has seen enough (head, less) closes the pipe: that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    process.stderr.write(`pioneer: the output cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}
const { main } = await import("./cli.ts");
process.exitCode = await main(process.argv.slice(2));
