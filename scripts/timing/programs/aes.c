/*
 * Checks the assembly of a cipher against the examples of FIPS 197, appendix C, and measures it.
 * Regions 0, 1, 2: keys of 128, 192 and 256 bits. DECRYPT: backwards; STRAIGHT: with the keys of
 * encryption; UNROLLED: a function for each number of rounds.
 */
#include "aes.h"

#include <string.h>

#include "measure.h"

uint32_t aes_table[256];
uint32_t aes_rows[256][4];
uint32_t aes_last_rows[256][4];
uint8_t aes_sbox[256];
uint8_t aes_inverse_sbox[256];

static uint8_t twice(uint8_t x) {
    return (uint8_t)(x << 1 ^ (x & 0x80 ? 0x1b : 0));
}

static uint32_t turned(uint32_t x, int bits) {
    return bits == 0 ? x : x << bits | x >> (32 - bits);
}

/* x times y, below 16, in the field. */
static uint32_t times(uint8_t x, int y) {
    uint32_t product = 0;
    for (; y != 0; y >>= 1) {
        product ^= y & 1 ? x : 0;
        x = twice(x);
    }
    return product;
}

/* A byte times the first column of the inverse MixColumns matrix. */
static uint32_t unmixed(uint8_t x) {
    return times(x, 14) | times(x, 9) << 8 | times(x, 13) << 16 | times(x, 11) << 24;
}

void aes_prepare(void) {
    /* p runs through the powers of 3, q through their inverses. */
    uint8_t p = 1;
    uint8_t q = 1;
    aes_sbox[0] = 0x63;
    do {
        p = (uint8_t)(p ^ twice(p));
        q ^= (uint8_t)(q << 1);
        q ^= (uint8_t)(q << 2);
        q ^= (uint8_t)(q << 4);
        q ^= q & 0x80 ? 0x09 : 0;
        uint8_t sum = q;
        for (int i = 1; i < 5; i++) {
            sum ^= (uint8_t)(q << i | q >> (8 - i));
        }
        aes_sbox[p] = sum ^ 0x63;
    } while (p != 1);
    for (int x = 0; x < 256; x++) {
        aes_inverse_sbox[aes_sbox[x]] = (uint8_t)x;
    }
    for (int x = 0; x < 256; x++) {
        uint8_t r = aes_inverse_sbox[x];
#ifdef DECRYPT
        aes_table[x] = unmixed(r);
#else
        uint8_t s = aes_sbox[x];
        aes_table[x] = times(s, 2) | (uint32_t)s << 8 | (uint32_t)s << 16 | times(s, 3) << 24;
#endif
        for (int row = 0; row < 4; row++) {
            aes_rows[x][row] = turned(aes_table[x], 8 * row);
            aes_last_rows[x][row] = (uint32_t)r << (8 * row);
        }
    }
}

static uint32_t substituted(uint32_t x) {
    return (uint32_t)aes_sbox[x & 0xff] | (uint32_t)aes_sbox[x >> 8 & 0xff] << 8 |
           (uint32_t)aes_sbox[x >> 16 & 0xff] << 16 | (uint32_t)aes_sbox[x >> 24] << 24;
}

void aes_expand(uint32_t *round_keys, const uint8_t *key, int words) {
    uint8_t constant = 1;
    memcpy(round_keys, key, 4U * (unsigned)words);
    for (int i = words; i < 4 * (words + 7); i++) {
        uint32_t last = round_keys[i - 1];
        if (i % words == 0) {
            last = substituted(turned(last, 24)) ^ constant;
            constant = twice(constant);
        } else if (words > 6 && i % words == 4) {
            last = substituted(last);
        }
        round_keys[i] = round_keys[i - words] ^ last;
    }
}

void aes_invert_keys(uint32_t *round_keys, int rounds) {
    for (int low = 0, high = 4 * rounds; low < high; low += 4, high -= 4) {
        for (int i = 0; i < 4; i++) {
            uint32_t kept = round_keys[low + i];
            round_keys[low + i] = round_keys[high + i];
            round_keys[high + i] = kept;
        }
    }
    for (int i = 4; i < 4 * rounds; i++) {
        uint32_t sum = 0;
        for (int row = 0; row < 4; row++) {
            sum ^= turned(unmixed((uint8_t)(round_keys[i] >> (8 * row))), 8 * row);
        }
        round_keys[i] = sum;
    }
}

static uint32_t round_keys[60];
static uint32_t input[4];
static uint32_t output[4];

static void measure(int size) {
    const uint8_t *from = (const uint8_t *)input;
    uint8_t *to = (uint8_t *)output;
#ifdef UNROLLED
    if (size == 0) {
        MEASURE(0, aes_block_10(round_keys, from, to));
    } else if (size == 1) {
        MEASURE(1, aes_block_12(round_keys, from, to));
    } else {
        MEASURE(2, aes_block_14(round_keys, from, to));
    }
#else
    MEASURE(size, aes_block(round_keys, from, to, 10 + 2 * size));
#endif
}

int main(void) {
    static const uint8_t encrypted[3][16] = {
        {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5,
         0x5a},
        {0xdd, 0xa9, 0x7c, 0xa4, 0x86, 0x4c, 0xdf, 0xe0, 0x6e, 0xaf, 0x70, 0xa0, 0xec, 0x0d, 0x71,
         0x91},
        {0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf, 0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60,
         0x89}};
    uint8_t plain[16];
    uint8_t key[32];
    int wrong = 0;
    for (int i = 0; i < 32; i++) {
        key[i] = (uint8_t)i;
    }
    for (int i = 0; i < 16; i++) {
        plain[i] = (uint8_t)(0x11 * i);
    }
    aes_prepare();
    for (int size = 0; size < 3; size++) {
        const uint8_t *from = plain;
        const uint8_t *expected = encrypted[size];
        aes_expand(round_keys, key, 4 + 2 * size);
#ifdef DECRYPT
        from = encrypted[size];
        expected = plain;
#ifndef STRAIGHT
        aes_invert_keys(round_keys, 10 + 2 * size);
#endif
#endif
        memcpy(input, from, sizeof input);
        memset(output, 0, sizeof output);
        measure(size);
        wrong |= memcmp(output, expected, sizeof output);
    }
    return wrong == 0 ? 0 : 1;
}
