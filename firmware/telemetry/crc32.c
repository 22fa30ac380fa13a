/*
 * CRC-32 by nibbles: a 64-byte table, for boards where a 1 KB one would be felt.
 * Framing is left to frame.c.
 */
#include "crc32.h"

/* nibble_remainder[n] = n * x^28 modulo the reflected polynomial 0xEDB88320. */
static const uint32_t nibble_remainder[16] = {
    0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u,
    0x4DB26158u, 0x5005713Cu, 0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu,
    0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
};

uint32_t crc32_of(const uint8_t *bytes, size_t length) {
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        crc = (crc >> 4) ^ nibble_remainder[crc & 0xFu];
        crc = (crc >> 4) ^ nibble_remainder[crc & 0xFu];
    }
    return ~crc;
}
