/*
 * Consistent Overhead Byte Stuffing: takes the zeros out of a frame so that a zero can end it.
 * Source: Cheshire & Baker, IEEE/ACM Transactions on Networking 7(2), 1999.
 * Checksums and the meaning of the bytes are left to frame.c.
 */
#ifndef PIONEER_COBS_H
#define PIONEER_COBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most bytes that cobs_encode makes of `length`: a code byte for each group of 254, and one. */
#define COBS_MAX_ENCODED(length) ((length) + (length) / 254u + 1u)

/* Encodes data [length] into out [COBS_MAX_ENCODED(length)], without the delimiter.
 * Returns the bytes written. */
size_t cobs_encode(const uint8_t *data, size_t length, uint8_t *out);

/* A decoder that is fed byte by byte; all zero before the first byte of a frame. */
typedef struct {
    uint8_t remaining; /* data bytes until the next code byte */
    bool zero_pending; /* a zero stands between this group and the next one, if there is one */
} cobs_decoder;

/* Takes one nonzero byte of a frame; true when *out holds the next decoded byte. */
bool cobs_decode_byte(cobs_decoder *decoder, uint8_t byte, uint8_t *out);

/* Whether a delimiter here ends a frame whose last group is whole. */
bool cobs_decode_complete(const cobs_decoder *decoder);

#ifdef __cplusplus
}
#endif

#endif
