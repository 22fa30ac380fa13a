/*
 * Keeps one state of the scoreboard for each lane, and what every block made of the states it was
 * entered in.
 * States and passages are never freed: the firmware's code bounds their number.
 */
#include "pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "predictor.h"
#include "scoreboard.h"

enum { BUCKETS = 4096, FRONT_LIMIT = 1 << 14 };

/* A state met before; equal states have one address. */
struct snapshot {
    struct scoreboard board;
    struct snapshot *next;
};

/* What a block did, entered in a state after a wait. */
struct passage {
    const struct snapshot *from;
    const struct snapshot *to;
    struct passage *next;
    unsigned wait;
    unsigned cycles;
};

struct lane {
    struct scoreboard_rules rules;
    const struct snapshot *at;
    unsigned wait; /* 0: none; n: nothing may join the last cycle, and n - 1 more have passed */
};

struct front {
    struct front *next;
    uint32_t cached_loop;
    unsigned count;
    struct {
        const struct snapshot *at;
        unsigned wait;
    } lanes[]; /* [count] */
};

static struct lane lanes[LANE_LIMIT];
static struct front *fronts[BUCKETS];
static unsigned front_count;
static struct snapshot *buckets[BUCKETS];
static const struct scoreboard empty = {.base = 15};
static bool is_on;
static bool has_predictor; /* in some lane */

/* The LE that went back last: the core goes back there by itself. 0: none. */
static uint32_t cached_loop;

static void *allocate(size_t size) {
    void *memory = calloc(1, size);
    if (memory == NULL) {
        fputs("pioneer timing: out of memory\n", stderr);
        abort();
    }
    return memory;
}

/* FNV-1a, 32 bits. */
static uint32_t hash_of(const struct scoreboard *board) {
    const uint8_t *bytes = (const uint8_t *)board;
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < sizeof *board; i++) {
        hash = (hash ^ bytes[i]) * 16777619U;
    }
    return hash;
}

static const struct snapshot *snapshot_of(const struct scoreboard *board) {
    struct snapshot **bucket = &buckets[hash_of(board) % BUCKETS];
    for (struct snapshot *known = *bucket; known != NULL; known = known->next) {
        if (memcmp(&known->board, board, sizeof *board) == 0) {
            return known;
        }
    }
    struct snapshot *added = allocate(sizeof *added);
    *added = (struct snapshot){.board = *board, .next = *bucket};
    *bucket = added;
    return added;
}

int pipeline_read(const char *path, uint64_t varied, char *problem, size_t size) {
    static struct scoreboard_rules rules[LANE_LIMIT];
    if (scoreboard_read(rules, path, varied, problem, size) != 0) {
        return -1;
    }
    for (unsigned i = 0; i < lanes_count(); i++) {
        lanes[i].rules = rules[i];
        has_predictor = has_predictor || rules[i].of[RULE_predictor] != 0;
    }
    is_on = true;
    return 0;
}

bool pipeline_is_on(void) {
    return is_on;
}

bool pipeline_knows(const struct insn *insn) {
    bool is_float = (insn->flags & INSN_FP) != 0;
    if (insn->flags & (INSN_VECTOR | INSN_LOW_OVERHEAD)) {
        return !lanes[RULE_VALUE].rules.lacks[RULE_vectorBeats];
    }
    return !is_float || !lanes[RULE_VALUE].rules.lacks[RULE_fpuMove];
}

void pipeline_begin(void) {
    for (unsigned i = 0; i < lanes_active; i++) {
        lanes[i].at = snapshot_of(&empty);
        lanes[i].wait = 0;
    }
    cached_loop = 0;
}

/* Works out a part of a block from where the lane is; moves the lane, returns the cycles. */
static unsigned simulate(struct lane *lane, const struct block *block, unsigned from, unsigned to) {
    struct scoreboard board = lane->at->board;
    unsigned cycles = 0;
    if (lane->wait != 0) {
        scoreboard_wait(&board, lane->wait - 1U);
    }
    for (unsigned i = from; i < to; i++) {
        cycles += scoreboard_issue(&board, &lane->rules, &block->slots[i].insn);
    }
    lane->at = snapshot_of(&board);
    lane->wait = 0;
    return cycles;
}

/* The passage of a whole block, moved to the front of its list: the next run mostly repeats it. */
static const struct passage *passage_of(struct passage **first, struct lane *lane,
                                        const struct block *block) {
    struct passage **link = first;
    while (*link != NULL && ((*link)->from != lane->at || (*link)->wait != lane->wait)) {
        link = &(*link)->next;
    }
    struct passage *passage = *link;
    if (passage == NULL) {
        passage = allocate(sizeof *passage);
        passage->from = lane->at;
        passage->wait = lane->wait;
        passage->cycles = simulate(lane, block, 0, block->length);
        passage->to = lane->at;
    } else {
        *link = passage->next;
    }
    passage->next = *first;
    *first = passage;
    return passage;
}

