/*
 * Memory functions byte by byte; those of constant length the compiler writes in place.
 * Speed is left to C libraries: nothing here is called inside a model's step.
 */
#include <string.h>

#include <stdint.h>

/* Or the compiler would recognise the loops and call the functions that they are. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
    uint8_t *target = to;
    const uint8_t *source = from;
    for (size_t i = 0; i < length; i++) {
        target[i] = source[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t length) {
    uint8_t *target = to;
    const uint8_t *source = from;
    if (target < source) {
        for (size_t i = 0; i < length; i++) {
            target[i] = source[i];
        }
    } else {
        for (size_t i = length; i > 0; i--) {
            target[i - 1] = source[i - 1];
        }
    }
    return to;
}

void *memset(void *to, int value, size_t length) {
    uint8_t *target = to;
    for (size_t i = 0; i < length; i++) {
        target[i] = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *first, const void *second, size_t length) {
    const uint8_t *a = first;
    const uint8_t *b = second;
    for (size_t i = 0; i < length; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}
