"""Opens a pseudo terminal, prints its name, and joins it with this program's stdin and stdout.

Node cannot open one without native code; Python is here for PlatformIO anyway.
"""

import os
import select
import sys
import tty

PIECE_BYTES = 1 << 16


def main() -> None:
    device, port = os.openpty()
    tty.setraw(port)
    os.write(1, os.ttyname(port).encode() + b"\n")
    to_host = bytearray()
    stdin_open = True
    while stdin_open or to_host:
        readers = [device] + ([0] if stdin_open and len(to_host) < PIECE_BYTES else [])
        ready, writable, _ = select.select(readers, [device] if to_host else [], [])
        if device in ready:
            os.write(1, os.read(device, PIECE_BYTES))
        if 0 in ready:
            piece = os.read(0, PIECE_BYTES)
            stdin_open = bool(piece)
            to_host += piece
        if writable:
            # A pseudo terminal takes 4 KiB at most; what a reader leaves is kept back here.
            del to_host[: os.write(device, to_host[:1024])]
        if not stdin_open:
            return


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError, OSError):
        sys.exit(0)
