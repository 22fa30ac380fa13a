/*
 * The two symbols that the emulator's plugin watches; their contents mean nothing.
 * What lies between two marks is left to the programs.
 */
#include "region.h"

volatile uint8_t pioneer_region_begin[REGION_COUNT];
volatile uint8_t pioneer_region_end[REGION_COUNT];
