"""Decides what an RP2040's boot ROM needs beside the linked program: the sum over its second stage, and a UF2 file.

What the second stage does is left to boot2.c. UF2: https://github.com/microsoft/uf2, family RP2040.
"""

import os
import struct
import subprocess

Import("env")  # noqa: F821 - given by PlatformIO

BOOT_BYTES = 256
FLASH_ADDRESS = 0x10000000
PAYLOAD_BYTES = 256
UF2_MAGICS = (0x0A324655, 0x9E5D5157, 0x0AB16F30)
UF2_HAS_FAMILY = 0x2000
UF2_FAMILY_RP2040 = 0xE48BFF56


def boot_rom_sum(data):
    """CRC-32 with polynomial 04C11DB7 from all ones, no bits turned round (data sheet 2.8.1.3.1)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        crc &= 0xFFFFFFFF
    return crc


def uf2(image):
    """The flash's contents [byte] from its first address, in blocks that the boot ROM's drive takes."""
    image += bytes(-len(image) % PAYLOAD_BYTES)
    count = len(image) // PAYLOAD_BYTES
    blocks = []
    for number in range(count):
        at = number * PAYLOAD_BYTES
        header = struct.pack(
            "<8I",
            *UF2_MAGICS[:2],
            UF2_HAS_FAMILY,
            FLASH_ADDRESS + at,
            PAYLOAD_BYTES,
            number,
            count,
            UF2_FAMILY_RP2040,
        )
        body = image[at : at + PAYLOAD_BYTES].ljust(476, b"\0")
        blocks.append(header + body + struct.pack("<I", UF2_MAGICS[2]))
    return b"".join(blocks)


def finish(target, source, env):
    elf = target[0].get_abspath()
    base = os.path.splitext(elf)[0]
    objcopy = env["OBJCOPY"]
    boot = base + ".boot2"
    subprocess.run([objcopy, "-O", "binary", "--only-section=.boot2", elf, boot], check=True)
    with open(boot, "rb") as file:
        data = file.read().ljust(BOOT_BYTES, b"\0")[: BOOT_BYTES - 4]
    with open(boot, "wb") as file:
        file.write(data + struct.pack("<I", boot_rom_sum(data)))
    subprocess.run([objcopy, f"--update-section=.boot2={boot}", elf], check=True)
    subprocess.run([objcopy, "-O", "binary", elf, base + ".bin"], check=True)
    with open(base + ".bin", "rb") as file:
        image = file.read()
    with open(base + ".uf2", "wb") as file:
        file.write(uf2(image))


env.AddPostAction("$BUILD_DIR/${PROGNAME}${PROGSUFFIX}", finish)  # noqa: F821
