/*
 * Prints what the plugin's decoder makes of instructions, one line each, for xtensa-decode.test.ts.
 * Input: lines of a hexadecimal word and address. What is right is left to the test.
 */
#include <inttypes.h>
#include <stdio.h>

#include "counts.h"
#include "xtensa.h"

int main(void) {
    unsigned word;
    unsigned pc;
    while (scanf("%x %x", &word, &pc) == 2) {
        struct insn insn = xtensa_decode(word, pc);
        printf("%s %u %u %u %" PRIx32 " %" PRIx32 " %" PRIx32 " %" PRId32 "\n",
               counts_class_name(counts_class(&insn)), insn.size, insn.bytes, insn.flags,
               insn.reads, insn.writes, insn.address, insn.displacement);
    }
    return 0;
}
