/*
 * exactness: many models over frames that the device makes itself; what each step gave goes out as two checksums.
 * Nothing is asked of the host, which knows the same frames and the twin's answers.
 */
#include "crc32.h"
#include "hal.h"
#include "pioneer_model.h"

/* Marsaglia's xorshift32 with shifts 13, 17, 5 (Journal of Statistical Software 8(14), 2003). */
static uint32_t xorshift32(uint32_t x) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

/* The bits of a float by a frame's pattern: -16 and 16 are its lowest and highest, of other words it
 * is 2^-27 times the signed integer. */
static uint32_t float_bits(uint32_t pattern, size_t index, uint32_t random) {
    union {
        float value;
        uint32_t bits;
    } word;
    switch (pattern) {
    case 0:
        word.value = -16;
        break;
    case 1:
        word.value = 16;
        break;
    case 2:
        word.value = index % 2 == 0 ? -16 : 16;
        break;
    case 3:
        word.value = 0;
        break;
    default:
        word.value = (float)(int32_t)random * 0x1p-27f;
    }
    return word.bits;
}

static uint32_t make_float_frame(uint8_t *bytes, size_t length, uint32_t pattern, uint32_t random) {
    for (size_t i = 0; i < length; i += sizeof(float)) {
        random = xorshift32(random);
        const uint32_t word = float_bits(pattern, i / sizeof(float), random);
        for (size_t byte = 0; byte < sizeof(float); byte++) {
            bytes[i + byte] = (uint8_t)(word >> (8 * byte));
        }
    }
    return random;
}

/* The first word of a frame chooses by its upper three bits: all lowest, all highest, both by
 * turns, all zero, else one word of the generator for each four bytes. Returns the generator's
 * state, from which the next frame goes on.
 *   bytes  [length], values of value_bytes each, little-endian; four bytes are a float */
static uint32_t make_frame(uint8_t *bytes, size_t length, size_t value_bytes, uint32_t random) {
    random = xorshift32(random);
    const uint32_t pattern = random >> 29;
    if (value_bytes == sizeof(float)) {
        return make_float_frame(bytes, length, pattern, random);
    }
    for (size_t i = 0; i < length; i++) {
        if (i % 4 == 0) {
            random = xorshift32(random);
        }
        const uint8_t lowest = i % value_bytes + 1 == value_bytes ? 0x80 : 0;
        const uint8_t highest = (uint8_t)~lowest;
        switch (pattern) {
        case 0:
            bytes[i] = lowest;
            break;
        case 1:
            bytes[i] = highest;
            break;
        case 2:
            bytes[i] = i / value_bytes % 2 == 0 ? lowest : highest;
            break;
        case 3:
            bytes[i] = 0;
            break;
        default:
            bytes[i] = (uint8_t)(random >> (8 * (i % 4)));
        }
    }
    return random;
}

static void send_checksum(const uint8_t *bytes, size_t length) {
    const uint32_t crc = crc32_of(bytes, length);
    const uint8_t word[] = {
        (uint8_t)crc,
        (uint8_t)(crc >> 8),
        (uint8_t)(crc >> 16),
        (uint8_t)(crc >> 24),
    };
    hal_write(word, sizeof word);
}

/* One stream, then its first frame again after a reset; output and state of each step. Another
 * stream of the same model goes on beside it and must not be felt. */
#define RUN(prefix, PREFIX, type, seed)                                                            \
    static void prefix##_run(void) {                                                               \
        static prefix##_state state, other;                                                        \
        static type input[PREFIX##_INPUT_SIZE];                                                    \
        static type output[PREFIX##_OUTPUT_SIZE];                                                  \
        static uint8_t bytes[PREFIX##_STATE_BYTES + 1];                                            \
        uint32_t random = seed;                                                                    \
        prefix##_init(&state);                                                                     \
        prefix##_init(&other);                                                                     \
        for (int step = 0; step <= STEPS; step++) {                                                \
            if (step == STEPS) {                                                                   \
                prefix##_reset(&state);                                                            \
                random = seed;                                                                     \
            }                                                                                      \
            random = make_frame((uint8_t *)input, sizeof input, sizeof(type), random);             \
            prefix##_step(&other, input, output);                                                  \
            prefix##_step(&other, input, output);                                                  \
            prefix##_step(&state, input, output);                                                  \
            send_checksum((const uint8_t *)output, sizeof output);                                 \
            prefix##_read_state(&state, bytes);                                                    \
            send_checksum(bytes, PREFIX##_STATE_BYTES);                                            \
        }                                                                                          \
    }
MODELS(RUN)

#define CALL(prefix, PREFIX, type, seed) prefix##_run();

int main(void) {
    hal_init();
    MODELS(CALL)
    hal_exit(0);
}
