/* Reads hops of samples, each followed by the model's output for it; writes the model's input and the hop that comes out.
 * The first byte says after how many hops to reset once, 0 for never. */
#include <stdio.h>
#include "pioneer_audio.h"
#include "pioneer_model.h"

int main(void)
{
    static audio_state state;
    int16_t samples[AUDIO_HOP];
    _Alignas(4) uint8_t input[MODEL_INPUT_BYTES];
    _Alignas(4) uint8_t output[MODEL_OUTPUT_BYTES];
    const int resetAfter = getchar();
    _Static_assert(AUDIO_STATE_BYTES == EXPECTED_STATE_BYTES, "the plan counts the state's bytes");
    _Static_assert(AUDIO_INPUT_BYTES == MODEL_INPUT_BYTES, "the model takes what the front end gives");
    _Static_assert(AUDIO_OUTPUT_BYTES == MODEL_OUTPUT_BYTES, "the front end takes what the model gives");

    audio_init(&state);
    for (int hop = 0; fread(samples, sizeof samples, 1, stdin) == 1; hop++) {
        if (hop > 0 && hop == resetAfter) {
            audio_reset(&state);
        }
        if (fread(output, sizeof output, 1, stdin) != 1) {
            return 1;
        }
        audio_analyse(&state, samples, input);
        audio_synthesise(&state, output, samples);
        if (fwrite(input, sizeof input, 1, stdout) != 1 || fwrite(samples, sizeof samples, 1, stdout) != 1) {
            return 1;
        }
    }
    return 0;
}
