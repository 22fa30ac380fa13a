/*
 * COBS: encoding a whole buffer, decoding a stream one byte at a time in two bytes of state.
 * Buffers and their limits are left to frame.c.
 */
#include "cobs.h"

#define LONGEST_GROUP 0xFFu /* a code of 255: 254 data bytes and no zero after them */

size_t cobs_encode(const uint8_t *data, size_t length, uint8_t *out) {
    size_t code_at = 0;
    size_t end = 1;
    uint8_t code = 1;
    for (size_t i = 0; i < length; i++) {
        /* A full group is closed only when more follows: 254 nonzero bytes need one code byte. */
        if (code == LONGEST_GROUP) {
            out[code_at] = code;
            code_at = end++;
            code = 1;
        }
        if (data[i] != 0) {
            out[end++] = data[i];
            code++;
        } else {
            out[code_at] = code;
            code_at = end++;
            code = 1;
        }
    }
    out[code_at] = code;
    return end;
}

bool cobs_decode_byte(cobs_decoder *decoder, uint8_t byte, uint8_t *out) {
    if (decoder->remaining > 0) {
        decoder->remaining--;
        *out = byte;
        return true;
    }
    const bool zero = decoder->zero_pending;
    decoder->remaining = (uint8_t)(byte - 1u);
    decoder->zero_pending = byte != LONGEST_GROUP;
    *out = 0;
    return zero;
}

bool cobs_decode_complete(const cobs_decoder *decoder) {
    return decoder->remaining == 0;
}
