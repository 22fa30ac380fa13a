/*
 * The five operations of P256-Cortex-M4, each checked against another one of them.
 * The assembly is left to the package that carries it.
 */
#include <string.h>

#include "measure.h"
#include "p256-cortex-m4.h"

static const uint32_t private_key[8] = {0x1b24d4c5, 0x90c3b1f2, 0x5a6e2d11, 0x7781c0de,
                                        0x0badf00d, 0x13579bdf, 0x2468ace0, 0x5eed5eed};
static const uint32_t other_key[8] = {0x31415926, 0x53589793, 0x23846264, 0x33832795,
                                      0x02884197, 0x16939937, 0x51058209, 0x74944592};
static const uint32_t nonce[8] = {0x27182818, 0x28459045, 0x23536028, 0x74713526,
                                  0x62497757, 0x24709369, 0x99595749, 0x66967627};
static const uint8_t digest[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                   0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                                   0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
                                   0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

static uint32_t x[8], y[8], other_x[8], other_y[8], r[8], s[8], decoded_x[8], decoded_y[8];
static uint8_t secret[32], other_secret[32], compressed[33];

int main(void) {
    bool good = true;
    MEASURE(0, good &= p256_keygen(x, y, private_key));
    good &= p256_keygen(other_x, other_y, other_key);
    MEASURE(1, good &= p256_sign(r, s, digest, sizeof digest, private_key, nonce));
    MEASURE(2, good &= p256_verify(x, y, digest, sizeof digest, r, s));
    MEASURE(3, good &= p256_ecdh_calc_shared_secret(secret, private_key, other_x, other_y));
    good &= p256_ecdh_calc_shared_secret(other_secret, other_key, x, y);
    p256_point_to_octet_string_compressed(compressed, x, y);
    MEASURE(4, good &= p256_octet_string_to_point(decoded_x, decoded_y, compressed, 33));
    good &= memcmp(secret, other_secret, sizeof secret) == 0;
    good &= memcmp(decoded_x, x, sizeof x) == 0 && memcmp(decoded_y, y, sizeof y) == 0;
    return good ? 0 : 1;
}
