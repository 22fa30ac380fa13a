/*
 * Single precision that the compiler calls by name and Debian's libgcc for the LX106 leaves out,
 * because the ESP8266 has it in ROM. Names: GCC internals, "Soft float library routines"; rounding
 * to nearest even, subnormal numbers and infinities as IEEE 754 has them; every NaN becomes one.
 */
#include <stdint.h>

float __addsf3(float a, float b);
float __subsf3(float a, float b);
float __mulsf3(float a, float b);
float __floatsisf(int32_t value);

#define SIGN 0x80000000u
#define INFINITE 0x7F800000u
#define NOT_A_NUMBER 0x7FC00000u
#define FRACTION_BITS 23
#define BIAS 127

union word {
    float value;
    uint32_t bits;
};

static uint32_t bits_of(float value) {
    return (union word){.value = value}.bits;
}

static float float_of(uint32_t bits) {
    return (union word){.bits = bits}.value;
}

static uint32_t magnitude_of(uint32_t bits) {
    return bits & ~SIGN;
}

/* The exponent as it is stored; a subnormal number's is 1, as what it means is the same. */
static int32_t exponent_of(uint32_t bits) {
    const int32_t exponent = (int32_t)(magnitude_of(bits) >> FRACTION_BITS);
    return exponent == 0 ? 1 : exponent;
}

/* 24 bits, the first one 0 for a subnormal number. */
static uint32_t significand_of(uint32_t bits) {
    const uint32_t fraction = bits & ((1u << FRACTION_BITS) - 1);
    return magnitude_of(bits) >> FRACTION_BITS == 0 ? fraction : fraction | 1u << FRACTION_BITS;
}

/* To the right; what is lost leaves a 1 in the last place. */
static uint32_t shifted(uint32_t significand, int32_t places) {
    if (places > 31) {
        return significand != 0;
    }
    const uint32_t kept = significand >> places;
    return kept << places == significand ? kept : kept | 1;
}

/* The float nearest to significand * 2^(exponent - 30 - BIAS), even where two are as near.
 *   significand  in 2^30 .. 2^31 - 1; its last seven bits are rounded off */
static float rounded(uint32_t sign, int32_t exponent, uint32_t significand) {
    if (exponent >= 255) {
        return float_of(sign | INFINITE);
    }
    if (exponent < 1) {
        significand = shifted(significand, 1 - exponent);
        exponent = 1;
    }
    const uint32_t rest = significand & 127;
    uint32_t bits = significand >> 7;
    if (rest > 64 || (rest == 64 && (bits & 1) != 0)) {
        bits++;
    }
    /* The significand's first bit, and a carry out of it, count the exponent up. */
    return float_of(sign | (((uint32_t)(exponent - 1) << FRACTION_BITS) + bits));
}

/* The same for any significand from 1 to 2^31 - 1. */
static float normalized(uint32_t sign, int32_t exponent, uint32_t significand) {
    const int32_t places = __builtin_clz(significand) - 1;
    return rounded(sign, exponent - places, significand << places);
}

static float add_bits(uint32_t a, uint32_t b) {
    if (magnitude_of(a) < magnitude_of(b)) {
        const uint32_t larger = b;
        b = a;
        a = larger;
    }
    const uint32_t sign = a & SIGN;
    const int subtracts = (a ^ b) >> 31 != 0;
    if (magnitude_of(a) >= INFINITE) {
        const int defined = magnitude_of(a) == INFINITE && !(magnitude_of(b) == INFINITE && subtracts);
        return float_of(defined ? a : NOT_A_NUMBER);
    }
    /* Six more bits: two that rounding needs and what is lost of the smaller one behind them. */
    const uint32_t large = significand_of(a) << 6;
    const uint32_t small = shifted(significand_of(b) << 6, exponent_of(a) - exponent_of(b));
    const uint32_t sum = subtracts ? large - small : large + small;
    if (sum == 0) {
        return float_of(subtracts ? 0 : sign);
    }
    return normalized(sign, exponent_of(a) + 1, sum);
}

float __addsf3(float a, float b) {
    return add_bits(bits_of(a), bits_of(b));
}

float __subsf3(float a, float b) {
    return add_bits(bits_of(a), bits_of(b) ^ SIGN);
}

float __mulsf3(float a, float b) {
    const uint32_t x = bits_of(a), y = bits_of(b);
    const uint32_t sign = (x ^ y) & SIGN;
    const uint32_t larger = magnitude_of(x) > magnitude_of(y) ? magnitude_of(x) : magnitude_of(y);
    const uint32_t smaller = magnitude_of(x) > magnitude_of(y) ? magnitude_of(y) : magnitude_of(x);
    if (larger >= INFINITE) {
        return float_of(larger == INFINITE && smaller != 0 ? sign | INFINITE : NOT_A_NUMBER);
    }
    if (smaller == 0) {
        return float_of(sign);
    }
    const int32_t x_places = __builtin_clz(significand_of(x)) - 8;
    const int32_t y_places = __builtin_clz(significand_of(y)) - 8;
    /* Both in 2^23 .. 2^24 - 1, so that their product has 47 or 48 bits; 31 are kept. */
    const uint64_t product = (uint64_t)(significand_of(x) << x_places) * (significand_of(y) << y_places);
    const uint32_t kept = (uint32_t)(product >> 17) | ((product & 0x1FFFF) != 0);
    const int32_t exponent = exponent_of(x) - x_places + exponent_of(y) - y_places - BIAS;
    return normalized(sign, exponent + 1, kept);
}

float __floatsisf(int32_t value) {
    const uint32_t sign = value < 0 ? SIGN : 0;
    const uint32_t magnitude = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    if (magnitude == 0) {
        return 0;
    }
    if (magnitude == SIGN) {
        return rounded(sign, BIAS + 31, SIGN >> 1);
    }
    return normalized(sign, BIAS + 30, magnitude);
}
