/*
 * Loops of one kind of instruction each. What a lap costs beyond one of the empty loop is what its
 * instructions cost; dividing is left to the host, which knows the loops by their order
 * (host/workflow/bench/roof-loops.ts), the instructions to a file for each set.
 *
 * Every instruction of a body has one size and every lap begins at a multiple of four, so that
 * fetching costs all the same.
 */
#include "pioneer_model.h"

enum {
    BUFFER_WORDS = 128, /* 16 loads, 32 bytes apart, 16 bytes each at most */
    FAR_WORDS = 16384   /* more than the caches before a board's flash hold */
};

/* Known to the loops by name. */
extern const uint32_t roofs_weights[BUFFER_WORDS];
extern const uint32_t roofs_far[FAR_WORDS];
extern uint32_t roofs_data[BUFFER_WORDS];

const uint32_t roofs_weights[BUFFER_WORDS] __attribute__((used)) = {1};
const uint32_t roofs_far[FAR_WORDS] __attribute__((used)) = {1};
uint32_t roofs_data[BUFFER_WORDS] __attribute__((used));

#if defined(__riscv) || defined(__XTENSA__)
void roofs_prepare(void)
{
}
#endif

#if defined(__riscv)
#include "loops_riscv.h"
#elif defined(__XTENSA__)
#include "loops_xtensa.h"
#elif defined(__ARM_FEATURE_MVE)
#include "loops_mve.h"
#elif defined(__ARM_FEATURE_DSP)
#include "loops_thumb2.h"
#else
#include "loops_thumb1.h"
#endif

uint32_t roofs_count(void)
{
    return sizeof loops / sizeof loops[0];
}

void roofs_run(uint32_t index)
{
    loops[index % roofs_count()]();
}
