/**
 * What PlatformIO lacks for a board with a framework is found without fetching it, and a computer without a network is told
 * so at once. PlatformIO's own program is never started here; the registry is a server of this test's.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadBoard } from "../../codegen/index.ts";
import { sizesInLog } from "../../host/workflow/build.ts";
import { bareBoards, firmwareEnvironment } from "../../host/workflow/firmware-environment.ts";
import { requirePackages } from "../../host/workflow/framework-packages.ts";
import { PROJECT_DIR } from "../../host/workflow/paths.ts";

const PYTHON = join(PROJECT_DIR, ".venv/bin/python");

let folder = "";
let registry: Server;
let answering = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pioneer-packages-"));
  registry = createServer((request, response) => {
    if (request.url !== "/silent") response.end("{}");
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  answering = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
});
afterAll(() => {
  registry.closeAllConnections();
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A project of one environment, and a core folder in which `packages` of its platform are installed. */
function project(name: string, installed: readonly string[] | null) {
  const own = join(folder, name);
  const core = join(own, "core");
  const place = (kind: string, packageName: string, files: Record<string, unknown>) => {
    const path = join(core, kind, packageName);
    mkdirSync(path, { recursive: true });
    const type = kind === "platforms" ? "platform" : "tool";
    const version = packageName === "tool-scons" ? "4.41101.0" : "1.2.3";
    const spec = {
      ...{ owner: "platformio", id: null, name: packageName, requirements: null, uri: null },
    };
    const meta = { type, name: packageName, version, spec };
    for (const [file, value] of Object.entries({ ".piopm": meta, ...files })) {
      writeFileSync(join(path, file), JSON.stringify(value));
    }
  };
  mkdirSync(own, { recursive: true });
  const settings = ["[env:desk]", "platform = toyplatform@1.2.3", "board = toy"];
  writeFileSync(join(own, "platformio.ini"), `${settings.join("\n")}\n`);
  if (installed !== null) {
    const needed = { version: "1.2.3", owner: "platformio" };
    place("platforms", "toyplatform", {
      "platform.json": {
        ...{ name: "toyplatform", version: "1.2.3", title: "Toy", description: "a stand-in" },
        packages: {
          "toolchain-toy": needed,
          "framework-toy": needed,
          "tool-debugger": { ...needed, optional: true },
        },
      },
    });
    for (const packageName of installed) {
      place("packages", packageName, { "package.json": { name: packageName, version: "1.2.3" } });
    }
  }
  return { own, core };
}

function ask(name: string, installed: readonly string[] | null, registryUrl: string) {
  const { own, core } = project(name, installed);
  return requirePackages({
    ...{ board: "esp32dev", emulatedBy: "qemu-xtensa-mac16", project: own, environment: "desk" },
    ...{ python: PYTHON, registries: [registryUrl] },
    env: { PLATFORMIO_CORE_DIR: core, PLATFORMIO_SETTING_ENABLE_TELEMETRY: "no" },
  });
}

describe.skipIf(!existsSync(PYTHON))("what PlatformIO lacks", { timeout: 30_000 }, () => {
  // Port 9 (discard) takes no connection; the other server takes one and says nothing.
  test.each([
    ["refuses", () => "http://127.0.0.1:9/"],
    ["is silent", () => `${answering}/silent`],
  ])("is an error where the registry %s", async (how, url) => {
    const failed = ask(`offline ${how}`, null, url());
    await expect(failed).rejects.toMatchObject({
      code: "TP-NEED-005",
      exitStatus: 3,
      text: {
        what: expect.stringMatching(/^esp32dev cannot be linked offline: .*toyplatform@1\.2\.3/),
        fix: expect.stringContaining("--board qemu-xtensa-mac16 --as esp32dev"),
      },
    });
  });

  test("is told where the registry answers, and then PlatformIO fetches it", async () => {
    expect(await ask("online", null, answering)).toEqual(["toyplatform@1.2.3"]);
  });

  test("is each package that the platform needs and has not", async () => {
    const some = ["framework-toy", "tool-scons"];
    expect(await ask("some", some, answering)).toEqual(["toolchain-toy"]);
    await expect(ask("some offline", ["framework-toy"], "http://127.0.0.1:9/")).rejects.toThrow(
      "lacks toolchain-toy and 1 more",
    );
  });

  test("is nothing where all is there: then no network is asked for", async () => {
    const all = ["toolchain-toy", "framework-toy", "tool-scons"];
    expect(await ask("all", all, "http://127.0.0.1:9/")).toEqual([]);
  });
});

describe("the environment of a board", () => {
  test("is the one without a framework where there is one, unless the other is asked for", () => {
    expect([...bareBoards()].sort()).toEqual(["nrf52840-dk", "nucleo-f446re", "rpipico"]);
    const nucleo = loadBoard("nucleo-f446re");
    expect(firmwareEnvironment(nucleo)).toEqual({ name: "bare-nucleo-f446re", platform: null });
    expect(firmwareEnvironment(nucleo, true)).toEqual({
      name: "nucleo-f446re",
      platform: "ststm32@19.6.0",
    });
    expect(firmwareEnvironment(loadBoard("esp32dev")).name).toBe("esp32dev");
    expect(firmwareEnvironment(loadBoard("qemu-m4"), true)).toEqual({
      name: "qemu-m4",
      platform: null,
    });
    expect(() => firmwareEnvironment(loadBoard("alif-ensemble-e7"))).toThrow("TP-USE-136");
  });
});

test("a framework's sizes are PlatformIO's own", () => {
  // As PlatformIO Core prints them (docs.platformio.org, "Quick Start" of PlatformIO Core).
  const log = `Checking size .pio/build/uno/firmware.elf
RAM:   [          ]   0.4% (used 9 bytes from 2048 bytes)
Flash: [          ]   2.9% (used 928 bytes from 32256 bytes)
`;
  expect(sizesInLog(log)).toEqual({ flashBytes: 928, ramBytes: 9 });
  expect(sizesInLog("linked\n")).toBeNull();
});
