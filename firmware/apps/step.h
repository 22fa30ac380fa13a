/*
 * One step of the model between its marks, timed: the only place where the programs call the model.
 * Inputs, outputs and what becomes of the cycles are left to each program.
 */
#ifndef PIONEER_STEP_H
#define PIONEER_STEP_H

#include "hal.h"
#include "pioneer_model.h"
#include "region.h"
#include "session.h"

/* The alignment [byte] that model_step asks of its buffers. */
#define STEP_ALIGNMENT 4

#ifdef MODEL_KERNELS
/* When each kernel of the last step was done, from the step's begin [cycle]. */
static struct {
    uint64_t begin;
    uint32_t ends[MODEL_KERNELS];
    uint32_t done; /* kernels of the step so far: none of one that repeats a result */
} kernels;

_Static_assert(6 + sizeof kernels.ends <= MAX_PAYLOAD_BYTES,
               "the ends of this model's kernels do not fit into one record: generate it without stamps");

/* The model's C calls it. */
void pioneer_kernel_done(uint32_t kernel);

void pioneer_kernel_done(uint32_t kernel) {
    const uint64_t taken = hal_cycles() - kernels.begin;
    kernels.ends[kernel] = taken < UINT32_MAX ? (uint32_t)taken : UINT32_MAX;
    kernels.done = kernel + 1;
}

static inline void begin_kernels(uint64_t now) {
    kernels.begin = now;
    kernels.done = 0;
}
#else
static inline void begin_kernels(uint64_t now) {
    (void)now;
}
#endif

/* Sends what the kernels of the last step took, where they are stamped. */
static inline void send_kernels(uint32_t frame) {
#ifdef MODEL_KERNELS
    /* Every target has the low byte first, as the wire. */
    session_send_kernels(&(record_kernels){
        .frame = frame,
        .ends = (const uint8_t *)kernels.ends,
        .ends_length = (uint16_t)(kernels.done * sizeof kernels.ends[0]),
    });
#else
    (void)frame;
#endif
}

/* Computes output [MODEL_OUTPUT_BYTES] from input [MODEL_INPUT_BYTES] and the state.
 * Returns the cycles it took, the call and both marks included [cycle]; 0 without a counter. */
static inline uint64_t timed_step(model_state *state, const uint8_t *input, uint8_t *output) {
    /* Its address is found before the region opens, so that only the step is counted. */
    volatile uint8_t *end = &pioneer_region_end[REGION_STEP];
    __asm__ volatile("" : "+r"(end));
    const uint64_t start = hal_cycles();
    begin_kernels(start);
    pioneer_region_begin[REGION_STEP] = 1;
    __asm__ volatile("" ::: "memory");
    model_step(state, input, output);
    __asm__ volatile("" ::: "memory");
    *end = 1;
    return hal_cycles() - start;
}

/* The same with interrupts kept out, for a program whose host is silent until it has its answer. */
static inline uint64_t timed_quiet_step(model_state *state, const uint8_t *input, uint8_t *output) {
    hal_quiet(true);
    const uint64_t taken = timed_step(state, input, output);
    hal_quiet(false);
    return taken;
}

#endif
