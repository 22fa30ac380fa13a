/*
 * Decides which way a two-bit predictor expects a conditional branch to go.
 * What a wrong guess costs is left to the core's table.
 */
#ifndef PIONEER_PREDICTOR_H
#define PIONEER_PREDICTOR_H

#include <stdbool.h>
#include <stdint.h>

/* Guesses the branch at `pc`, learns from what it did, and says whether the guess was right. A
 * branch not met before is expected to go back, and not to go forward. */
bool predictor_is_right(uint32_t pc, bool is_backward, bool is_taken);

#endif
