/**
 * Stands in for an emulator: connects the socket named by `-serial` to a simulated device.
 * Run as: link-emulator.ts MODE -serial unix:PATH,server=on,wait=on
 */
import { createServer } from "node:net";
import { SimulatedDevice } from "./link-device.ts";

const mode = process.argv[2];
const path = /^unix:(.*),server=on,wait=on$/.exec(process.argv.at(-1) ?? "")?.[1];

if (mode === "refuse" || !path) {
  console.error("loading plugin\nunsupported machine type");
  process.exit(1);
}

const server = createServer((socket) => {
  new SimulatedDevice(socket, mode === "die" ? { stopAt: 3 } : { silent: mode === "silent" });
  if (mode === "die") {
    setTimeout(() => {
      console.error("qemu: fatal: lockup");
      process.exit(134);
    }, 300);
  }
  socket.on("close", () => server.close());
});
// As QEMU does, it takes a while until the socket is there.
setTimeout(() => server.listen(path), 50);
