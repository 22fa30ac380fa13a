/*
 * The memory functions that a compiler expects of every environment, for targets without a C library.
 * All else of a C library is left out: what needs it does not link.
 */
#ifndef PIONEER_STRING_H
#define PIONEER_STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *__restrict to, const void *__restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *first, const void *second, size_t length);
size_t strlen(const char *text);

#ifdef __cplusplus
}
#endif

#endif
