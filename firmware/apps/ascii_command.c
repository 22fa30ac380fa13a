/*
 * Cuts bytes into commands and commands into words and numbers, whatever a host sends.
 * What a command does is left to mlperf_tiny.c.
 */
#include "ascii_command.h"

command_status command_take(command_buffer *buffer, uint8_t byte) {
    if (byte == '\r' || byte == '\n') {
        return COMMAND_UNFINISHED;
    }
    if (byte != '%') {
        if (buffer->length < COMMAND_MAX_BYTES) {
            buffer->text[buffer->length] = (char)byte;
        }
        if (buffer->length <= COMMAND_MAX_BYTES) {
            buffer->length++;
        }
        return COMMAND_UNFINISHED;
    }
    const bool fits = buffer->length <= COMMAND_MAX_BYTES;
    buffer->text[fits ? buffer->length : COMMAND_MAX_BYTES] = '\0';
    buffer->length = 0;
    return fits ? COMMAND_READY : COMMAND_TOO_LONG;
}

char *command_word(char **rest) {
    char *at = *rest;
    while (*at == ' ') {
        at++;
    }
    char *const word = at;
    while (*at != '\0' && *at != ' ') {
        at++;
    }
    if (*at == ' ') {
        *at++ = '\0';
    }
    *rest = at;
    return word;
}

bool command_number(const char *word, uint32_t *number) {
    uint32_t value = 0;
    if (*word == '\0') {
        return false;
    }
    for (; *word != '\0'; word++) {
        if (*word < '0' || *word > '9') {
            return false;
        }
        const uint32_t digit = (uint32_t)(*word - '0');
        if (value > (UINT32_MAX - digit) / 10u) {
            return false;
        }
        value = 10u * value + digit;
    }
    *number = value;
    return true;
}

static int hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

int command_hex(const char digits[2]) {
    const int high = hex_digit(digits[0]);
    const int low = hex_digit(digits[1]);
    return high < 0 || low < 0 ? -1 : 16 * high + low;
}

bool command_is(const char *word, const char *name) {
    while (*word != '\0' && *word == *name) {
        word++;
        name++;
    }
    return *word == *name;
}
