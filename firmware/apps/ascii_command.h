/*
 * Commands of the MLPerf Tiny dialect: ASCII that ends with '%', words apart by one space.
 * What a command does is left to mlperf_tiny.c.
 */
#ifndef PIONEER_ASCII_COMMAND_H
#define PIONEER_ASCII_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest command, '%' not counted [byte]; the reference firmware keeps as many. */
#define COMMAND_MAX_BYTES 80u

/* Collects one command; all zero at the start. */
typedef struct {
    char text[COMMAND_MAX_BYTES + 1u]; /* ends with NUL once complete */
    size_t length;                     /* of all that came, kept or not, up to one above the most */
} command_buffer;

typedef enum {
    COMMAND_UNFINISHED,
    COMMAND_READY,   /* in text until the next byte */
    COMMAND_TOO_LONG /* its end did not fit: it must not be obeyed */
} command_status;

/* Takes one byte. Line ends, which a person's terminal sends, are no part of a command. */
command_status command_take(command_buffer *buffer, uint8_t byte);

/* Cuts the next word off *rest; an empty string when none is left. */
char *command_word(char **rest);

/* Reads decimal digits and nothing else; false for any other word and above 2^32 - 1. */
bool command_number(const char *word, uint32_t *number);

/* The byte that two hexadecimal digits of either case say [0, 255]; -1 for other characters. */
int command_hex(const char digits[2]);

/* Whether two words are the same. */
bool command_is(const char *word, const char *name);

#ifdef __cplusplus
}
#endif

#endif
