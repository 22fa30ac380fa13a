/**
 * Lets the PIO of an emulated RP2040 run in the chip's own time: rp2040js steps its machines by the host's timers, without
 * their dividers and delays, enabled or not. What instructions do, its queues and their requests to the DMA are its own.
 */
import type { RP2040 } from "rp2040js";

type Pio = RP2040["pio"][number];
type Machine = Pio["machines"][number];

/** Machines start with the first that is enabled (data sheet 3.5.5: a divider of 0 means 65,536). */
export function runPioInTime(chip: RP2040): void {
  for (const pio of chip.pio) {
    pio.run = () => {
      for (const machine of pio.machines) if (machine.enabled) runMachine(chip, pio, machine);
    };
  }
}

function runMachine({ clock, clkSys }: RP2040, pio: Pio, machine: Machine): void {
  const begun = clock.nanos;
  const divider = (machine.clockDivInt || 65_536) + machine.clockDivFrac / 256;
  const cycleNanos = (divider * 1e9) / clkSys;
  let elapsed = 0;
  const alarm = clock.createAlarm(() => {
    if (!machine.enabled) return;
    const before = machine.cycles;
    machine.step();
    pio.checkChangedPins();
    // An instruction that waits does not count on.
    elapsed += Math.max(1, machine.cycles - before);
    alarm.schedule(begun + elapsed * cycleNanos - clock.nanos);
  });
  alarm.schedule(0);
}
