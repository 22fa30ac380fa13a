/*
 * Holds the freestanding integer and memory functions against the host's own operators and C library, on edges and on
 * pairs from a generator; prints the first difference. Their names would be those of the host's libraries.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define __udivsi3 own_udivsi3
#define __umodsi3 own_umodsi3
#define __divsi3 own_divsi3
#define __muldi3 own_muldi3
#define __udivdi3 own_udivdi3
#include "../../../firmware/freestanding/arithmetic.c"

#define memcpy own_memcpy
#define memmove own_memmove
#define memset own_memset
#define memcmp own_memcmp
#define strlen own_strlen
void *own_memcpy(void *restrict to, const void *restrict from, size_t length);
void *own_memmove(void *to, const void *from, size_t length);
void *own_memset(void *to, int value, size_t length);
int own_memcmp(const void *first, const void *second, size_t length);
size_t own_strlen(const char *text);
#include "../../../firmware/freestanding/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen

static const uint64_t edges[] = {0,          1,          2,           3,          255,
                                 0x7FFF,     0x8000,     0xFFFF,      0x10000,    0x7FFFFFFF,
                                 0x80000000, 0x80000001, 0xFFFFFFFF,  1ULL << 32, 0xFFFFFFFF00000000,
                                 1ULL << 63, UINT64_MAX, UINT64_MAX - 1};
enum { EDGES = sizeof edges / sizeof *edges, PAIRS = 200000, BYTES = 24 };

/* Marsaglia's xorshift64, shifted so that short operands come up too. */
static uint64_t next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> (*state % 61);
}

static bool is_right(uint64_t a, uint64_t b) {
    const uint32_t x = (uint32_t)a, y = (uint32_t)b;
    const int32_t sx = (int32_t)x, sy = (int32_t)y;
    bool right = (uint64_t)own_muldi3((int64_t)a, (int64_t)b) == a * b;
    right = right && (b == 0 || own_udivdi3(a, b) == a / b);
    if (y != 0) {
        right = right && own_udivsi3(x, y) == x / y && own_umodsi3(x, y) == x % y;
        /* The one quotient that does not fit is no case of C's. */
        right = right && ((sx == INT32_MIN && sy == -1) || own_divsi3(sx, sy) == sx / sy);
    }
    if (!right) {
        printf("wrong: %" PRIx64 " %" PRIx64 "\n", a, b);
    }
    return right;
}

static bool moves_right(size_t from, size_t to, size_t length) {
    char own[BYTES] = "abcdefghijklmnopqrstuvw", host[BYTES] = "abcdefghijklmnopqrstuvw";
    own_memmove(own + to, own + from, length);
    memmove(host + to, host + from, length);
    bool right = memcmp(own, host, BYTES) == 0 && own_memcmp(own, host, BYTES) == 0;
    own_memset(own + from, 0x1AB, length);
    memset(host + from, 0x1AB, length);
    right = right && memcmp(own, host, BYTES) == 0 && own_strlen(own) == strlen(host);
    own_memcpy(own, "copied", 7);
    right = right && strcmp(own, "copied") == 0 && own_memcmp("ab\xFF", "ab\x01", 3) > 0;
    if (!right) {
        printf("wrong: %zu %zu %zu\n", from, to, length);
    }
    return right;
}

int main(void) {
    uint64_t state = 0x9E3779B97F4A7C15;
    for (int i = 0; i < EDGES * EDGES; i++) {
        if (!is_right(edges[i / EDGES], edges[i % EDGES])) {
            return 1;
        }
    }
    for (int i = 0; i < PAIRS; i++) {
        const uint64_t a = next(&state);
        if (!is_right(a, next(&state))) {
            return 1;
        }
    }
    for (size_t from = 0; from < 8; from++) {
        for (size_t to = 0; to < 8; to++) {
            for (size_t length = 0; length < 12; length++) {
                if (!moves_right(from, to, length)) {
                    return 1;
                }
            }
        }
    }
    return 0;
}
