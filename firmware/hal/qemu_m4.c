/* Where QEMU's mps2-an386 (a Cortex-M4F) has what its programs use. */
#include "mps/mps.h"

const mps_board mps = {
    .uart = 0x40004000u,
    .uart_interrupt = 0,
    .fpga_io = 0x40028000u,
    .ticks_per_us = 25,
};
