/**
 * action.yml and the workflow are what GitHub documents, name every emulated board, and their shell does what it says. What
 * GitHub's own steps do is left to GitHub; the whole path runs in .ci/run.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listBoards } from "../../codegen/index.ts";
import { targetsOf } from "../../host/workflow/gate/gate.ts";
import { parseYaml } from "./yaml-subset.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

interface Action {
  readonly inputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action = parseYaml(read("action.yml")) as unknown as Action;
const workflow = parseYaml(read(".github/workflows/ci.yml")) as unknown as {
  readonly jobs: Readonly<
    Record<string, { steps: readonly Step[]; strategy?: { matrix: { boards: string[] } } }>
  >;
};

const FILES = ["action.yml", ".github/workflows/ci.yml"];
const hasPyYaml = spawnSync("python3", ["-c", "import yaml"]).status === 0;

test.skipIf(!hasPyYaml).each(FILES)("%s means to PyYAML what it means here", (file) => {
  // BaseLoader keeps every scalar as its text; it reads an absent value as an empty one.
  const script =
    "import json, sys, yaml; print(json.dumps(yaml.load(open(sys.argv[1]), yaml.BaseLoader)))";
  const theirs = JSON.parse(
    execFileSync("python3", ["-c", script, join(ROOT, file)], { encoding: "utf8" }),
  );
  const ours = JSON.parse(JSON.stringify(parseYaml(read(file))).replaceAll(":null", ':""'));
  expect(ours).toEqual(theirs);
});

/** https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax, composite actions. */
describe("action.yml", () => {
  test("has what GitHub requires, and nothing that it does not know", () => {
    const known = ["name", "description", "author", "branding", "inputs", "outputs", "runs"];
    expect(known).toEqual(expect.arrayContaining(Object.keys(action)));
    for (const key of ["name", "description", "runs"]) expect(action).toHaveProperty(key);
    expect(action.runs.using).toBe("composite");
    for (const [name, input] of Object.entries(action.inputs)) {
      expect(name).toMatch(/^[a-z_][a-z0-9_-]*$/);
      expect(Object.keys(input).sort()).toEqual(["default", "description", "required"]);
    }
    for (const output of Object.values(action.outputs)) {
      expect(Object.keys(output).sort()).toEqual(["description", "value"]);
    }
  });

  test("has steps that either use or run, with a shell where they run", () => {
    const known = ["name", "id", "if", "uses", "with", "run", "shell", "env", "working-directory"];
    for (const step of action.runs.steps) {
      expect(known).toEqual(expect.arrayContaining(Object.keys(step)));
      expect((step.uses === undefined) !== (step.run === undefined), step.name).toBe(true);
      if (step.run !== undefined) expect(step.shell).toBe("bash");
      if (step.uses !== undefined) expect(step.uses).toMatch(/^actions\/[\w-]+@v\d+$/);
    }
  });

  test("uses every input, and no input inside its shell", () => {
    const text = read("action.yml");
    for (const name of Object.keys(action.inputs)) {
      expect(text, name).toContain(`\${{ inputs.${name} }}`);
    }
    // An expression in a script is put there before the shell reads it: anybody's words would run.
    for (const { run = "" } of action.runs.steps) expect(run).not.toContain("${{");
  });
});

