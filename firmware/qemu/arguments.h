/*
 * Decides which arguments the plugin takes: out=, begin=, end=, decode=thumb, riscv or xtensa,
 * table=, varied=, audit=on, profile=, places=, spans=.
 * What they are used for is left to plugin.c.
 */
#ifndef PIONEER_ARGUMENTS_H
#define PIONEER_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

/* What reads the instructions; without one every instruction set is counted alike. */
enum decoder { DECODER_NONE, DECODER_THUMB, DECODER_RISCV, DECODER_XTENSA };

struct arguments {
    const char *out;   /* counts file, written anew */
    const char *table; /* timing table, lines `rule cycles`; NULL: no cycles */
    uint64_t varied;   /* regions in which each unsure rule of the table is varied alone */
    const char *memory; /* a board's memories, see memory_model.h; NULL: nothing waits for them */
    const char *profile; /* profile, written anew; NULL: none */
    const char *places;  /* what a profile tells apart, see profile.h */
    uint64_t spans;      /* regions whose spans a profile keeps */
    uint64_t begin;    /* address of pioneer_region_begin */
    uint64_t end;      /* address of pioneer_region_end */
    bool has_begin;
    bool has_end;
    enum decoder decoder;
    bool audit; /* compare decoded bytes with every access that the emulator makes */
};

/* Reads all arguments. Returns 0, or -1 after saying why on stderr. */
int arguments_read(struct arguments *arguments, int count, char **texts);

/* Says on stderr what is refused and why; returns -1. */
int arguments_refuse(const char *what, const char *why);

#endif
