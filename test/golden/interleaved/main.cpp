/*
 * Two models with prefixes of their own in one C++ program, two streams of each, their steps interleaved.
 * Frames come from stdin and outputs go to stdout, as bytes, in the order of the calls; interleaved.test.ts judges them.
 */
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "left.h"
#include "pioneer_model.h"
#include "right_2.h"

static_assert(MODEL_INPUT_BYTES == RIGHT_2_INPUT_SIZE * MODEL_INPUT_VALUE_BYTES, "the last model");

namespace {

/* A model by its functions, so that both are run by the same code. */
template <typename State, typename Value, int inputSize, int outputSize,
          void (*init)(State *), void (*step)(State *, const Value *, Value *)>
class Stream {
public:
    Stream()
    {
        /* Whatever lay in the memory before. */
        std::memset(static_cast<void *>(&state), 0xa5, sizeof state);
        init(&state);
    }

    bool run()
    {
        Value input[inputSize];
        Value output[outputSize];
        if (std::fread(input, sizeof input, 1, stdin) != 1) {
            return false;
        }
        step(&state, input, output);
        return std::fwrite(output, sizeof output, 1, stdout) == 1;
    }

private:
    State state;
};

using Left =
    Stream<left_state, std::int8_t, LEFT_INPUT_SIZE, LEFT_OUTPUT_SIZE, left_init, left_step>;
using Right = Stream<right_2_state, std::int16_t, RIGHT_2_INPUT_SIZE, RIGHT_2_OUTPUT_SIZE,
                     right_2_init, right_2_step>;

} // namespace

int main()
{
    Left left_a, left_b;
    Right right_a, right_b;
    while (left_a.run()) {
        if (!right_a.run() || !left_b.run() || !right_b.run()) {
            return 1;
        }
    }
    return 0;
}
