/*
 * check: like stream, and every result carries the state: a wrong bit is found where it arises.
 * The comparison with the twin is left to the host.
 */
#include <string.h>

#include "session.h"
#include "step.h"

#define OUTPUT_OVERHEAD_BYTES 16 /* frame u32, cycles u64, two lengths u16 */
_Static_assert(OUTPUT_OVERHEAD_BYTES + MODEL_OUTPUT_BYTES + MODEL_STATE_BYTES <= MAX_PAYLOAD_BYTES,
               "output and state of this model do not fit into one Output record: use stream");

int main(void) {
    static model_state state;
    static _Alignas(STEP_ALIGNMENT) uint8_t input[MODEL_INPUT_BYTES];
    static _Alignas(STEP_ALIGNMENT) uint8_t output[MODEL_OUTPUT_BYTES];
    static uint8_t state_bytes[MODEL_STATE_BYTES];

    session_start("check", MODEL_STATE_BYTES);
    model_init(&state);
    for (;;) {
        const session_request request = session_wait();
        switch (request.kind) {
        case SESSION_RESET:
            model_reset(&state);
            break;
        case SESSION_INPUT:
            memcpy(input, request.input.values, sizeof input);
            const uint64_t cycles = timed_step(&state, input, output);
            model_read_state(&state, state_bytes);
            session_send_output(&(record_output){
                .frame = request.input.frame,
                .cycles = cycles,
                .values = output,
                .values_length = sizeof output,
                .state = state_bytes,
                .state_length = sizeof state_bytes,
            });
            send_kernels(request.input.frame);
            break;
        default:
            session_refuse(&request);
        }
    }
}
