/*
 * The CRC-32 that guards every frame: IEEE 802.3, reflected 0xEDB88320, starts and ends inverted.
 * Where it stands in a frame and what follows from a wrong one is left to frame.c.
 */
#ifndef PIONEER_CRC32_H
#define PIONEER_CRC32_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The CRC-32 of bytes [length]; "123456789" gives 0xCBF43926. */
uint32_t crc32_of(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
