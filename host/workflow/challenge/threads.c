/*
 * Times the generated C on this computer: independent streams of one model, split between threads.
 * Which threads, streams and steps is left to the caller, judging the times to host/analyze.
 *
 *   threads THREADS STREAMS STEPS SEED
 *
 * prints {"pinned":...,"seconds":...,"output":"HEX"}; HEX is the last output of a stream. Status 3 when two streams
 * differ, 2 for wrong use.
 */
#define _GNU_SOURCE
#include "pioneer_model.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_THREADS 64
#define MAX_STEPS 4096

typedef struct {
    pthread_t thread;
    int cpu; /* -1: not pinned */
    unsigned streams;
    unsigned steps;
    int pinned;
    int differs;
    /* A cache line of its own for what each step writes. */
    _Alignas(64) model_state state;
    _Alignas(64) uint8_t output[MODEL_OUTPUT_BYTES];
    _Alignas(64) uint8_t first[MODEL_OUTPUT_BYTES];
} worker;

static worker workers[MAX_THREADS];
static uint8_t inputs[MAX_STEPS][(MODEL_INPUT_BYTES + 3) / 4 * 4] __attribute__((aligned(64)));
static pthread_barrier_t start;

/* The frames of firmware/apps/speed.c. */
static void make_inputs(unsigned steps, uint32_t random)
{
    for (unsigned step = 0; step < steps; step++) {
        for (unsigned i = 0; i < MODEL_INPUT_BYTES; i++) {
            if (i % 4 == 0) {
                random ^= random << 13;
                random ^= random >> 17;
                random ^= random << 5;
            }
            inputs[step][i] = (uint8_t)(random >> (8 * (i % 4)));
        }
    }
}

static void *work(void *argument)
{
    worker *self = argument;
    if (self->cpu >= 0) {
        cpu_set_t only;
        CPU_ZERO(&only);
        CPU_SET((size_t)self->cpu, &only);
        self->pinned = pthread_setaffinity_np(pthread_self(), sizeof only, &only) == 0;
    }
    pthread_barrier_wait(&start);
    for (unsigned stream = 0; stream < self->streams; stream++) {
        model_init(&self->state);
        for (unsigned step = 0; step < self->steps; step++) {
            model_step(&self->state, inputs[step], self->output);
        }
        if (stream == 0) {
            memcpy(self->first, self->output, sizeof self->first);
        }
        self->differs |= memcmp(self->first, self->output, sizeof self->first) != 0;
    }
    return NULL;
}

/* The n-th processor this process may use; -1 when there are fewer. */
static int allowed_cpu(int n)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return -1;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET((size_t)cpu, &allowed) && n-- == 0) {
            return cpu;
        }
    }
    return -1;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
    const unsigned threads = argc == 5 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    const unsigned streams = argc == 5 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    const unsigned steps = argc == 5 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
    const uint32_t seed = argc == 5 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
    if (threads == 0 || threads > MAX_THREADS || streams < threads || steps == 0 ||
        steps > MAX_STEPS || seed == 0) {
        fprintf(stderr, "use: threads THREADS STREAMS STEPS SEED\n");
        return 2;
    }
    make_inputs(steps, seed);
    pthread_barrier_init(&start, NULL, threads + 1);
    for (unsigned i = 0; i < threads; i++) {
        worker *self = &workers[i];
        self->cpu = allowed_cpu((int)i);
        self->streams = streams / threads + (i < streams % threads);
        self->steps = steps;
        if (pthread_create(&self->thread, NULL, work, self) != 0) {
            fprintf(stderr, "thread %u does not start\n", i);
            return 2;
        }
    }
    pthread_barrier_wait(&start);
    const double begin = now();
    int pinned = 1;
    int differs = 0;
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        pinned &= workers[i].pinned;
        differs |= workers[i].differs;
        differs |= memcmp(workers[0].first, workers[i].first, sizeof workers[0].first) != 0;
    }
    const double seconds = now() - begin;
    printf("{\"pinned\":%s,\"seconds\":%.9f,\"output\":\"", pinned ? "true" : "false", seconds);
    for (unsigned i = 0; i < MODEL_OUTPUT_BYTES; i++) {
        printf("%02x", workers[0].first[i]);
    }
    printf("\"}\n");
    return differs ? 3 : 0;
}
