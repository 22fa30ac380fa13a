/*
 * AES after FIPS 197, with the tables and keys that the measured encryptions read.
 * Encryption itself is left to the assembly of each core.
 */
#ifndef PIONEER_AES_H
#define PIONEER_AES_H

#include <stdint.h>

/* Column x of the MixColumns matrix times S(x): bytes 2S, S, S, 3S, the first one lowest. */
extern uint32_t aes_table[256];
extern uint8_t aes_sbox[256];
/* The same columns for the four rows side by side, row r turned left by 8 r bits: [x][r]. */
extern uint32_t aes_rows[256][4];

/* Fills the tables. */
void aes_prepare(void);

/* Expands a key of `words` words, 4 to 8, into 4 (words + 7) words of round keys. */
void aes_expand(uint32_t *round_keys, const uint8_t *key, int words);

/* Encrypts one block; rounds: 10, 12 or 14. */
void aes_encrypt(const uint32_t *round_keys, const uint8_t *input, uint8_t *output, int rounds);

#endif
