/*
 * Prints what the plugin's decoder makes of instructions, one line each, for thumb-decode.test.ts.
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
        printf("%s %u %u %u %u %x %x %" PRIx32 " %" PRIx32 " %" PRId32 "\n",
               counts_class_name(counts_class(&insn)), insn.size, insn.bytes, insn.it_length,
               insn.flags, insn.writes, insn.address, insn.fp_writes, insn.fp_reads,
               insn.displacement);
    }
    return 0;
}
