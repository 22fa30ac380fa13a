/*
 * A model with results known by hand: output = input + sum of all inputs since the reset, mod 256.
 * It stands in for generated code where the firmware itself is under test.
 */
#ifndef PIONEER_MODEL_H
#define PIONEER_MODEL_H

#include <stdint.h>

#define MODEL_NAME "toy"
#define MODEL_DIGEST "0123456789abcdef"
#define MODEL_INPUT_BYTES 3
#define MODEL_OUTPUT_BYTES 3
#define MODEL_STATE_BYTES 3
#define MODEL_INPUT_VALUE_BYTES 1
#define MODEL_OUTPUT_SCALE 0.5f
#define MODEL_OUTPUT_ZERO_POINT (-2)

/* As in generated code: where the functions of a step lie. */
#ifndef PIONEER_CODE
#define PIONEER_CODE
#endif

typedef struct {
    uint8_t sum[MODEL_INPUT_BYTES];
} model_state;

void toy_reset(model_state *state);
void toy_step(model_state *state, const uint8_t *input, uint8_t *output);

static inline void model_init(model_state *state) {
    toy_reset(state);
}

static inline void model_reset(model_state *state) {
    toy_reset(state);
}

static inline void model_step(model_state *state, const uint8_t *input, uint8_t *output) {
    toy_step(state, input, output);
}

void model_read_state(const model_state *state, uint8_t *bytes);

#endif
