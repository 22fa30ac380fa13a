/*
 * Reads the description of a board's memories, line by line, and refuses what cannot be simulated.
 * Simulating it is left to memory.c and fetch.c.
 */
#include "memory_model.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_LIMIT = 8, LINE_LIMIT = 256, WAITS_LIMIT = 65535, CACHE_LINES_LIMIT = 1 << 20 };

/* A line in words; numbers are taken from it with their bounds. */
struct words {
    char *word[WORD_LIMIT];
    int count;
    bool is_bad;
};

static struct words split(char *line) {
    struct words words = {.count = 0};
    for (char *word = strtok(line, " \t\r\n"); word != NULL; word = strtok(NULL, " \t\r\n")) {
        if (words.count == WORD_LIMIT) {
            words.is_bad = true;
            return words;
        }
        words.word[words.count++] = word;
    }
    return words;
}

static uint32_t number(struct words *words, int at, uint32_t low, uint32_t high) {
    const char *text = at < words->count ? words->word[at] : "";
    char *rest;
    errno = 0;
    unsigned long value = strtoul(text, &rest, 0);
    if (rest == text || *rest != '\0' || *text == '-' || errno != 0 || value < low ||
        value > high) {
        words->is_bad = true;
        return low;
    }
    return (uint32_t)value;
}

/* The shift of a power of two from `low` to `high`. */
static unsigned shift(struct words *words, int at, uint32_t low, uint32_t high) {
    uint32_t value = number(words, at, low, high);
    unsigned result = 0;
    while ((1U << result) < value && result < 31) {
        result++;
    }
    words->is_bad |= (1U << result) != value;
    return result;
}

static bool flag(struct words *words, int at) {
    return number(words, at, 0, 1) != 0;
}

static void name(struct words *words, int at, char name[MEMORY_NAME_LIMIT]) {
    const char *text = at < words->count ? words->word[at] : "";
    size_t length = strlen(text);
    bool is_plain = length > 0 && length < MEMORY_NAME_LIMIT;
    for (size_t i = 0; i < length; i++) {
        is_plain = is_plain && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789.:_-",
                                      text[i]) != NULL;
    }
    if (is_plain) {
        memcpy(name, text, length + 1U);
    }
    words->is_bad |= !is_plain;
}

static void read_memory(struct memory_model *model, struct words *words) {
    if (model->memory_count == MEMORY_LIMIT || model->variant_count != 0) {
        words->is_bad = true;
        return;
    }
    struct memory *memory = &model->memories[model->memory_count++];
    name(words, 1, memory->name);
    memory->base = number(words, 2, 0, UINT32_MAX);
    memory->bytes = number(words, 3, 1, 1U << 30);
    memory->line_shift = shift(words, 4, 1, 4096);
}

static void read_range(const struct memory_model *model, struct memory_range *ranges,
                       unsigned *count, struct words *words) {
    if (*count == MEMORY_RANGE_LIMIT || model->memory_count == 0) {
        words->is_bad = true;
        return;
    }
    struct memory_range *range = &ranges[(*count)++];
    range->begin = number(words, 1, 0, UINT32_MAX);
    range->bytes = number(words, 2, 1, UINT32_MAX);
    range->memory = number(words, 3, 0, model->memory_count - 1U);
    range->offset = number(words, 4, 0, UINT32_MAX);
    words->is_bad |= range->bytes - 1U > UINT32_MAX - range->begin;
    if (*count > 1) {
        const struct memory_range *before = range - 1;
        words->is_bad |= range->begin < before->begin ||
                         range->begin - before->begin < before->bytes;
    }
}

static void read_cache(struct memory_variant *variant, struct words *words) {
    if (variant->cache_count == MEMORY_CACHE_LIMIT) {
        words->is_bad = true;
        return;
    }
    struct memory_cache *cache = &variant->caches[variant->cache_count++];
    cache->cache.line_shift = shift(words, 1, 1, 4096);
    cache->cache.part_shift = shift(words, 2, 1, 4096);
    cache->cache.ways = number(words, 3, 1, CACHE_LINES_LIMIT);
    cache->cache.sets = 1U << shift(words, 4, 1, CACHE_LINES_LIMIT);
    const char *policy = words->count > 5 ? words->word[5] : "";
    cache->cache.replacement = strcmp(policy, "fifo") == 0     ? REPLACE_FIFO
                               : strcmp(policy, "random") == 0 ? REPLACE_RANDOM
                                                               : REPLACE_LRU;
    words->is_bad |= cache->cache.replacement == REPLACE_LRU && strcmp(policy, "lru") != 0;
    cache->prefetches = flag(words, 6);
    unsigned parts = cache->cache.line_shift - cache->cache.part_shift;
    words->is_bad |= cache->cache.part_shift > cache->cache.line_shift || parts > 5 ||
                     (uint64_t)cache->cache.ways * cache->cache.sets > CACHE_LINES_LIMIT;
    words->is_bad = words->is_bad || !cache_create(&cache->cache);
}

