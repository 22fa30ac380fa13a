"""Drives a device under test as a foreign program would: a path, plain bytes, nothing of this project."""

import os
import select
import sys
import time
import tty

LIMIT_S = 60


def main(path, commands):
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(port)
    while select.select([port], [], [], 0.5)[0]:
        os.read(port, 4096)
    for command in commands:
        os.write(port, command.encode())
        answer = b""
        end = time.time() + LIMIT_S
        while not answer.endswith(b"m-ready\r\n") and time.time() < end:
            if select.select([port], [], [], 0.2)[0]:
                answer += os.read(port, 4096)
        sys.stdout.write(answer.decode())


main(sys.argv[1], sys.argv[2:])
