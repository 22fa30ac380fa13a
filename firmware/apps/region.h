/*
 * Marks around the code that is counted and timed.
 * Counting is left to the emulator's plugin, which watches both symbols; timing to the HAL.
 */
#ifndef PIONEER_REGION_H
#define PIONEER_REGION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REGION_COUNT 16
#define REGION_STEP 0 /* one model step */

/* A store to element `id` opens or closes that region. */
extern volatile uint8_t pioneer_region_begin[REGION_COUNT];
extern volatile uint8_t pioneer_region_end[REGION_COUNT];

#ifdef __cplusplus
}
#endif

#endif
