/**
 * Lets the PIO of an emulated RP2040 run in the chip's own time: rp2040js steps its machines by the host's timers, without
 * their dividers and delays, enabled or not. What instructions do, its queues and their requests to the DMA are its own.
 */
import type { RP2040 } from "rp2040js";

type Pio = RP2040["pio"][number];
type Machine = Pio["machines"][number];

const RESETS = 0x4000c;
const PIO_BITS = [10, 11];

/** Machines start with the first that is enabled (data sheet 3.5.5: a divider of 0 means 65,536), and stop in reset. */
export function runPioInTime(chip: RP2040): void {
  for (const pio of chip.pio) {
    pio.run = () => {
      for (const machine of pio.machines) if (machine.enabled) runMachine(chip, pio, machine);
    };
  }
  const resets = chip.peripherals[RESETS] as RP2040["peripherals"][number];
  const write = resets.writeUint32.bind(resets);
  resets.writeUint32 = (offset, value) => {
    write(offset, value);
    for (const [index, bit] of PIO_BITS.entries()) {
      if (offset === 0 && (value & (1 << bit)) !== 0) reset(chip.pio[index] as Pio);
    }
  };
}

/** Queues are empty after it, and their requests as they are then. */
function reset(pio: Pio): void {
  pio.stop();
  for (const machine of pio.machines) {
    machine.restart();
    machine.rxFIFO.reset();
    machine.txFIFO.reset();
    machine.rp2040.dma.clearDREQ(machine.dreqRx);
    machine.rp2040.dma.setDREQ(machine.dreqTx);
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