describe("the shell of action.yml", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pioneer-action-"));
    mkdirSync(join(folder, ".ci"));
    mkdirSync(join(folder, "scripts/setup"), { recursive: true });
    for (const file of ["package-lock.json", "scripts/setup/requirements.txt"]) {
      writeFileSync(join(folder, file), read(file));
    }
    writeFileSync(join(folder, ".ci/emulated"), 'printf "%s\\n" "$@" > "$HEARD"\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** As GitHub runs `shell: bash`; gives what the step wrote into GITHUB_OUTPUT, and the words it called with. */
  function run(name: string, inputs: Readonly<Record<string, string>> = {}) {
    const step = action.runs.steps.find((one) => one.name === name);
    const given = (expression: string) => {
      const [, input = ""] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression) ?? [];
      return inputs[input] ?? action.inputs[input]?.default ?? "";
    };
    const env = Object.fromEntries(
      Object.entries(step?.env ?? {}).map(([key, expression]) => [key, given(expression)]),
    );
    const output = join(folder, "output");
    const heard = join(folder, "heard");
    const script = join(folder, "step.sh");
    writeFileSync(output, "");
    writeFileSync(heard, "");
    writeFileSync(script, step?.run ?? "");
    const finished = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
      cwd: folder,
      encoding: "utf8",
      env: {
        ...{ PATH: process.env.PATH, GITHUB_ACTION_PATH: folder },
        ...{ GITHUB_OUTPUT: output, HEARD: heard, ...env },
      },
    });
    expect(finished.status, finished.stderr).toBe(0);
    return {
      output: readFileSync(output, "utf8"),
      words: readFileSync(heard, "utf8").split("\n").slice(0, -1),
    };
  }

  test("names the tools by their locks, and caches them where the shell sees them", () => {
    const [key, ...folders] = run("Name the tools").output.trimEnd().split("\n");
    expect(key).toMatch(/^key=[0-9a-f]{16}$/);
    expect(folders).toEqual([
      `node_modules=${folder}/node_modules`,
      `venv=${folder}/.venv`,
      `platformio=${folder}/.pioneer/platformio`,
    ]);
    // In a job's container github.action_path is a path of the host.
    expect(read("action.yml")).not.toContain("${{ github.action_path");
    const cached = action.runs.steps.find(({ uses }) => uses?.startsWith("actions/cache@"));
    const names = folders.map((line) => line.split("=")[0]);
    expect(cached?.with?.path?.trimEnd().split("\n")).toEqual(
      names.map((name) => `\${{ steps.tools.outputs.${name} }}`),
    );
  });

  test("passes on what is given, and nothing for what is empty", () => {
    const { words, output } = run("Gate");
    expect(words).toEqual(["hearable", "--out", "out/gate", "--tolerance", "0"]);
    expect(output).toBe("folder=out/gate\n");
    const all = {
      ...{ model: "my model.onnx", boards: "qemu-m4:nrf52840-dk,qemu-m0", frames: "5" },
      ...{ format: "int16x8", "budget-ms": "10", "budget-mw": "1", baseline: "before now" },
      ...{ "allow-missing-baseline": "true", tolerance: "0.5", out: "here; touch broken" },
    };
    expect(run("Gate", all).words).toEqual([
      ...["my model.onnx", "--out", "here; touch broken", "--tolerance", "0.5"],
      ...["--boards", "qemu-m4:nrf52840-dk,qemu-m0", "--frames", "5", "--format", "int16x8"],
      ...["--budget-ms", "10", "--budget-mw", "1", "--baseline", "before now"],
      "--allow-missing-baseline",
    ]);
  });
});

describe("the workflow", () => {
  const emulated = workflow.jobs.emulated;

  test("runs every emulated board, some as the real ones that they stand for", () => {
    const targets = (emulated?.strategy?.matrix.boards ?? []).flatMap((word) => targetsOf(word));
    const all = listBoards().filter(({ kind }) => kind === "emulated");
    expect(targets.map(({ board }) => board).sort()).toEqual(all.map(({ id }) => id).sort());
    for (const { board, as } of targets) {
      const own = all.find(({ id }) => id === board);
      if (own?.kind === "emulated" && as !== null) expect(own.standsFor).toContain(as);
    }
  });

  test("gives the action inputs that it has, and pins what it uses", () => {
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
    const own = steps.filter(({ uses }) => uses === "./");
    expect(own).toHaveLength(1);
    for (const name of Object.keys(own[0]?.with ?? {})) expect(action.inputs).toHaveProperty(name);
    for (const { uses } of steps) {
      if (uses !== undefined && uses !== "./") expect(uses).toMatch(/^actions\/[\w/-]+@v\d+$/);
    }
    expect(steps.map(({ run }) => run)).toContain("bash .ci/run");
  });
});

test("a gate takes emulated boards once each", () => {
  expect(targetsOf("qemu-m4:nrf52840-dk, qemu-m0")).toEqual([
    { board: "qemu-m4", as: "nrf52840-dk" },
    { board: "qemu-m0", as: null },
  ]);
  expect(targetsOf(undefined).map(({ board }) => board)).toContain("rp2040js");
  for (const words of ["nrf52840-dk", "qemu-m4:", "", "qemu-m0,qemu-m0"]) {
    expect(() => targetsOf(words), words).toThrow("TP-USE-473");
  }
  expect(() => targetsOf("qemu-m5")).toThrow("TP-USE-101");
});
