/*
 * Holds the freestanding single-precision functions against the host's own arithmetic, on edges and on pairs from a
 * generator; prints the first difference. Their names would be those of the host's libraries.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define __addsf3 own_addsf3
#define __subsf3 own_subsf3
#define __mulsf3 own_mulsf3
#define __floatsisf own_floatsisf
#include "../../../firmware/freestanding/float.c"

/* Zeros, ends of the subnormal and normal numbers, around 1 and 2^24, infinities, a NaN. */
static const uint32_t edges[] = {0x00000000, 0x00000001, 0x00000002, 0x007FFFFF, 0x00800000,
                                 0x00800001, 0x00FFFFFF, 0x33800000, 0x33800001, 0x34000000,
                                 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FFFFFFF, 0x4B000001,
                                 0x4B7FFFFF, 0x4B800000, 0x7E800000, 0x7F7FFFFF, 0x7F800000,
                                 0x7FC00000};
enum { EDGES = sizeof edges / sizeof *edges, PAIRS = 300000 };

/* Marsaglia's xorshift64. */
static uint64_t next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static bool is_same(float own, float host) {
    return own == host ? bits_of(own) == bits_of(host) : own != own && host != host;
}

static bool is_right(uint32_t a, uint32_t b) {
    const float x = float_of(a), y = float_of(b);
    const int32_t integer = (int32_t)a;
    const bool right = is_same(own_addsf3(x, y), x + y) && is_same(own_subsf3(x, y), x - y) &&
                       is_same(own_mulsf3(x, y), x * y) &&
                       is_same(own_floatsisf(integer), (float)integer);
    if (!right) {
        printf("wrong: %" PRIx32 " %" PRIx32 "\n", a, b);
    }
    return right;
}

int main(void) {
    for (int i = 0; i < EDGES * EDGES * 4; i++) {
        const uint32_t a = edges[i / 4 % EDGES] ^ (uint32_t)(i & 1) << 31;
        const uint32_t b = edges[i / 4 / EDGES] ^ (uint32_t)(i & 2) << 30;
        if (!is_right(a, b)) {
            return 1;
        }
    }
    uint64_t state = 1;
    for (int i = 0; i < PAIRS; i++) {
        const uint32_t a = (uint32_t)next(&state);
        uint32_t b = (uint32_t)next(&state);
        /* Every second pair has exponents that are near each other, so that sums cancel. */
        if (i % 2 == 0) {
            b = (b & 0x807FFFFF) | (((a >> 23) + b % 4) % 255) << 23;
        }
        if (!is_right(a, b) || !is_right(b, b)) {
            return 1;
        }
    }
    return 0;
}