void pipeline_run(struct block *block, unsigned from, unsigned to, int *cycles) {
    bool is_whole = from == 0 && to == block->length;
    if (from == to) {
        return;
    }
    for (unsigned i = 0; i < lanes_active; i++) {
        struct lane *lane = &lanes[i];
        if (is_whole) {
            const struct passage *passage = passage_of(&block->passages[i], lane, block);
            cycles[i] += (int)passage->cycles;
            lane->at = passage->to;
            lane->wait = 0;
        } else {
            cycles[i] += (int)simulate(lane, block, from, to);
        }
    }
}

/* Leaves LE: nothing joins its cycle, whichever way it went. */
static void leave_loop(uint32_t pc, enum transfer transfer, int *cycles) {
    bool goes_back = transfer == TRANSFER_TAKEN;
    enum scoreboard_rule rule = !goes_back          ? RULE_loopLeave
                                : cached_loop == pc ? RULE_loopBack
                                                    : RULE_loopFirst;
    for (unsigned i = 0; i < lanes_active; i++) {
        unsigned lost = lanes[i].rules.of[rule];
        lanes[i].wait = 1U + lost;
        cycles[i] += (int)lost;
    }
    cached_loop = goes_back ? pc : 0;
}

static bool is_here(const struct front *front) {
    if (front->count != lanes_active || front->cached_loop != cached_loop) {
        return false;
    }
    for (unsigned i = 0; i < lanes_active; i++) {
        if (front->lanes[i].at != lanes[i].at || front->lanes[i].wait != lanes[i].wait) {
            return false;
        }
    }
    return true;
}

const struct front *pipeline_front(void) {
    uintptr_t hash = cached_loop;
    for (unsigned i = 0; i < lanes_active; i++) {
        hash = hash * 31U + ((uintptr_t)lanes[i].at >> 4);
        hash = hash * 31U + lanes[i].wait;
    }
    struct front **bucket = &fronts[(hash ^ hash >> 12) % BUCKETS];
    for (const struct front *known = *bucket; known != NULL; known = known->next) {
        if (is_here(known)) {
            return known;
        }
    }
    if (front_count == FRONT_LIMIT) {
        return NULL;
    }
    struct front *added = allocate(sizeof *added + lanes_active * sizeof *added->lanes);
    added->cached_loop = cached_loop;
    added->count = lanes_active;
    for (unsigned i = 0; i < lanes_active; i++) {
        added->lanes[i].at = lanes[i].at;
        added->lanes[i].wait = lanes[i].wait;
    }
    added->next = *bucket;
    *bucket = added;
    front_count++;
    return added;
}

void pipeline_resume(const struct front *front) {
    cached_loop = front->cached_loop;
    for (unsigned i = 0; i < front->count; i++) {
        lanes[i].at = front->lanes[i].at;
        lanes[i].wait = front->lanes[i].wait;
    }
}

bool pipeline_predicts(const struct insn *insn) {
    return has_predictor && (insn->flags & INSN_CONDITIONAL) != 0 &&
           (insn->flags & INSN_DIRECT) != 0;
}

void pipeline_leave(const struct insn *insn, uint32_t pc, enum transfer transfer,
                    int *cycles) {
    if (insn_ends_loop(insn)) {
        leave_loop(pc, transfer, cycles);
        return;
    }
    bool is_taken = transfer == TRANSFER_TAKEN;
    bool is_right = true;
    if (pipeline_predicts(insn) && (is_taken || transfer == TRANSFER_UNTAKEN)) {
        bool is_backward = insn->displacement < 0;
        is_right = predictor_guess(pc, is_backward) == is_taken;
        predictor_learn(pc, is_backward, is_taken);
    }
    for (unsigned i = 0; i < lanes_active; i++) {
        struct lane *lane = &lanes[i];
        const struct scoreboard_rules *rules = &lane->rules;
        if (!is_right && rules->of[RULE_predictor] != 0) {
            lane->wait = 1U + rules->of[RULE_mispredicted];
        } else if (is_taken) {
            lane->wait = 1U + scoreboard_taken(&lane->at->board, rules, insn);
        } else if (transfer == TRANSFER_INTERRUPT) {
            lane->wait = 1U + rules->of[RULE_exceptionEntry];
        } else if (transfer == TRANSFER_RETURN) {
            lane->wait = 1U + rules->of[RULE_exceptionReturn];
        } else {
            lane->wait = 0;
        }
        cycles[i] += lane->wait != 0 ? (int)lane->wait - 1 : 0;
    }
}
