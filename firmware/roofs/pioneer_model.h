/*
 * The microbenchmarks of roofs.c under the names of a model, so that the program speed runs and
 * times them: step n is microbenchmark n modulo their number. What they say of a board is left to
 * the host.
 */
#ifndef PIONEER_MODEL_H
#define PIONEER_MODEL_H

#include <stdint.h>

#define MODEL_NAME "roofs"
/* "roofs", the version of the microbenchmarks and whose instructions they are written in; raised
 * with every change of them. */
#if defined(__riscv)
#define MODEL_DIGEST "726f6f6673020003"
#elif defined(__XTENSA__)
#define MODEL_DIGEST "726f6f6673020004"
#elif defined(__ARM_FEATURE_MVE)
#define MODEL_DIGEST "726f6f6673030005"
#elif defined(__ARM_FEATURE_DSP)
#define MODEL_DIGEST "726f6f6673030001"
#else
#define MODEL_DIGEST "726f6f6673030002"
#endif
#define MODEL_INPUT_BYTES 4
#define MODEL_OUTPUT_BYTES 4
#define MODEL_STATE_BYTES 4
#define MODEL_INPUT_VALUE_BYTES 1
#define MODEL_MICROBENCHMARKS roofs_count()

typedef struct {
    uint32_t next;
} model_state;

/* How many microbenchmarks there are. */
uint32_t roofs_count(void);

/* Makes ready what is not to be timed. */
void roofs_prepare(void);

/* Runs microbenchmark `index` modulo their number. */
void roofs_run(uint32_t index);

static inline void model_init(model_state *state)
{
    state->next = 0;
    roofs_prepare();
}

static inline void model_reset(model_state *state)
{
    model_init(state);
}

static inline void model_step(model_state *state, const uint8_t *input, uint8_t *output)
{
    (void)input;
    roofs_run(state->next++);
    output[0] = 0;
}

static inline void model_read_state(const model_state *state, uint8_t *bytes)
{
    bytes[0] = (uint8_t)(state->next & 0xff);
}

#endif
