/**
 * Fetches source that others published and that this project may not carry, from the package registry's own client.
 * Which packages is left to published.ts; nothing of them is ever committed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runProcess } from "../../host/workflow/process.ts";
import type { Package } from "./workload.ts";

const INSTALL = "sudo apt install cargo";

/**
 * The folder of a package's files under `folder`, fetched on first use.
 * @throws MissingToolError TP-NEED-002 without cargo; Error when the registry has another package by that name
 */
export async function packageFolder(wanted: Package, folder: string): Promise<string> {
  const place = resolve(folder, `${wanted.name}-${wanted.version}`);
  const found = join(place, "vendor", wanted.name);
  if (!existsSync(join(found, ".cargo-checksum.json"))) await fetchInto(place, wanted);
  const checksum = JSON.parse(readFileSync(join(found, ".cargo-checksum.json"), "utf8")) as {
    readonly package?: unknown;
  };
  if (checksum.package !== wanted.digest)
    throw new Error(`${wanted.name} ${wanted.version} has the digest ${String(checksum.package)}`);
  return found;
}

/** An empty crate that needs the package and nothing else: `cargo vendor` then checks and unpacks it. */
async function fetchInto(place: string, { name, version }: Package): Promise<void> {
  mkdirSync(place, { recursive: true });
  writeFileSync(
    join(place, "Cargo.toml"),
    `[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[lib]\npath = "empty.rs"\n` +
      `[dependencies]\n${name} = "=${version}"\n`,
  );
  writeFileSync(join(place, "empty.rs"), "");
  const { code, stderr } = await runProcess("cargo", ["vendor", "--quiet", "vendor"], {
    cwd: place,
    install: INSTALL,
  });
  if (code !== 0) throw new Error(`cargo does not fetch ${name} ${version}:\n${stderr}`);
}
