/*
 * Integer arithmetic that the compiler calls by name and Debian's libgcc for the LX106 leaves out,
 * because the ESP8266 has it in ROM. Names and meanings: GCC internals, "Integer arithmetic".
 */
#include <stdint.h>

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor);
uint32_t __umodsi3(uint32_t dividend, uint32_t divisor);
int32_t __divsi3(int32_t dividend, int32_t divisor);
int64_t __muldi3(int64_t a, int64_t b);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);

/* Long division, a bit a round, from the first bit that can be 1. Any quotient is right for a
 * division by zero; this gives 0 with the whole dividend left. */
static uint32_t divide(uint32_t dividend, uint32_t divisor, uint32_t *remainder) {
    uint32_t quotient = 0;
    if (divisor != 0 && divisor <= dividend) {
        int shift = __builtin_clz(divisor) - __builtin_clz(dividend);
        for (; shift >= 0; shift--) {
            if (dividend >> shift >= divisor) {
                dividend -= divisor << shift;
                quotient |= 1u << shift;
            }
        }
    }
    *remainder = dividend;
    return quotient;
}

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor) {
    uint32_t remainder;
    return divide(dividend, divisor, &remainder);
}

uint32_t __umodsi3(uint32_t dividend, uint32_t divisor) {
    uint32_t remainder;
    (void)divide(dividend, divisor, &remainder);
    return remainder;
}

static uint32_t magnitude(int32_t value) {
    return value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
}

int32_t __divsi3(int32_t dividend, int32_t divisor) {
    const uint32_t quotient = __udivsi3(magnitude(dividend), magnitude(divisor));
    return (int32_t)((dividend < 0) != (divisor < 0) ? 0u - quotient : quotient);
}

/* a x b of two unsigned words by four products of halves: the core multiplies 16 x 16 bits. */
static uint64_t multiply_words(uint32_t a, uint32_t b) {
    const uint32_t a_low = a & 0xFFFFu, a_high = a >> 16;
    const uint32_t b_low = b & 0xFFFFu, b_high = b >> 16;
    const uint32_t low = a_low * b_low;
    /* At most (2^16 - 1)^2 + 2^16 - 1 < 2^32, twice. */
    const uint32_t middle = a_high * b_low + (low >> 16);
    const uint32_t other = a_low * b_high + (middle & 0xFFFFu);
    const uint32_t high = a_high * b_high + (middle >> 16) + (other >> 16);
    return (uint64_t)high << 32 | (other << 16 | (low & 0xFFFFu));
}

/* Modulo 2^64, where signs make no difference. */
int64_t __muldi3(int64_t a, int64_t b) {
    const uint32_t a_low = (uint32_t)a, a_high = (uint32_t)((uint64_t)a >> 32);
    const uint32_t b_low = (uint32_t)b, b_high = (uint32_t)((uint64_t)b >> 32);
    const uint32_t cross = a_low * b_high + a_high * b_low;
    return (int64_t)(multiply_words(a_low, b_low) + ((uint64_t)cross << 32));
}

/* Long division again, with shifts by one bit alone: others of two words are calls as well. */
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor) {
    uint64_t quotient = 0;
    uint64_t remainder = 0;
    for (int bit = 0; bit < 64; bit++) {
        const uint64_t carry = remainder >> 63;
        remainder = remainder << 1 | dividend >> 63;
        dividend <<= 1;
        quotient <<= 1;
        if (divisor != 0 && (carry != 0 || remainder >= divisor)) {
            remainder -= divisor;
            quotient |= 1;
        }
    }
    return quotient;
}
