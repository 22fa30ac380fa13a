/*
 * Decodes vector loads and stores: of consecutive elements, at a base and a vector of offsets or at a vector of
 * addresses, interleaved; and the moves of two lanes that lie among them.
 * How many bytes move is left to the run: predicates leave elements out.
 */
#include "thumb.h"
#include "thumb_mve.h"

static uint32_t q_d(uint32_t word) { return mve_register(insn_bits(word, 15, 13)); }
static int bit(uint32_t word, unsigned number) { return (int)((word >> number) & 1U); }

static void transfer(struct insn *insn, uint32_t word, uint32_t data, unsigned result) {
    int is_load = bit(word, 20);
    insn->kind = is_load ? KIND_LOAD : KIND_STORE;
    insn->flags |= INSN_ELEMENTS | (is_load ? INSN_LOADS : INSN_STORES);
    insn->pipe = PIPE_MEMORY;
    insn->result = (uint8_t)result;
    insn->words = 4;
    insn->fp_writes = is_load ? data : 0;
    insn->fp_reads = is_load ? 0 : data;
}

/* A core register as base, written back or not. */
static void base(struct insn *insn, unsigned number, int is_updated) {
    insn->address = thumb_register(number);
    insn->writes = is_updated ? insn->address : 0;
    insn->updates = insn->writes;
}

/* Memory of 16, 8 or 4 bytes at [Rn, #offset], word[12] clear where elements are extended. */
static void decode_consecutive(struct insn *insn, uint32_t word) {
    int is_extended = !bit(word, 12);
    transfer(insn, word, q_d(word), RESULT_LOADED);
    base(insn, insn_bits(word, is_extended ? 18 : 19, 16), bit(word, 21));
}

/* [Rn, Qm]. */
static void decode_offsets(struct insn *insn, uint32_t word) {
    transfer(insn, word, q_d(word), RESULT_GATHERED);
    base(insn, insn_bits(word, 19, 16), 0);
    insn->fp_address = mve_register(insn_bits(word, 3, 1));
}

/* [Qm, #offset]. */
static void decode_addresses(struct insn *insn, uint32_t word) {
    uint32_t addresses = mve_register(insn_bits(word, 19, 17));
    transfer(insn, word, q_d(word), RESULT_GATHERED);
    insn->fp_address = addresses;
    insn->fp_writes |= bit(word, 21) ? addresses : 0U;
}

/* VLD2, VLD4, VST2, VST4: one of two or four parts of two or four registers. */
static void decode_interleaved(struct insn *insn, uint32_t word) {
    unsigned count = bit(word, 0) ? 4 : 2;
    uint32_t data = 0;
    for (unsigned i = 0; i < count; i++) {
        data |= mve_register(insn_bits(word, 15, 13) + i);
    }
    transfer(insn, word, data, RESULT_INTERLEAVED);
    base(insn, insn_bits(word, 19, 16), bit(word, 21));
}

/* VMOV between two core registers and two lanes of a vector. */
static void decode_lanes(struct insn *insn, uint32_t word) {
    int to_core = !bit(word, 20);
    uint16_t pair = (uint16_t)(thumb_register(insn_bits(word, 3, 0)) |
                               thumb_register(insn_bits(word, 19, 16)));
    uint32_t lanes = q_d(word) & (bit(word, 4) ? 0xaaaaaaaaU : 0x55555555U);
    insn->kind = KIND_FPU;
    insn->pipe = to_core ? PIPE_MULTIPLY : PIPE_INTEGER;
    insn->result = RESULT_SHORT;
    insn->writes = to_core ? pair : 0;
    insn->reads = to_core ? 0 : pair;
    insn->fp_reads = to_core ? lanes : 0;
    insn->fp_writes = to_core ? 0 : lanes;
}

void thumb_decode_mve_memory(struct insn *insn, uint32_t word) {
    int is_indexed = bit(word, 24);
    int is_updated = bit(word, 21);
    int is_plain = bit(word, 12); /* elements as wide in memory as in the register */
    int is_second = bit(word, 28);
    if (!is_indexed && !is_updated && !bit(word, 23)) {
        if (is_second || is_plain || insn_bits(word, 11, 5) != 0x78) {
            insn_undecoded(insn);
        } else {
            decode_lanes(insn, word);
        }
    } else if (!is_indexed && !is_updated && !is_plain) {
        decode_offsets(insn, word);
    } else if (!is_indexed && is_plain && is_second) {
        decode_interleaved(insn, word);
    } else if (!is_indexed && !is_updated) {
        insn_undecoded(insn);
    } else if (is_plain && is_second) {
        decode_addresses(insn, word);
    } else {
        decode_consecutive(insn, word);
    }
}
