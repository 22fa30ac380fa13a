/*
 * What Arm's MPS2 and MPS3 boards share as QEMU emulates them, and where each has it.
 * The values are left to one file a board, the core to cortex_m/.
 */
#ifndef PIONEER_MPS_H
#define PIONEER_MPS_H

#include <stdint.h>

typedef struct {
    uint32_t uart;           /* CMSDK APB UART 0 */
    uint32_t uart_interrupt; /* of its receiver */
    uint32_t fpga_io;        /* the FPGA's system registers, which hold the clock */
    uint32_t ticks_per_us;   /* of that clock's prescaler */
} mps_board;

/* The board that the program runs on. */
extern const mps_board mps;

#endif
