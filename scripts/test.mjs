/**
 * Runs every check of the project and ends with one line: N passed, N failed, N skipped.
 *   npm test                     lint, types, generated files, the training's own tests, all levels of vitest
 *   npm test -- test/unit/board  only vitest, with these arguments
 * What each level proves is left to the tests; the last line is also written to .pioneer/test-result.txt for .ci/run.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT_DIR = fileURLToPath(new URL("..", import.meta.url));
const WORK_DIR = join(PROJECT_DIR, ".pioneer");
const RESULT = join(WORK_DIR, "test-result.txt");
const VITEST_RESULT = join(WORK_DIR, "vitest-result.json");

const inModules = (...path) => join(PROJECT_DIR, "node_modules", ...path);
const fromRoot = (...path) => join(PROJECT_DIR, ...path);

/** Checks that count as one test each; `skip` gives the reason why one cannot run here. */
const CHECKS = [
  {
    title: "format and lint",
    program: inModules("@biomejs/biome/bin/biome"),
    args: ["check", "."],
  },
  {
    title: "import directions",
    program: inModules("dependency-cruiser/bin/dependency-cruise.mjs"),
    args: ["codegen", "host", "test", "scripts", "--config", ".dependency-cruiser.mjs"],
  },
  { title: "types", program: inModules("typescript/bin/tsc"), args: ["--noEmit"] },
  {
    title: "generated records are current",
    program: inModules("tsx/dist/cli.mjs"),
    args: ["scripts/generate-records.ts", "--check"],
  },
];

/** The training's tests, in the environment that `npm run train` makes. */
const TRAINING = {
  title: "training",
  python: fromRoot("training", ".venv", "bin", "python"),
  folder: fromRoot("training"),
};

function main(vitestArgs) {
  mkdirSync(WORK_DIR, { recursive: true });
  rmSync(RESULT, { force: true });
  const everything = vitestArgs.length === 0;
  const outcomes = everything ? [...CHECKS.map(runCheck), runTraining()] : [];
  outcomes.push(runVitest(vitestArgs));
  const total = (field) => outcomes.reduce((sum, outcome) => sum + outcome[field], 0);
  for (const { title } of outcomes.filter(({ failed }) => failed > 0)) say(`failed: ${title}`);
  const skipped = total("skipped");
  const line = `${total("passed")} passed, ${total("failed")} failed${skipped ? `, ${skipped} skipped` : ""}`;
  writeFileSync(RESULT, `${line}\n`);
  console.log(line);
  return total("failed") > 0 ? 1 : 0;
}

function runCheck({ title, program, args }) {
  const ok = step(title, process.execPath, [program, ...args]);
  return { title, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

function runTraining() {
  const { title, python, folder } = TRAINING;
  if (!existsSync(python)) {
    say(`\n== ${title}: skipped, its environment is made by npm run train`);
    return { title, passed: 0, failed: 0, skipped: 1 };
  }
  const ok = step(
    title,
    python,
    ["-m", "unittest", "--quiet", "test_frontend", "test_start", "test_unfinished"],
    folder,
  );
  return { title, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

function runVitest(args) {
  const title = "vitest";
  rmSync(VITEST_RESULT, { force: true });
  const ok = step(title, process.execPath, [
    inModules("vitest/vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${VITEST_RESULT}`,
    ...args,
  ]);
  return { title, ...countVitest(ok) };
}

/** A file that could not be loaded has no tests to count: it is one failure, as is a run that failed in any other way. */
function countVitest(ok) {
  if (!existsSync(VITEST_RESULT)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(VITEST_RESULT, "utf8"));
  const broken = result.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((t) => t.status === "failed"),
  );
  const failed = result.numFailedTests + broken.length;
  return {
    passed: result.numPassedTests,
    failed: ok ? failed : Math.max(1, failed),
    skipped: result.numPendingTests + (result.numTodoTests ?? 0),
  };
}

/** Runs one program with its output shown; true when it ended with 0. Ctrl-C ends the whole run. */
function step(title, program, args, cwd = PROJECT_DIR) {
  say(`\n== ${title}`);
  const started = process.hrtime.bigint();
  const { status, signal } = spawnSync(program, args, {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (signal === "SIGINT" || signal === "SIGTERM") process.exit(130);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  say(`== ${title}: ${status === 0 ? "passed" : "FAILED"} in ${seconds.toFixed(1)} s`);
  return status === 0;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

process.exitCode = main(process.argv.slice(2));
