/*
 * TI's current monitors INA219, INA226 and INA228: finding one, starting it, reading its conversions raw.
 * Amperes are left to the host, which knows the shunt; moving bits to i2c.c.
 */
#ifndef PIONEER_INA_H
#define PIONEER_INA_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Address with both address pins low, as modules come. */
#define INA_ADDRESS 0x40u

typedef enum { INA_NONE = 0, INA_219 = 219, INA_226 = 226, INA_228 = 228 } ina_part;

/* One conversion, registers as they are: right-aligned, 16 bits each, shunt and bus of an INA228 24. */
typedef struct {
    uint32_t shunt;
    uint32_t bus;
    uint16_t status; /* conversion ready and overflow: bus register, mask/enable, diagnostics/alert */
} ina_conversion;

/* Finds the part by its identification, an INA219 by its configuration after a reset, and starts
 * continuous conversions of shunt and bus. INA_NONE when none answers. */
ina_part ina_start(void);

/* Reads the next conversion; false while there is none, and when the part does not answer. */
bool ina_read(ina_part part, ina_conversion *conversion);

#ifdef __cplusplus
}
#endif

#endif
