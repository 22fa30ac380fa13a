/**
 * Stands in for an emulator: connects the socket named by `-serial` to a simulated device.
 * Run as: link-emulator.ts MODE -serial unix:PATH,server=on,wait=on
 */
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { SimulatedDevice } from "./link-device.ts";

const mode = process.argv[2];
const path = /^unix:(.*),server=on,wait=on$/.exec(process.argv.at(-1) ?? "")?.[1];

if (mode === "refuse" || !path) {
  console.error("loading plugin\nunsupported machine type");
  process.exit(1);
}

writeFileSync(join(dirname(path), "pid"), String(process.pid));
const server = createServer((socket) => {
  const silent = mode === "silent" || mode === "stays";
  new SimulatedDevice(socket, mode === "die" ? { stopAt: 3 } : { silent });
  if (mode === "die") {
    setTimeout(() => {
      console.error("qemu: fatal: lockup");
      process.exit(134);
    }, 300);
  }
  // As QEMU does, which does not mind that nobody listens.
  if (mode !== "stays") socket.on("close", () => server.close());
});
// As QEMU does, it takes a while until the socket is there.
setTimeout(() => server.listen(path), 50);
