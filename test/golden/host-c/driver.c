/*
 * Runs the models of models.h over the frames on stdin and writes what they give to stdout, as bytes.
 * Making the models and judging the bytes is left to host-c.test.ts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "models.h"

static void read_exactly(void *bytes, size_t count)
{
    if (fread(bytes, 1, count, stdin) != count) {
        exit(3);
    }
}

static void write_exactly(const void *bytes, size_t count)
{
    if (fwrite(bytes, 1, count, stdout) != count) {
        exit(4);
    }
}

struct model {
    size_t state_size;
    size_t input_bytes;
    size_t output_bytes;
    size_t state_bytes;
    void (*init)(void *state);
    void (*reset)(void *state);
    void (*step)(void *state, const void *input, void *output);
    void (*read_state)(const void *state, uint8_t *bytes);
};

#define WRAP(prefix, PREFIX, type)                                                                 \
    static void prefix##_any_init(void *state) { prefix##_init(state); }                           \
    static void prefix##_any_reset(void *state) { prefix##_reset(state); }                         \
    static void prefix##_any_step(void *state, const void *input, void *output)                    \
    {                                                                                              \
        prefix##_step(state, input, output);                                                       \
    }                                                                                              \
    static void prefix##_any_read_state(const void *state, uint8_t *bytes)                         \
    {                                                                                              \
        prefix##_read_state(state, bytes);                                                         \
    }
MODELS(WRAP)

#define DESCRIBE(prefix, PREFIX, type)                                                             \
    {                                                                                              \
        sizeof(prefix##_state), PREFIX##_INPUT_SIZE * sizeof(type),                                \
            PREFIX##_OUTPUT_SIZE * sizeof(type), PREFIX##_STATE_BYTES, prefix##_any_init,          \
            prefix##_any_reset, prefix##_any_step, prefix##_any_read_state,                        \
    },
static const struct model models[] = {MODELS(DESCRIBE)};

/* One stream, then its first frame again after a reset. Every buffer is exactly as long as promised,
 * so that the address sanitizer sees a byte too far. */
static void run(const struct model *model)
{
    void *state = malloc(model->state_size);
    void *first = malloc(model->input_bytes);
    void *input = malloc(model->input_bytes);
    void *output = malloc(model->output_bytes);
    uint8_t *bytes = malloc(model->state_bytes);

    model->init(state);
    for (int step = 0; step <= STEPS; step++) {
        if (step == STEPS) {
            model->reset(state);
        } else {
            read_exactly(step == 0 ? first : input, model->input_bytes);
        }
        model->step(state, step % STEPS == 0 ? first : input, output);
        write_exactly(output, model->output_bytes);
        model->read_state(state, bytes);
        write_exactly(bytes, model->state_bytes);
    }
    free(state);
    free(first);
    free(input);
    free(output);
    free(bytes);
}

int main(void)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        run(&models[i]);
    }
    return 0;
}
