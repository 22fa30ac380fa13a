/*
 * The toy model's arithmetic, byte by byte: sum += input, output = input + sum.
 */
#include "pioneer_model.h"

void toy_reset(model_state *state) {
    for (int i = 0; i < MODEL_INPUT_BYTES; i++) {
        state->sum[i] = 0;
    }
}

PIONEER_CODE
void toy_step(model_state *state, const uint8_t *input, uint8_t *output) {
    for (int i = 0; i < MODEL_INPUT_BYTES; i++) {
        state->sum[i] = (uint8_t)(state->sum[i] + input[i]);
        output[i] = (uint8_t)(input[i] + state->sum[i]);
    }
}

void model_read_state(const model_state *state, uint8_t *bytes) {
    for (int i = 0; i < MODEL_STATE_BYTES; i++) {
        bytes[i] = state->sum[i];
    }
}
