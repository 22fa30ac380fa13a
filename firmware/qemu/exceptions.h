/*
 * Keeps where handlers of exceptions go back to, so that the branch that ends one is told from any other.
 * What entry and return cost is left to the tables, when they happen to walk.c.
 */
#ifndef PIONEER_EXCEPTIONS_H
#define PIONEER_EXCEPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Forgets every handler: a region begins. */
void exceptions_begin(void);

/* True while a handler runs. */
bool exceptions_are_open(void);

/* A handler begins; `resume` is what would have run next. Nested too deep, the outermost is forgotten. */
void exceptions_enter(uint32_t resume);

/* True where control at `pc` ends the innermost handler, which is then over. */
bool exceptions_end_at(uint32_t pc);

#endif
