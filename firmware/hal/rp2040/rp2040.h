/*
 * What the files of the RP2040 share: the clock tree and the registers that reset and alias the rest.
 * The boards have the same crystal and speed, so there is no file a board.
 */
#ifndef PIONEER_RP2040_H
#define PIONEER_RP2040_H

#include <stdint.h>

#include "../register.h"

#define CORE_HZ 133000000u
#define CRYSTAL_HZ 12000000u

/* A write to these aliases of a register sets, or clears, the bits that are 1 (RP2040 data sheet 2.1.2). */
#define SET_BITS(address) REGISTER((address) + 0x2000u)
#define CLEAR_BITS(address) REGISTER((address) + 0x3000u)

/* Starts crystal, loop and clocks, and the peripherals that programs use; every wait is bounded.
 * Returns the core's clock [Hz]; *notice says what is not as asked, null when all is. */
uint32_t rp2040_clock_start(const char **notice);

#endif
