/*
 * Text of the MLPerf Tiny dialect without printf: words, whole numbers, bytes, decimals.
 * Which lines a command answers with is left to mlperf_tiny.c.
 */
#ifndef PIONEER_ASCII_REPLY_H
#define PIONEER_ASCII_REPLY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sends text as it is. */
void reply_text(const char *text);

/* Sends what a host sent, with '?' for all that is no printable ASCII: no host can forge a line. */
void reply_quoted(const char *text);

/* Sends a number in decimal. */
void reply_unsigned(uint64_t number);

/* Sends two hexadecimal digits. */
void reply_byte(uint8_t byte);

/* Sends a number with six decimals, rounded; "nan", "inf" or "-inf" where it has none, and for
 * magnitudes of 2^31 and above, which no output of a network reaches. */
void reply_decimal(float number);

/* Ends a line and hands what waited to the link. */
void reply_end(void);

/* Sends text as a whole line. */
void reply_line(const char *text);

#ifdef __cplusplus
}
#endif

#endif
