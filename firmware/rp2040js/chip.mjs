/**
 * An emulated RP2040 with what rp2040js 1.4.1 leaves out and a program of this project needs: UART 0's requests to the
 * DMA, a rest that ends under masked interrupts, and a reset that can be seen. The boot ROM is left to boot-rom.mjs.
 */
import { RP2040 } from "rp2040js";

const UART_DR = 0x00;
const UART_DMACR = 0x48;
const DMACR_RX = 1;
const REQUEST_UART0_RX = 21;

const AIRCR = 0xd0c;
const AIRCR_RESET = 0x05fa0004;

/** @param {Uint8Array} flash contents of the flash from its first byte */
export function createChip(flash) {
  const chip = new RP2040();
  chip.logger = { debug() {}, info() {}, warn() {}, error() {} };
  chip.flash.set(flash);
  addReceiveRequests(chip);
  letMaskedInterruptsWake(chip.core);
  return chip;
}

/** Calls back when the program resets the chip (Armv6-M ARM, B3.2.6). */
export function onReset(chip, callback) {
  const { ppb } = chip;
  const write = ppb.writeUint32.bind(ppb);
  ppb.writeUint32 = (offset, value) => {
    if (offset === AIRCR && value === AIRCR_RESET) callback();
    else write(offset, value);
  };
}

/** Length of one character of UART 0, ten bits, at the rate that the program chose; 0.1 ms before it did [ns]. */
export function characterNanos({ uart: [uart] }) {
  return uart.enabled ? 10e9 / uart.baudRate : 100_000;
}

/** UART 0 asks the DMA for a transfer as long as a byte has arrived (data sheet 4.2.5). */
function addReceiveRequests({ uart: [uart], dma }) {
  let enabled = false;
  const update = () => {
    if (enabled && !uart.rxFIFO.empty) dma.setDREQ(REQUEST_UART0_RX);
    else dma.clearDREQ(REQUEST_UART0_RX);
  };
  const { readUint32, writeUint32, feedByte } = uart;
  uart.readUint32 = (offset) => {
    const value = readUint32.call(uart, offset);
    if (offset === UART_DR) update();
    return value;
  };
  uart.writeUint32 = (offset, value) => {
    if (offset !== UART_DMACR) return writeUint32.call(uart, offset, value);
    enabled = (value & DMACR_RX) !== 0;
    update();
  };
  uart.feedByte = (byte) => {
    feedByte.call(uart, byte);
    update();
  };
}

/**
 * With PRIMASK set an interrupt ends WFI, at once where it is pending already, and is not entered (Armv6-M ARM, B1.5.19);
 * rp2040js enters it, and sleeps where it is pending.
 */
function letMaskedInterruptsWake(core) {
  const isPending = () =>
    (core.pendingInterrupts & core.enabledInterrupts) !== 0 || core.pendingSystick;
  const check = core.checkForInterrupts;
  core.checkForInterrupts = () => {
    if (!core.waiting || !core.PM) return check.call(core);
    return isPending();
  };
  let waiting = core.waiting;
  Object.defineProperty(core, "waiting", {
    get: () => waiting,
    set(value) {
      waiting = value && !(core.PM && isPending());
    },
  });
}
