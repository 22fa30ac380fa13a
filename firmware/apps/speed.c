/*
 * speed: the model on inputs the device makes itself; nothing is sent before the last step is done.
 * Statistics, and making the same inputs again to verify the last output, are left to the host.
 */
#include "session.h"
#include "step.h"

/* One count a frame waits here until the measurement is over (16 KB). */
#define MAX_FRAMES 4096u

static uint32_t cycles[MAX_FRAMES]; /* [cycle]; a frame beyond 2^32 - 1 is recorded as that */

/* Marsaglia's xorshift32 with shifts 13, 17, 5 (Journal of Statistical Software 8(14), 2003). */
static uint32_t xorshift32(uint32_t x) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

/* Four bytes of input: integers take the generator's word as it is; a float is 2^-31 times the
 * signed integer in it, within [-1, 1]. */
static uint32_t input_word(uint32_t random) {
    if (MODEL_INPUT_VALUE_BYTES != sizeof(float)) {
        return random;
    }
    const union {
        float value;
        uint32_t bits;
    } word = {.value = (float)(int32_t)random * 0x1p-31f};
    return word.bits;
}

/* Fills input [MODEL_INPUT_BYTES] with words, little-endian, the last one cut.
 * Returns the generator's state, from which the next frame goes on. */
static uint32_t make_input(uint8_t *input, uint32_t random) {
    uint32_t word = 0;
    for (uint32_t i = 0; i < MODEL_INPUT_BYTES; i++) {
        if (i % 4 == 0) {
            random = xorshift32(random);
            word = input_word(random);
        }
        input[i] = (uint8_t)(word >> (8 * (i % 4)));
    }
    return random;
}

/* Always from the initial state, so that the same request gives the same result. */
static void measure(const record_measure *request) {
    static model_state state;
    static _Alignas(STEP_ALIGNMENT) uint8_t input[MODEL_INPUT_BYTES];
    static _Alignas(STEP_ALIGNMENT) uint8_t output[MODEL_OUTPUT_BYTES];

    uint32_t random = request->seed;
    model_init(&state);
    for (uint32_t frame = 0; frame < request->frames; frame++) {
        random = make_input(input, random);
        const uint64_t taken = timed_quiet_step(&state, input, output);
        cycles[frame] = taken < UINT32_MAX ? (uint32_t)taken : UINT32_MAX;
    }
    for (uint32_t frame = 0; frame < request->frames; frame++) {
        const bool last = frame + 1 == request->frames;
        session_send_output(&(record_output){
            .frame = frame,
            .cycles = cycles[frame],
            .values = output,
            .values_length = last ? sizeof output : 0,
        });
    }
}

#ifdef MODEL_MICROBENCHMARKS /* firmware/roofs in place of a model: every step is one of so many */

#define MAX_PASSES 64u

/* A pass is every microbenchmark once, in order; what `cycles` has no room for is not begun. */
static void read_roofs(const session_request *request) {
    static model_state state;
    static _Alignas(STEP_ALIGNMENT) uint8_t input[MODEL_INPUT_BYTES];
    static _Alignas(STEP_ALIGNMENT) uint8_t output[MODEL_OUTPUT_BYTES];

    const uint32_t passes = request->read_roofs.passes;
    const uint32_t loops = MODEL_MICROBENCHMARKS;
    if (passes == 0 || passes > MAX_PASSES || passes * loops > MAX_FRAMES) {
        session_log("speed reads its roofs 1 to 64 times");
        return;
    }
    model_init(&state);
    for (uint32_t i = 0; i < passes * loops; i++) {
        const uint64_t taken = timed_quiet_step(&state, input, output);
        cycles[i] = taken < UINT32_MAX ? (uint32_t)taken : UINT32_MAX;
    }
    for (uint32_t i = 0; i < passes * loops; i++) {
        session_send_roof(&(record_roof){
            .pass = (uint16_t)(i / loops),
            .loop = (uint16_t)(i % loops),
            .loops = (uint16_t)loops,
            .cycles = cycles[i],
        });
    }
}

#else

static void read_roofs(const session_request *request) {
    session_refuse(request);
}

#endif

static void answer_measure(const record_measure *request) {
    if (request->frames == 0 || request->frames > MAX_FRAMES || request->seed == 0) {
        session_log("speed measures 1 to 4096 frames, with a seed that is not 0");
    } else {
        measure(request);
    }
}

int main(void) {
    session_start("speed", 0);
    for (;;) {
        const session_request request = session_wait();
        switch (request.kind) {
        case SESSION_MEASURE:
            answer_measure(&request.measure);
            break;
        case SESSION_READ_ROOFS:
            read_roofs(&request);
            break;
        default:
            session_refuse(&request);
        }
    }
}
