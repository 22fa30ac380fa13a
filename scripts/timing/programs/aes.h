/*
 * AES after FIPS 197, with the tables and keys that the measured ciphers read; DECRYPT asks for those
 * of decryption. The cipher itself is left to the assembly of each core.
 */
#ifndef PIONEER_AES_H
#define PIONEER_AES_H

#include <stdint.h>

/*
 * Column x of the MixColumns matrix times S(x): bytes 2S, S, S, 3S, the first one lowest. For
 * decryption, with R the inverse of S: 14R, 9R, 13R, 11R.
 */
extern uint32_t aes_table[256];
/* The same columns for the four rows side by side, row r turned left by 8 r bits: [x][r]. */
extern uint32_t aes_rows[256][4];
/* R(x) alone, in byte r of word r: [x][r]. */
extern uint32_t aes_last_rows[256][4];
extern uint8_t aes_sbox[256];
extern uint8_t aes_inverse_sbox[256];

/* Fills the tables. */
void aes_prepare(void);

/* Expands a key of `words` words, 4 to 8, into 4 (words + 7) words of round keys. */
void aes_expand(uint32_t *round_keys, const uint8_t *key, int words);

/*
 * Turns round keys around and mixes all but the first and the last backwards: those of the
 * equivalent inverse cipher. rounds: 10, 12 or 14.
 */
void aes_invert_keys(uint32_t *round_keys, int rounds);

/* Encrypts or decrypts one block; rounds: 10, 12 or 14. */
void aes_block(const uint32_t *round_keys, const uint8_t *input, uint8_t *output, int rounds);

/* The same, UNROLLED: for one number of rounds each. */
void aes_block_10(const uint32_t *round_keys, const uint8_t *input, uint8_t *output);
void aes_block_12(const uint32_t *round_keys, const uint8_t *input, uint8_t *output);
void aes_block_14(const uint32_t *round_keys, const uint8_t *input, uint8_t *output);

#endif
