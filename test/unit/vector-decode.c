/*
 * Prints what the plugin's decoder makes of vector instructions, one line each, for vector-decode.test.ts.
 * Input: lines of two hexadecimal halfwords. What is right is left to the test.
 */
#include <inttypes.h>
#include <stdio.h>

#include "counts.h"
#include "thumb.h"

int main(void) {
    unsigned first;
    unsigned second;
    while (scanf("%x %x", &first, &second) == 2) {
        struct insn insn = thumb_decode((uint16_t)first, (uint16_t)second);
        printf("%s %u %u %x %x %x %x %x %" PRIx32 " %" PRIx32 " %" PRIx32 " %" PRId32 " %u\n",
               counts_class_name(counts_class(&insn)), insn.pipe, insn.result, insn.reads,
               insn.writes, insn.accumulates, insn.address, insn.updates, insn.fp_writes,
               insn.fp_reads, insn.fp_address, insn.displacement, insn.flags);
    }
    return 0;
}
