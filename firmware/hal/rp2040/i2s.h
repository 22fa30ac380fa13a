/*
 * I2S of an RP2040, a microphone and an amplifier on one clock.
 * Moving samples to and from its queues is left to sound.c.
 */
#ifndef PIONEER_RP2040_I2S_H
#define PIONEER_RP2040_I2S_H

#include <stdbool.h>
#include <stdint.h>

#include "rp2040.h"

/* 64 bit clocks a sample, 10 cycles of the state machine a bit clock, 13 of the core's a cycle. */
#define I2S_CORE_CYCLES (64u * 10u * I2S_DIVIDER)
#define I2S_DIVIDER 13u

/* Words of the queue out: a sample's 16 bits twice, for left and right; a halfword that is written fills both (2.1.4). */
#define I2S_QUEUE_OUT 0x50200010u
/* Words of the queue in: the upper 16 bits that the microphone sent in the left slot, in the lower half. */
#define I2S_QUEUE_IN 0x50200020u
/* What DMA asks by (2.5.3.1). */
#define I2S_REQUEST_OUT 0u
#define I2S_REQUEST_IN 4u

/* Takes the pins and loads the program; false where the block stayed in reset. */
bool i2s_prepare(bool has_output);

/* Lets the clock run. With an output it stands still while the queue out is empty, which has to be filled by then. */
void i2s_start(void);

#endif
