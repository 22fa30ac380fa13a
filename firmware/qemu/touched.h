/*
 * Decides how many lines of each memory a region touched.
 * How long a line is, is left to memory_model.h.
 */
#ifndef PIONEER_TOUCHED_H
#define PIONEER_TOUCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "memory_model.h"

/* The number of the open region, from 1. */
extern uint64_t touched_region;

/* Makes room for a board's lines; false without memory. */
bool touched_make(const struct memory_model *model);

/* A region opens: nothing is touched. */
void touched_begin(void);

/* `bytes` bytes from `offset` on in that memory are. */
void touched_add(unsigned memory, uint32_t offset, unsigned bytes);

uint64_t touched_lines(unsigned memory);

#endif
