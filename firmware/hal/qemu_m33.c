/* Where QEMU's mps2-an505 (a Cortex-M33 in its secure state) has what its programs use. */
#include "mps/mps.h"

const mps_board mps = {
    .uart = 0x50200000u,
    .uart_interrupt = 32,
    .fpga_io = 0x50302000u,
    .ticks_per_us = 20,
};
