/*
 * An I2C master on two lines that the HAL lets go or pulls low: bytes, acknowledges, registers.
 * What stands in the registers is left to ina.c. Standard mode, one master, no clock stretching.
 */
#ifndef PIONEER_I2C_H
#define PIONEER_I2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes bytes [length] to a device of 7 bits' address; false when one is not acknowledged. */
bool i2c_write(uint8_t address, const uint8_t *bytes, size_t length);

/* Reads a register, high byte first, into bytes [length]; false when the device does not answer. */
bool i2c_read_register(uint8_t address, uint8_t index, uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
