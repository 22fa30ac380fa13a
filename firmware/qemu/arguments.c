/*
 * Decides whether the arguments given to the plugin can be used.
 * Whether the files exist is left to those who open them.
 */
#include "arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "region.h"

int arguments_refuse(const char *what, const char *why) {
    fprintf(stderr, "pioneer timing: %s: %s\n", what, why);
    return -1;
}

static int read_address(const char *text, uint64_t *address, bool *is_given) {
    char *rest;
    *address = strtoull(text, &rest, 0);
    *is_given = rest != text && *rest == '\0' && *text != '-' && *address <= UINT32_MAX;
    return *is_given ? 0 : arguments_refuse(text, "not a 32-bit address");
}

static int read_number(const char *text, uint64_t *number) {
    char *rest;
    *number = strtoull(text, &rest, 10);
    bool is_number = rest != text && *rest == '\0' && *text != '-' && *number <= UINT32_MAX;
    return is_number ? 0 : arguments_refuse(text, "not a number of regions");
}

static int read_argument(struct arguments *arguments, const char *text) {
    if (strncmp(text, "out=", 4) == 0) {
        arguments->out = text + 4;
    } else if (strncmp(text, "table=", 6) == 0) {
        arguments->table = text + 6;
    } else if (strncmp(text, "memory=", 7) == 0) {
        arguments->memory = text + 7;
    } else if (strncmp(text, "begin=", 6) == 0) {
        return read_address(text + 6, &arguments->begin, &arguments->has_begin);
    } else if (strncmp(text, "end=", 4) == 0) {
        return read_address(text + 4, &arguments->end, &arguments->has_end);
    } else if (strncmp(text, "profile=", 8) == 0) {
        arguments->profile = text + 8;
    } else if (strncmp(text, "places=", 7) == 0) {
        arguments->places = text + 7;
    } else if (strncmp(text, "varied=", 7) == 0) {
        return read_number(text + 7, &arguments->varied);
    } else if (strncmp(text, "spans=", 6) == 0) {
        return read_number(text + 6, &arguments->spans);
    } else if (strcmp(text, "decode=thumb") == 0) {
        arguments->decoder = DECODER_THUMB;
    } else if (strcmp(text, "decode=riscv") == 0) {
        arguments->decoder = DECODER_RISCV;
    } else if (strcmp(text, "decode=xtensa") == 0) {
        arguments->decoder = DECODER_XTENSA;
    } else if (strcmp(text, "audit=on") == 0) {
        arguments->audit = true;
    } else {
        return arguments_refuse(text, "not an argument of this plugin");
    }
    return 0;
}

static int check(const struct arguments *arguments) {
    uint64_t begin = arguments->begin;
    uint64_t end = arguments->end;
    uint64_t distance = begin < end ? end - begin : begin - end;
    if (arguments->out == NULL || !arguments->has_begin || !arguments->has_end) {
        return arguments_refuse("arguments", "out=, begin= and end= are needed");
    }
    if ((arguments->profile == NULL) != (arguments->places == NULL)) {
        return arguments_refuse("arguments", "profile= and places= need each other");
    }
    if (distance < REGION_LIMIT) {
        return arguments_refuse("begin and end", "the mark arrays overlap");
    }
    return 0;
}

int arguments_read(struct arguments *arguments, int count, char **texts) {
    for (int i = 0; i < count; i++) {
        if (read_argument(arguments, texts[i]) != 0) {
            return -1;
        }
    }
    return check(arguments);
}
