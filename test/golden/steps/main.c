/*
 * One stream in calls of several steps and of one by turns: frames on stdin, what the model gives and its state on stdout.
 * Making the model, and judging the bytes, is left to steps.test.ts.
 */
#include <stdio.h>

#include "seq.c"

static seq_state state;

int main(void)
{
    static VALUE input[SEQ_STEPS * SEQ_INPUT_SIZE];
    static VALUE output[SEQ_STEPS * SEQ_OUTPUT_SIZE];
    static uint8_t bytes[SEQ_STATE_BYTES];

    seq_init(&state);
    for (int call = 0; call < CALLS; call++) {
        const size_t steps = call % 3 == 1 ? 1 : SEQ_STEPS;
        if (fread(input, sizeof(VALUE), steps * SEQ_INPUT_SIZE, stdin) != steps * SEQ_INPUT_SIZE) {
            return 1;
        }
        if (steps == 1) {
            seq_step(&state, input, output);
        } else {
            seq_steps(&state, input, output);
        }
        fwrite(output, sizeof(VALUE), steps * SEQ_OUTPUT_SIZE, stdout);
        seq_read_state(&state, bytes);
        fwrite(bytes, 1, sizeof bytes, stdout);
    }
    return 0;
}
