/*
 * How a memory-mapped register is written down.
 * Which registers there are is left to the files of cores and boards.
 */
#ifndef PIONEER_REGISTER_H
#define PIONEER_REGISTER_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define REGISTER_8(address) (*(volatile uint8_t *)(address))

#endif
