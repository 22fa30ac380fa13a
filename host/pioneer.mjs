#!/usr/bin/env node
// Starts the command line from its TypeScript source; says what to do where the packages are not installed yet.
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
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode ?? 0);
  });
}
const { main } = await import("./cli.ts");
process.exitCode = await main(process.argv.slice(2));
