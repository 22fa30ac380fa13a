/*
 * Prints what the plugin's decoder makes of instructions, one line each, for riscv-decode.test.ts.
 * Input: lines of one hexadecimal word. What is right is left to the test.
 */
#include <inttypes.h>
#include <stdio.h>

#include "counts.h"
#include "riscv.h"

int main(void) {
    unsigned word;
    while (scanf("%x", &word) == 1) {
        struct insn insn = riscv_decode(word);
        printf("%s %u %u %u %" PRIx32 " %" PRIx32 " %" PRIx32 " %" PRId32 "\n",
               counts_class_name(counts_class(&insn)), insn.size, insn.bytes, insn.flags,
               insn.reads, insn.writes, insn.address, insn.displacement);
    }
    return 0;
}
