/**
 * Runs a program on an emulated Raspberry Pi Pico until it resets the chip, with UART 0 behind a socket; started like
 * QEMU, so that the same link talks to both:
 *   node run.mjs -kernel ELF|UF2 -serial unix:PATH[,...]|tcp:HOST:PORT[,...] [-counts FILE -begin ADDRESS -end ADDRESS]
 * Waits for one connection before the first instruction. Exit status: 0 reset by the program, 2 wrong use, 4 it went
 * astray or the host left.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { bootFromFlash } from "./boot-rom.mjs";
import { characterNanos, createChip, onReset } from "./chip.mjs";
import { countRegions } from "./counter.mjs";
import { loadedParts } from "./elf.mjs";
import { isUf2, uf2Parts } from "./uf2.mjs";

const FLASH = 0x10000000;
const FLASH_BYTES = 2 << 20;

/** Instructions between two looks at the socket. */
const SLICE = 20_000;

/** How long a resting chip's time goes on after the last byte, so that the program finds it [ns]. */
const REST_NANOS = 5e6;

function settings(words) {
  const { values } = parseArgs({
    // QEMU's options have one dash.
    args: words.map((word) => (/^-[a-z]{2,}$/.test(word) ? `-${word}` : word)),
    options: Object.fromEntries(
      ["kernel", "serial", "counts", "begin", "end"].map((name) => [name, { type: "string" }]),
    ),
  });
  if (values.kernel === undefined || values.serial === undefined) {
    throw new Error("-kernel and -serial are needed");
  }
  return values;
}

/** `unix:PATH` or `tcp:HOST:PORT`; what follows a comma is for QEMU, which behaves as this does anyway. */
function addressOf(serial) {
  const [, kind, rest] = /^(unix|tcp):([^,]+)/.exec(serial) ?? [];
  if (kind === "unix") return { path: rest };
  const [, host, port] = /^(.+):(\d+)$/.exec(rest ?? "") ?? [];
  if (host === undefined) throw new Error(`-serial ${serial}: unix:PATH or tcp:HOST:PORT`);
  return { host, port: Number(port) };
}

function flashOf(file) {
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  for (const { address, bytes } of isUf2(file) ? uf2Parts(file) : loadedParts(file)) {
    const at = address - FLASH;
    if (at < 0 || at + bytes.length > FLASH_BYTES) {
      throw new Error(`a part of the program lies outside the flash, at ${address.toString(16)}`);
    }
    flash.set(bytes, at);
  }
  return flash;
}

function connection(address) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      server.close();
      resolve(socket);
    });
    server.once("error", reject).listen(address);
  });
}

/** Bytes arrive one a character's time, once the receiver is on; sent ones leave at once. */
function connectSerial(chip, socket) {
  const [uart] = chip.uart;
  const arrived = [];
  let at = 0;
  let sent = [];
  let lastNanos = 0;
  const isQuiet = () => arrived.length === 0 && chip.clock.nanos > lastNanos + REST_NANOS;
  const line = { isQuiet, wake: () => {}, gone: false };
  const next = chip.clock.createAlarm(() => {
    const chunk = arrived[0];
    if (chunk === undefined) return;
    if (!uart.enabled) {
      next.schedule(characterNanos(chip));
      return;
    }
    uart.feedByte(chunk[at++]);
    lastNanos = chip.clock.nanos;
    if (at === chunk.length) {
      arrived.shift();
      at = 0;
    }
    if (arrived.length > 0) next.schedule(characterNanos(chip));
  });
  socket.on("data", (chunk) => {
    arrived.push(chunk);
    if (arrived.length === 1) next.schedule(characterNanos(chip));
    line.wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    line.gone = true;
    line.wake();
  });
  uart.onByte = (byte) => sent.push(byte);
  line.flush = () => {
    if (sent.length > 0) socket.write(Uint8Array.from(sent));
    sent = [];
  };
  return line;
}

async function run(chip, line, onInstruction) {
  const { core, clock } = chip;
  let status = null;
  onReset(chip, () => {
    status = 0;
  });
  chip.onBreak = () => {
    process.stderr.write(`breakpoint at ${core.PC.toString(16)}\n`);
    status = 4;
  };
  while (status === null && !line.gone) {
    for (let left = SLICE; left > 0 && status === null; left--) {
      if (core.waiting) {
        // Nothing happens until a byte arrives: the host's time is not spent on the chip's.
        if (line.isQuiet()) break;
        clock.tick(clock.nanosToNextAlarm);
      } else {
        const cycles = core.executeInstruction();
        onInstruction();
        clock.tick((cycles * 1e9) / chip.clkSys);
      }
    }
    line.flush();
    const idle = core.waiting && line.isQuiet() && status === null && !line.gone;
    await new Promise((resolve) => {
      if (!idle) setImmediate(resolve);
      else line.wake = resolve;
    });
  }
  return status ?? 4;
}

async function main() {
  const { kernel, serial, counts, begin, end } = settings(process.argv.slice(2));
  const chip = createChip(flashOf(readFileSync(kernel)));
  bootFromFlash(chip);
  let onInstruction = () => {};
  const file = counts === undefined ? null : openSync(counts, "w");
  if (file !== null) {
    const marks = { begin: Number(begin), end: Number(end) };
    onInstruction = countRegions(chip.core, marks, (text) => writeSync(file, text));
  }
  const socket = await connection(addressOf(serial));
  const status = await run(chip, connectSerial(chip, socket), onInstruction);
  await new Promise((resolve) => socket.end(resolve));
  if (file !== null) closeSync(file);
  return status;
}

main().then(
  (status) => process.exit(status),
  (error) => {
    process.stderr.write(`rp2040js: ${error.message}\n`);
    process.exit(2);
  },
);
