/**
 * Writes the environments of the boards with a framework into firmware/platformio.ini.
 *   npm run platformio
 * What stands in them is left to platformio/environments.ts; a unit test tells when the file is stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { listBoards } from "../codegen/index.ts";
import { withFrameworkEnvironments } from "./platformio/environments.ts";

const FILE = new URL("../firmware/platformio.ini", import.meta.url);

const text = readFileSync(FILE, "utf8");
const written = withFrameworkEnvironments(text, listBoards());
if (written !== text) writeFileSync(FILE, written);
process.stderr.write(`firmware/platformio.ini ${written === text ? "unchanged" : "written"}\n`);
