/*
 * Two standard algorithms with the sizes that Embench gives them: CRC-32 by table over 1,024 bytes
 * that a linear congruential generator makes, and the product of two copied matrices of 20 x 20
 * integers that is summed in memory.
 * Regions 0 and 1, one pass each.
 */
#include <string.h>

#include "measure.h"

enum { BYTES = 1024, SIZE = 20 };

static uint32_t crc_table[256];
static uint32_t seed;
static uint32_t crc;
static long left_original[SIZE][SIZE];
static long right_original[SIZE][SIZE];
static long left[SIZE][SIZE];
static long right[SIZE][SIZE];
static long product[SIZE][SIZE];

static void prepare(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++) {
            value = value >> 1 ^ (value & 1 ? 0xedb88320U : 0);
        }
        crc_table[i] = value;
    }
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            left_original[row][column] = row + 1;
            right_original[row][column] = row == column ? 3 : 0;
        }
    }
}

/* As in another file: called for each byte. */
__attribute__((noinline)) static int draw(void) {
    seed = (seed * 1103515245U + 12345U) & 0x7fffffffU;
    return (int)(seed >> 16);
}

__attribute__((noinline)) static uint32_t checksum(void) {
    uint32_t value = 0xffffffffU;
    seed = 0;
    for (int i = 0; i < BYTES; i++) {
        value = crc_table[(value ^ (uint8_t)draw()) & 0xff] ^ value >> 8;
    }
    return ~value;
}

__attribute__((noinline)) static void multiply(long a[SIZE][SIZE], long b[SIZE][SIZE],
                                               long sums[SIZE][SIZE]) {
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            sums[row][column] = 0;
            for (int i = 0; i < SIZE; i++) {
                sums[row][column] += a[row][i] * b[i][column];
            }
        }
    }
}

__attribute__((noinline)) static void copy_and_multiply(void) {
    memcpy(left, left_original, sizeof left);
    memcpy(right, right_original, sizeof right);
    multiply(left, right, product);
}

/* Bit by bit, without the table. */
static uint32_t plain_checksum(void) {
    uint32_t value = 0xffffffffU;
    seed = 0;
    for (int i = 0; i < BYTES; i++) {
        value ^= (uint8_t)draw();
        for (int bit = 0; bit < 8; bit++) {
            value = value >> 1 ^ (value & 1 ? 0xedb88320U : 0);
        }
    }
    return ~value;
}

int main(void) {
    int wrong = 0;
    prepare();
    MEASURE(0, crc = checksum());
    wrong |= crc != plain_checksum();
    MEASURE(1, copy_and_multiply());
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            wrong |= product[row][column] != 3 * (row + 1);
        }
    }
    return wrong;
}
