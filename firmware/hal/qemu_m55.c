/* Where QEMU's mps3-an547 (a Cortex-M55 with MVE, in its secure state) has what its programs use. */
#include "mps/mps.h"

const mps_board mps = {
    .uart = 0x59303000u,
    .uart_interrupt = 33,
    .fpga_io = 0x59302000u,
    .ticks_per_us = 20,
};
