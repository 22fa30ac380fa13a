/*
 * stream: frames in, frames out, the state living on from one to the next.
 * Comparing and listening are left to the host.
 */
#include <string.h>

#include "session.h"
#include "step.h"

/* The sensor is read before every so many frames: about once a second at a hearable's pace. */
#define FRAMES_A_TEMPERATURE 100u

int main(void) {
    static model_state state;
    static _Alignas(STEP_ALIGNMENT) uint8_t input[MODEL_INPUT_BYTES];
    static _Alignas(STEP_ALIGNMENT) uint8_t output[MODEL_OUTPUT_BYTES];

    session_start("stream", 0);
    (void)hal_pin(false);
    model_init(&state);
    for (;;) {
        const session_request request = session_wait();
        switch (request.kind) {
        case SESSION_RESET:
            model_reset(&state);
            break;
        case SESSION_INPUT:
            memcpy(input, request.input.values, sizeof input);
            if (request.input.frame % FRAMES_A_TEMPERATURE == 0) {
                session_send_temperature(request.input.frame);
            }
            /* A power monitor sees by it when a frame is computed. */
            (void)hal_pin(true);
            const uint64_t cycles = timed_step(&state, input, output);
            (void)hal_pin(false);
            session_send_output(&(record_output){
                .frame = request.input.frame,
                .cycles = cycles,
                .values = output,
                .values_length = sizeof output,
            });
            send_kernels(request.input.frame);
            break;
        default:
            session_refuse(&request);
        }
    }
}
