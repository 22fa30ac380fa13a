/*
 * Which stores are the firmware's region marks: one byte to element `id` of one of two arrays of
 * REGION_LIMIT bytes; wider stores to them (clearing .bss) are none. Counted is everything after
 * the begin store up to, not including, the end store.
 * What follows from a mark is left to region.c and to those who count.
 */
#ifndef PIONEER_MARKS_H
#define PIONEER_MARKS_H

#include <stdint.h>

enum mark_kind { MARK_NONE, MARK_BEGIN, MARK_END };

struct mark {
    enum mark_kind kind;
    unsigned id; /* 0 to REGION_LIMIT - 1; 0 for MARK_NONE */
};

/* The mark that a one-byte store to `address` is. */
struct mark mark_at(uint64_t address);

#endif
