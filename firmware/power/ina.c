/*
 * Registers of TI's INA219 (SBOS448), INA226 (SBOS547) and INA228 (SLYS021), read one at a time.
 * What their bits weigh is left to the host.
 */
#include "ina.h"

#include "i2c.h"

#define CONFIGURATION 0x00u

#define INA219_RESET 0x8000u
#define INA219_AFTER_RESET 0x399Fu /* 12 bits each, both without end: what is wanted */
#define INA219_SHUNT 0x01u
#define INA219_BUS 0x02u
#define INA219_READY (1u << 1) /* in the bus register; reading the power register clears it */
#define INA219_POWER 0x03u

#define INA226_SHUNT 0x01u
#define INA226_BUS 0x02u
#define INA226_MASK 0x06u
#define INA226_READY (1u << 3) /* cleared by reading */
#define INA226_MAKER 0xFEu
#define INA226_DIE 0xFFu
#define INA226_CONTINUOUS 0x4127u /* 1.1 ms each, both without end, no average */

#define INA228_CONFIGURATION_FINE 0x0010u /* the shunt within 40.96 mV, four times as fine */
#define INA228_ADC 0x01u
#define INA228_CONTINUOUS 0xBB68u /* 1.052 ms each, shunt and bus without end, no average */
#define INA228_SHUNT 0x04u
#define INA228_BUS 0x05u
#define INA228_DIAGNOSTICS 0x0Bu
#define INA228_READY (1u << 1) /* cleared by reading */
#define INA228_MAKER 0x3Eu
#define INA228_DIE 0x3Fu

#define MAKER_TI 0x5449u
#define INA226_DIE_ID 0x2260u
#define INA228_DIE_ID 0x2280u
#define DIE_ID_MASK 0xFFF0u /* the rest is the revision */

static bool read_register(uint8_t index, uint32_t *value, unsigned length) {
    uint8_t bytes[3];
    if (!i2c_read_register(INA_ADDRESS, index, bytes, length)) {
        return false;
    }
    *value = 0;
    for (unsigned i = 0; i < length; i++) {
        *value = *value << 8 | bytes[i];
    }
    return true;
}

static bool write_register(uint8_t index, uint16_t value) {
    const uint8_t bytes[3] = {index, (uint8_t)(value >> 8), (uint8_t)value};
    return i2c_write(INA_ADDRESS, bytes, sizeof bytes);
}

static bool is_part(uint8_t maker_index, uint8_t die_index, uint32_t die_id) {
    uint32_t maker;
    uint32_t die;
    return read_register(maker_index, &maker, 2) && maker == MAKER_TI &&
           read_register(die_index, &die, 2) && (die & DIE_ID_MASK) == die_id;
}

ina_part ina_start(void) {
    if (is_part(INA228_MAKER, INA228_DIE, INA228_DIE_ID)) {
        const bool is_started = write_register(CONFIGURATION, INA228_CONFIGURATION_FINE) &&
                                write_register(INA228_ADC, INA228_CONTINUOUS);
        return is_started ? INA_228 : INA_NONE;
    }
    if (is_part(INA226_MAKER, INA226_DIE, INA226_DIE_ID)) {
        return write_register(CONFIGURATION, INA226_CONTINUOUS) ? INA_226 : INA_NONE;
    }
    uint32_t configuration;
    const bool is_219 = write_register(CONFIGURATION, INA219_RESET) &&
                        read_register(CONFIGURATION, &configuration, 2) &&
                        configuration == INA219_AFTER_RESET;
    return is_219 ? INA_219 : INA_NONE;
}

static bool read_219(ina_conversion *conversion) {
    uint32_t power;
    if (!read_register(INA219_BUS, &conversion->bus, 2) || (conversion->bus & INA219_READY) == 0) {
        return false;
    }
    conversion->status = (uint16_t)conversion->bus;
    return read_register(INA219_SHUNT, &conversion->shunt, 2) &&
           read_register(INA219_POWER, &power, 2);
}

/* The flag is cleared by reading it, so that no conversion is read twice. */
static bool read_flagged(ina_conversion *conversion, uint8_t flags, uint32_t ready,
                         const uint8_t registers[2], unsigned length) {
    uint32_t status;
    if (!read_register(flags, &status, 2) || (status & ready) == 0) {
        return false;
    }
    conversion->status = (uint16_t)status;
    return read_register(registers[0], &conversion->shunt, length) &&
           read_register(registers[1], &conversion->bus, length);
}

bool ina_read(ina_part part, ina_conversion *conversion) {
    static const uint8_t registers_226[2] = {INA226_SHUNT, INA226_BUS};
    static const uint8_t registers_228[2] = {INA228_SHUNT, INA228_BUS};
    switch (part) {
    case INA_219:
        return read_219(conversion);
    case INA_226:
        return read_flagged(conversion, INA226_MASK, INA226_READY, registers_226, 2);
    case INA_228:
        return read_flagged(conversion, INA228_DIAGNOSTICS, INA228_READY, registers_228, 3);
    default:
        return false;
    }
}
