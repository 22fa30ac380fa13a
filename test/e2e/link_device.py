"""A board that streams by itself behind a pseudo terminal, for the tests of the verbs that watch a link.

    link_device.py PORT   PORT is a symbolic link that it makes to the terminal

It greets when asked, then sends an Output every 5 ms, its values the frame's number. Commands come on stdin, a line each:
"count" prints how many it has sent, "unplug" takes the terminal away and opens another half a second later, "fault" and
"summary" send those records. The wire is spelt from its description; no code is shared with the product.
"""

import os
import select
import struct
import sys
import time
import tty
import zlib

OUTPUT_EVERY_S = 0.005
UNPLUGGED_S = 0.5


def stuffed(plain: bytes) -> bytes:
    """COBS: each zero becomes the distance to the next; 254 bytes without one are a block of their own."""
    out = bytearray()
    for run in plain.split(b"\0"):
        while len(run) >= 254:
            out += b"\xff" + run[:254]
            run = run[254:]
        out += bytes([len(run) + 1]) + run
    return bytes(out)


def text(value: str) -> bytes:
    return bytes([len(value)]) + value.encode()


class Board:
    def __init__(self, path: str) -> None:
        self.path = path
        self.sequence = 0
        self.frames = 0
        self.greeted = False
        self.device = -1
        self.begin = time.monotonic()
        self.plug()

    def plug(self) -> None:
        self.device, port = os.openpty()
        tty.setraw(port)
        os.set_blocking(self.device, False)
        if os.path.islink(self.path):
            os.unlink(self.path)
        os.symlink(os.ttyname(port), self.path)
        self.port = port

    def unplug(self) -> None:
        os.unlink(self.path)
        os.close(self.port)
        os.close(self.device)
        time.sleep(UNPLUGGED_S)
        self.plug()

    def send(self, kind: int, payload: bytes) -> None:
        microseconds = int((time.monotonic() - self.begin) * 1e6) & 0xFFFFFFFF
        plain = struct.pack("<BBHI", 1, kind, self.sequence & 0xFFFF, microseconds) + payload
        self.sequence += 1
        plain += struct.pack("<I", zlib.crc32(plain))
        try:
            os.write(self.device, b"\0" + stuffed(plain) + b"\0")
        except OSError:
            pass  # nobody reads, and the terminal is full: lost, as on a wire

    def greet(self) -> None:
        names = b"".join(map(text, ["nucleo-f446re", "stream", "toy", "0123456789abcdef", "cc"]))
        self.send(0x01, names + struct.pack("<IBHHHB", 180_000_000, 1, 4, 4, 0, 4))
        self.greeted = True

    def output(self) -> None:
        values = struct.pack("<I", self.frames)
        self.send(0x02, struct.pack("<IQH", self.frames, 7, 4) + values + struct.pack("<H", 0))
        self.frames += 1

    def obey(self, command: str) -> None:
        if command == "count":
            print(self.frames, flush=True)
        elif command == "unplug":
            self.unplug()
        elif command == "fault":
            self.send(0x05, struct.pack("<BIIII", 2, 0x0800_0123, 0x0800_0456, 0x8200, 0xF0000000))
        elif command == "summary":
            self.send(0x03, struct.pack("<IIII", self.frames, 0, 0, 1184))


def main() -> None:
    board = Board(sys.argv[1])
    print("ready", flush=True)
    next_output = time.monotonic()
    while True:
        wait = max(0.0, next_output - time.monotonic())
        ready, _, _ = select.select([board.device, 0], [], [], wait)
        if board.device in ready:
            try:
                if 0x80 in os.read(board.device, 4096):
                    board.greet()
            except OSError:
                pass
        if 0 in ready:
            commands = os.read(0, 4096).decode()
            if commands == "":
                return
            for command in commands.split():
                board.obey(command)
        if time.monotonic() >= next_output:
            if board.greeted:
                board.output()
            next_output = max(next_output + OUTPUT_EVERY_S, time.monotonic() - 1)


if __name__ == "__main__":
    main()
