/*
 * Decides which way a two-bit predictor expects a conditional branch to go.
 * What a wrong guess costs is left to the core's table.
 */
#ifndef PIONEER_PREDICTOR_H
#define PIONEER_PREDICTOR_H

#include <stdbool.h>
#include <stdint.h>

/* True when the branch at `pc` is expected to be taken. One not met before is expected to go back, and
 * not to go forward. */
bool predictor_guess(uint32_t pc, bool is_backward);

/* Learns from what that branch did. */
void predictor_learn(uint32_t pc, bool is_backward, bool is_taken);

#endif
