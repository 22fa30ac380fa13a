/*
 * A key exchange by ML-KEM-512 as PQClean's reference has it: a pair of keys, a secret wrapped for
 * it, the same secret unwrapped. Random bytes come from a generator of this program, so that every
 * run is the same; both ends must hold one secret.
 * Region 0: all three; 1 to 3: each.
 * The scheme itself is left to the package that carries it.
 */
#include <string.h>

#include "api.h"
#include "measure.h"
#include "randombytes.h"

static uint8_t public_key[PQCLEAN_MLKEM512_CLEAN_CRYPTO_PUBLICKEYBYTES];
static uint8_t secret_key[PQCLEAN_MLKEM512_CLEAN_CRYPTO_SECRETKEYBYTES];
static uint8_t wrapped[PQCLEAN_MLKEM512_CLEAN_CRYPTO_CIPHERTEXTBYTES];
static uint8_t sent[PQCLEAN_MLKEM512_CLEAN_CRYPTO_BYTES];
static uint8_t received[PQCLEAN_MLKEM512_CLEAN_CRYPTO_BYTES];
static uint32_t state = 1;
static int wrong;

int randombytes(uint8_t *output, size_t n) {
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525U + 1013904223U;
        output[i] = (uint8_t)(state >> 24);
    }
    return 0;
}

/* Nothing ends here: the C library asks for it where it links exit. */
void _fini(void) {}

static void make_keys(void) {
    wrong |= PQCLEAN_MLKEM512_CLEAN_crypto_kem_keypair(public_key, secret_key);
}

static void wrap(void) {
    wrong |= PQCLEAN_MLKEM512_CLEAN_crypto_kem_enc(wrapped, sent, public_key);
}

static void unwrap(void) {
    wrong |= PQCLEAN_MLKEM512_CLEAN_crypto_kem_dec(received, wrapped, secret_key);
}

static void exchange(void) {
    make_keys();
    wrap();
    unwrap();
}

int main(void) {
    MEASURE(0, exchange());
    wrong |= memcmp(sent, received, sizeof sent) != 0;
    MEASURE(1, make_keys());
    MEASURE(2, wrap());
    MEASURE(3, unwrap());
    wrong |= memcmp(sent, received, sizeof sent) != 0;
    return wrong;
}
