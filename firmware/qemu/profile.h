/*
 * Decides which place of the program each count belongs to, and under which calls: the profile of
 * a region. What is counted is left to counts.h, when control moves to walk.c and
 * by_instruction.c, what a place is called to the host that numbered them.
 *
 * A place is a range of code that the host tells from others: a function, inlined ones apart, and
 * a part of a kernel in it. What the counters gained since control last moved belongs to the place
 * it moved from, so that the profile adds up to the region exactly, whatever is counted.
 */
#ifndef PIONEER_PROFILE_H
#define PIONEER_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "counts.h"

/* Reads the places: lines `begin end place entry`, hexadecimal addresses, a number below 65535, and
 * 1 where `begin` is where calls of a function arrive, else 0. Spans of the first `passes` regions
 * are kept. Returns 0, or -1 with the reason in `problem` [size bytes]. */
int profile_read(const char *path, unsigned passes, enum rules_model model, char *problem,
                 size_t size);

/* True once places are read; without them nothing below may be called. */
bool profile_is_on(void);

/* A region opens; the next instruction lies at `pc`. */
void profile_begin(uint32_t pc);

/* Control goes on at `pc`, in the same function; `counts` are the region's so far. */
void profile_step(uint32_t pc, struct counts *counts);

/* Control leaves the instruction before `after` for `pc`: on, to a call or back from one. */
void profile_move(uint32_t pc, uint32_t after, struct counts *counts);

/* Why an instruction takes more than a cycle by the core's table. A real board's memories are not
 * among them: what they cost has counters of its own. */
enum stall {
    STALL_OPERAND, /* it waits for a result */
    STALL_ACCESS,  /* it moves words, or the table gives a load or store more than one cycle */
    STALL_LONG,    /* it computes for longer: divisions, floats, barriers */
    STALL_BRANCH,  /* control goes elsewhere, or was guessed to */
    STALL_COUNT
};

/* Of the cycles counted since `before`, those beyond `issue` are a stall of the place that control
 * is in. */
void profile_stall(enum stall cause, unsigned issue, uint64_t before,
                   const struct counts *counts);

/* The region closes with these counts. */
void profile_end(struct counts *counts);

/* Writes a line a cell, {"cell":n,"path":[...],counters}: its place and before it those that called,
 * each one more than its number, 0 outside of all; and a line a span,
 * {"span":[pass, cell, begin, length]}: cycles, or instructions where nothing charges cycles. A
 * cell has "stalls":{...} by cause, null without cycles. */
void profile_write(FILE *file, bool has_classes, enum rules_model model);

#endif