static void read_timing(const struct memory_model *model, struct memory_variant *variant,
                        uint32_t *timed, struct words *words) {
    if (model->memory_count == 0) {
        words->is_bad = true;
        return;
    }
    unsigned memory = number(words, 1, 0, model->memory_count - 1U);
    struct memory_timing *timing = &variant->timings[memory];
    timing->waits = number(words, 2, 0, WAITS_LIMIT);
    timing->access_shift = shift(words, 3, 1, 4096);
    for (int cause = 0; cause < MEMORY_CAUSES; cause++) {
        bool is_none = 4 + cause < words->count && strcmp(words->word[4 + cause], "-1") == 0;
        timing->cache[cause] =
            is_none ? -1 : (int)number(words, 4 + cause, 0, MEMORY_CACHE_LIMIT - 1U);
        words->is_bad |= timing->cache[cause] >= (int)variant->cache_count;
    }
    words->is_bad |= (*timed & (1U << memory)) != 0;
    *timed |= 1U << memory;
}

static int refuse(char *problem, size_t size, const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(problem, size, format, values);
    va_end(values);
    return -1;
}

/* Every memory of the last variant has its timing. */
static bool is_timed(const struct memory_model *model, uint32_t timed) {
    return model->variant_count == 0 || timed == (1U << model->memory_count) - 1U;
}

static void read_line(struct memory_model *model, struct words *words, uint32_t *timed) {
    const char *first = words->word[0];
    struct memory_variant *variant =
        model->variant_count == 0 ? NULL : &model->variants[model->variant_count - 1U];
    if (strcmp(first, "passes") == 0) {
        model->variant_passes = number(words, 1, 0, 1000);
    } else if (strcmp(first, "memory") == 0) {
        read_memory(model, words);
    } else if (strcmp(first, "code") == 0) {
        read_range(model, model->code, &model->code_count, words);
    } else if (strcmp(first, "data") == 0) {
        read_range(model, model->data, &model->data_count, words);
    } else if (strcmp(first, "variant") == 0 && model->variant_count < MEMORY_VARIANT_LIMIT &&
               is_timed(model, *timed)) {
        struct memory_variant *next = &model->variants[model->variant_count++];
        name(words, 1, next->name);
        next->waits_for_writes = flag(words, 2);
        *timed = 0;
    } else if (strcmp(first, "cache") == 0 && variant != NULL) {
        read_cache(variant, words);
    } else if (strcmp(first, "timing") == 0 && variant != NULL) {
        read_timing(model, variant, timed, words);
    } else {
        words->is_bad = true;
    }
}

int memory_model_read(struct memory_model *model, const char *path, char *problem, size_t size) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return refuse(problem, size, "cannot be read");
    }
    memset(model, 0, sizeof *model);
    char line[LINE_LIMIT];
    uint32_t timed = 0;
    int number_of_line = 0;
    int result = 0;
    while (result == 0 && fgets(line, sizeof line, file) != NULL) {
        struct words words = split(line);
        number_of_line++;
        if (words.count != 0) {
            read_line(model, &words, &timed);
        }
        if (words.is_bad) {
            result = refuse(problem, size, "line %d describes no memory", number_of_line);
        }
    }
    fclose(file);
    if (result == 0 && (model->variant_count == 0 || !is_timed(model, timed))) {
        result = refuse(problem, size, "a memory has no timing");
    }
    return result;
}

const struct memory_range *memory_range_at(const struct memory_range *ranges, unsigned count,
                                           uint32_t address) {
    unsigned low = 0;
    unsigned high = count;
    while (low < high) {
        unsigned middle = (low + high) / 2U;
        if (address < ranges[middle].begin) {
            high = middle;
        } else if (address - ranges[middle].begin >= ranges[middle].bytes) {
            low = middle + 1U;
        } else {
            return &ranges[middle];
        }
    }
    return NULL;
}
