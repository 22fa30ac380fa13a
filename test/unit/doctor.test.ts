import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diagnose, type SerialUser, serialPermission } from "../../host/workflow/doctor.ts";
import { atLeast } from "../../scripts/setup/inventory.mjs";

describe("diagnose", () => {
  it("looks at all that set-up provides, and gives a fix only where something is wrong", async () => {
    const { schema, rows, ready } = await diagnose();
    expect(schema).toBe(1);
    expect(rows.map(({ name }) => name)).toEqual([
      "node",
      "node packages",
      "python3 with venv",
      "qemu-system-arm",
      "arm-none-eabi-gcc",
      "newlib for arm-none-eabi",
      "C compiler of this computer",
      "qemu-system-riscv32",
      "riscv64-unknown-elf-gcc",
      "qemu-system-xtensa",
      "xtensa-lx106-elf-gcc",
      "chromium",
      "PlatformIO Core",
      "tool-scons",
      "serial ports",
      "serial permission",
    ]);
    for (const { name, status, fix } of rows) expect(fix === null, name).toBe(status === "ok");
    // The tests only start where set-up has found everything.
    expect(ready).toBe(true);
    expect(rows[0]?.version).toBe(process.versions.node);
    expect(rows.find(({ name }) => name === "PlatformIO Core")?.version).toBe("6.2.0");
  });
});

describe("serial permission", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "doctor-"));
    writeFileSync(join(folder, "group"), "root:x:0:\ndialout:x:20:ada\naudio:x:29:\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function permission(user: Partial<SerialUser>) {
    return serialPermission({
      platform: "linux",
      uid: 1000,
      groupIds: [1000],
      deviceFolder: folder,
      groupFile: join(folder, "group"),
      ...user,
    });
  }

  it("asks for the group that serial devices would get", () => {
    expect(permission({})).toMatchObject({
      status: "warning",
      fix: 'sudo usermod -aG dialout "$USER", then log in again',
    });
    expect(permission({ groupIds: [1000, 20] })).toMatchObject({ status: "ok", fix: null });
  });

  it("asks for the group of a device that is plugged in", () => {
    writeFileSync(join(folder, "ttyACM0"), "");
    const owner = statSync(join(folder, "ttyACM0")).gid;
    writeFileSync(join(folder, "group"), `dialout:x:20:\nplugdev:x:${owner}:\n`);
    expect(permission({ groupIds: [20, owner + 1] }).fix).toContain("-aG plugdev");
    expect(permission({ groupIds: [owner] }).status).toBe("ok");
  });

  it("has nothing to ask of root, of other systems, or where no such group exists", () => {
    expect(permission({ uid: 0 }).status).toBe("ok");
    expect(permission({ platform: "darwin" }).status).toBe("ok");
    expect(permission({ groupFile: join(folder, "none") }).status).toBe("ok");
  });
});

describe("versions", () => {
  it.each([
    ["7.2", "7.2", true],
    ["7.10", "7.2", true],
    ["6.9.9", "7.2", false],
    ["20.12.0", "20.12", true],
    ["20", "20.12", false],
    ["21", "20.12", true],
  ])("%s against %s", (version, minimum, expected) => {
    expect(atLeast(version, minimum)).toBe(expected);
  });
});
