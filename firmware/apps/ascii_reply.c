/*
 * Writes text through a buffer of one short piece, so that a line of any length needs no more memory.
 * Which lines a command answers with is left to mlperf_tiny.c.
 */
#include "ascii_reply.h"

#include <stddef.h>

#include "hal.h"

#define DECIMALS_SCALE 1000000.0f
#define DECIMALS 1000000
#define TOO_LARGE 2147483648.0f /* 2^31 */

static uint8_t piece[64];
static size_t piece_length;

static void hand_over(void) {
    /* The dialect has no word for lost replies: a host sees that m-ready does not come. */
    (void)hal_write(piece, piece_length);
    piece_length = 0;
}

static void put(char character) {
    piece[piece_length++] = (uint8_t)character;
    if (piece_length == sizeof piece) {
        hand_over();
    }
}

void reply_text(const char *text) {
    while (*text != '\0') {
        put(*text++);
    }
}

void reply_quoted(const char *text) {
    for (; *text != '\0'; text++) {
        put(*text >= ' ' && *text <= '~' ? *text : '?');
    }
}

/* Sends at least `digits` digits, by subtraction: some cores have no division of 64 bits. */
static void put_decimal(uint64_t number, int digits) {
    static const uint64_t powers[] = {
        1u,
        10u,
        100u,
        1000u,
        10000u,
        100000u,
        1000000u,
        10000000u,
        100000000u,
        1000000000u,
        10000000000u,
        100000000000u,
        1000000000000u,
        10000000000000u,
        100000000000000u,
        1000000000000000u,
        10000000000000000u,
        100000000000000000u,
        1000000000000000000u,
        10000000000000000000u,
    };
    int place = (int)(sizeof powers / sizeof powers[0]) - 1;
    while (place >= digits && number < powers[place]) {
        place--;
    }
    for (; place >= 0; place--) {
        char digit = '0';
        while (number >= powers[place]) {
            number -= powers[place];
            digit++;
        }
        put(digit);
    }
}

void reply_unsigned(uint64_t number) {
    put_decimal(number, 1);
}

void reply_byte(uint8_t byte) {
    static const char digits[] = "0123456789abcdef";
    put(digits[byte >> 4]);
    put(digits[byte & 15]);
}

void reply_decimal(float number) {
    if (!(number <= 0.0f) && !(number >= 0.0f)) {
        reply_text("nan");
        return;
    }
    const bool is_negative = number < 0.0f;
    const float magnitude = is_negative ? -number : number;
    if (magnitude >= TOO_LARGE) {
        reply_text(is_negative ? "-inf" : "inf");
        return;
    }
    int32_t whole = (int32_t)magnitude;
    int32_t fraction = (int32_t)((magnitude - (float)whole) * DECIMALS_SCALE + 0.5f);
    if (fraction >= DECIMALS) {
        fraction -= DECIMALS;
        whole++;
    }
    if (is_negative && (whole > 0 || fraction > 0)) {
        put('-');
    }
    put_decimal((uint64_t)whole, 1);
    put('.');
    put_decimal((uint64_t)fraction, 6);
}

void reply_end(void) {
    reply_text("\r\n");
    hand_over();
}

void reply_line(const char *text) {
    reply_text(text);
    reply_end();
}
