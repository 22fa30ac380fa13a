/**
 * The udev rules that let the person at the screen open boards and keep ModemManager off them.
 * Writing the file is left to the verb, installing it to the person.
 */
import type { BoardOnUsb } from "../../link/find-board.ts";

/** Before 73, where systemd hands devices with the tag to the person at the screen. */
export const RULES_FILE = "70-tiny-pioneer.rules";

/** Text of the rules for `boards`, sorted, the same for the same boards. */
export function udevRules(boards: readonly BoardOnUsb[]): string {
  const devices = new Map<string, string>();
  for (const { usb = [] } of boards) {
    for (const { vendor, product, device } of usb) devices.set(`${vendor}:${product}`, device);
  }
  const lines = [...devices].sort().flatMap(([ids, device]) => {
    const [vendor, product] = ids.split(":");
    const match = `ATTRS{idVendor}=="${vendor}", ATTRS{idProduct}=="${product}"`;
    return [
      `# ${device}`,
      `SUBSYSTEM=="tty", ${match}, MODE="0660", TAG+="uaccess", ENV{ID_MM_DEVICE_IGNORE}="1"`,
      `SUBSYSTEM=="usb", ${match}, ENV{ID_MM_DEVICE_IGNORE}="1"`,
    ];
  });
  return `# Boards of tiny-pioneer: their ports belong to the person at the screen, ModemManager leaves them alone.\n${lines.join("\n")}\n`;
}

/** What to type once the file is written. */
export function installRules(path: string): readonly string[] {
  return [
    `sudo cp ${path} /etc/udev/rules.d/${RULES_FILE}`,
    "sudo udevadm control --reload",
    "sudo udevadm trigger, or plug the board in again",
  ];
}
