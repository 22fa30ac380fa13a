/*
 * One step of the model between its marks, timed: the only place where the programs call the model.
 * Inputs, outputs and what becomes of the cycles are left to each program.
 */
#ifndef PIONEER_STEP_H
#define PIONEER_STEP_H

#include "hal.h"
#include "pioneer_model.h"
#include "region.h"

/* The alignment [byte] that model_step asks of its buffers. */
#define STEP_ALIGNMENT 4

/* Computes output [MODEL_OUTPUT_BYTES] from input [MODEL_INPUT_BYTES] and the state.
 * Returns the cycles it took, the call and both marks included [cycle]; 0 without a counter. */
static inline uint64_t timed_step(model_state *state, const uint8_t *input, uint8_t *output) {
    /* Its address is found before the region opens, so that only the step is counted. */
    volatile uint8_t *end = &pioneer_region_end[REGION_STEP];
    __asm__ volatile("" : "+r"(end));
    const uint64_t start = hal_cycles();
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
