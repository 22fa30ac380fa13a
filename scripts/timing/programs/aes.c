/*
 * Checks the assembly of aes_encrypt against the examples of FIPS 197, appendix C, and measures it.
 * Regions 0, 1, 2: keys of 128, 192 and 256 bits.
 */
#include "aes.h"

#include <string.h>

#include "measure.h"

uint32_t aes_table[256];
uint8_t aes_sbox[256];
uint32_t aes_rows[256][4];

static uint8_t twice(uint8_t x) {
    return (uint8_t)(x << 1 ^ (x & 0x80 ? 0x1b : 0));
}

static uint32_t turned(uint32_t x, int bits) {
    return bits == 0 ? x : x << bits | x >> (32 - bits);
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
        uint32_t s = aes_sbox[x];
        uint32_t s2 = twice((uint8_t)s);
        aes_table[x] = s2 | s << 8 | s << 16 | (s2 ^ s) << 24;
        for (int row = 0; row < 4; row++) {
            aes_rows[x][row] = turned(aes_table[x], 8 * row);
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

static uint32_t round_keys[60];
static uint32_t input[4];
static uint32_t output[4];

int main(void) {
    static const uint8_t expected[3][16] = {
        {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5,
         0x5a},
        {0xdd, 0xa9, 0x7c, 0xa4, 0x86, 0x4c, 0xdf, 0xe0, 0x6e, 0xaf, 0x70, 0xa0, 0xec, 0x0d, 0x71,
         0x91},
        {0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf, 0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60,
         0x89}};
    uint8_t key[32];
    int wrong = 0;
    for (int i = 0; i < 32; i++) {
        key[i] = (uint8_t)i;
    }
    for (int i = 0; i < 16; i++) {
        ((uint8_t *)input)[i] = (uint8_t)(0x11 * i);
    }
    aes_prepare();
    for (int size = 0; size < 3; size++) {
        int words = 4 + 2 * size;
        aes_expand(round_keys, key, words);
        MEASURE(size, aes_encrypt(round_keys, (uint8_t *)input, (uint8_t *)output, words + 6));
        wrong |= memcmp(output, expected[size], 16);
    }
    return wrong == 0 ? 0 : 1;
}
