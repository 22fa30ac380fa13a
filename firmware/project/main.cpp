/*
 * Your program: what arrives is one frame of the model's input, what leaves is what the model makes of it.
 * The conversation with the host is left to lib/pioneer, the arithmetic to the model's library.
 *
 * Change what happens to a frame in `answer`; `npx pioneer run` then compares every value with what the
 * model alone would give, so that it shows what your change does.
 */
#include <string.h>

#include "session.h"
#include "step.h"

static model_state state;
alignas(STEP_ALIGNMENT) static uint8_t input[MODEL_INPUT_BYTES];
alignas(STEP_ALIGNMENT) static uint8_t output[MODEL_OUTPUT_BYTES];

static void answer(const record_input &request) {
    memcpy(input, request.values, sizeof input);
    const uint64_t cycles = timed_step(&state, input, output);

    record_output result = {};
    result.frame = request.frame;
    result.cycles = cycles; /* 0 where the board has no counter */
    result.values = output;
    result.values_length = sizeof output;
    session_send_output(&result);
}

int main() {
    session_start("stream", 0);
    model_init(&state);
    for (;;) {
        const session_request request = session_wait();
        switch (request.kind) {
        case SESSION_INPUT:
            answer(request.input);
            break;
        case SESSION_RESET:
            model_reset(&state);
            break;
        default:
            session_refuse(&request);
        }
    }
}
