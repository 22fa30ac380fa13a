/*
 * Tells marks from other stores by the addresses that the plugin was given.
 * Reading the addresses is left to arguments.c.
 */
#include "marks.h"

#include "plugin.h"

struct mark mark_at(uint64_t address) {
    if (address - arguments.begin < REGION_LIMIT) {
        return (struct mark){MARK_BEGIN, (unsigned)(address - arguments.begin)};
    }
    if (address - arguments.end < REGION_LIMIT) {
        return (struct mark){MARK_END, (unsigned)(address - arguments.end)};
    }
    return (struct mark){MARK_NONE, 0};
}
