/*
 * Prints which registers the plugin's decoder says an instruction reads and writes, and how, one line each, for
 * thumb-reads.test.ts. Input: lines of two hexadecimal halfwords. What is right is left to the test.
 */
#include <inttypes.h>
#include <stdio.h>

#include "thumb.h"

int main(void) {
    unsigned first;
    unsigned second;
    while (scanf("%x %x", &first, &second) == 2) {
        struct insn insn = thumb_decode((uint16_t)first, (uint16_t)second);
        printf("%x %x %x %x %x %x %x %" PRIx32 " %u %u %d\n", insn.reads, insn.writes,
               insn.operands, insn.shifts, insn.accumulates, insn.stores, insn.updates,
               insn.fp_accumulates, insn.group, insn.flags >> 9, insn.offset);
    }
    return 0;
}
