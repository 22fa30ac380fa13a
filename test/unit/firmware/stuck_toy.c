/*
 * The toy model in a state that no input leads out of: its output stands still.
 * It stands in for generated code where the watch over the model is under test.
 */
#include <string.h>

#include "pioneer_model.h"

void toy_reset(model_state *state) {
    memset(state, 0, sizeof *state);
}

void toy_step(model_state *state, const uint8_t *input, uint8_t *output) {
    (void)state;
    (void)input;
    memset(output, STUCK_AT, MODEL_OUTPUT_BYTES);
}

void model_read_state(const model_state *state, uint8_t *bytes) {
    memcpy(bytes, state->sum, MODEL_STATE_BYTES);
}
