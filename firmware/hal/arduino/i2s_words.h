/*
 * Samples as an I2S microphone and amplifier have them: the upper bits of a 32-bit word, a word a sample.
 * Moving words is left to the drivers' files.
 */
#ifndef PIONEER_I2S_WORDS_H
#define PIONEER_I2S_WORDS_H

#include <stdint.h>

/* The microphone's lower bits, 8 of 24, are below its noise. */
static inline void i2s_samples_of(const int32_t *words, int16_t *samples, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        samples[i] = (int16_t)(words[i] >> 16);
    }
}

static inline void i2s_words_of(const int16_t *samples, int32_t *words, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        words[i] = (int32_t)samples[i] * 65536;
    }
}

#endif
