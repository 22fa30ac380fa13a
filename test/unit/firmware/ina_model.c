/*
 * An INA219, INA226 or INA228 as two lines of I2C show it, and a program that reads it through the firmware's driver.
 * The registers follow the data sheets' tables, not the driver. PART says which part answers (none: nobody),
 * COUNT how many conversions are read; a conversion is ready at every third look at the flags.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "hal.h"
#include "ina.h"

static int part;
static unsigned looks;       /* at the register with the ready flag */
static unsigned conversions; /* finished since the start */
static uint32_t written[256];
static bool has_written[256];

/* Shunt of conversion n: n + 1 below zero; bus: 1000 + n; in each part's own alignment. */
static uint32_t register_value(uint8_t index, unsigned *bytes) {
    const uint32_t n = conversions;
    *bytes = 2;
    if (part == 219) {
        switch (index) {
        case 0: return has_written[0] && (written[0] & 0x8000) == 0 ? written[0] : 0x399F;
        case 1: return (uint16_t) - (int16_t)(n + 1);
        case 2: return (1000 + n) << 3 | (++looks % 3 == 0 ? 2 : 0);
        case 3: return 7;
        default: return 0;
        }
    }
    if (part == 226) {
        switch (index) {
        case 0: return written[0];
        case 1: return (uint16_t) - (int16_t)(n + 1);
        case 2: return 1000 + n;
        case 6: return ++looks % 3 == 0 ? 8 : 0;
        case 0xFE: return 0x5449;
        case 0xFF: return 0x2260;
        default: return 0;
        }
    }
    switch (index) {
    case 4: *bytes = 3; return (0u - (n + 1)) << 4 & 0xFFFFFF;
    case 5: *bytes = 3; return (1000 + n) << 4;
    case 0x0B: return ++looks % 3 == 0 ? 2 : 0;
    case 0x3E: return 0x5449;
    case 0x3F: return 0x2281;
    default: return written[index];
    }
}

static enum { IDLE, ADDRESS, POINTER, WRITE, READ } phase;
static int bit;
static unsigned byte_in, byte_count, out_bytes;
static uint8_t pointer;
static uint32_t out_value, in_value;
static bool clock_line = true, data_line = true, pull_low, master_took;

static void took_byte(void) {
    pull_low = true;
    if (phase == ADDRESS) {
        if (part == 0 || byte_in >> 1 != 0x40) {
            phase = IDLE;
            pull_low = false;
        } else if ((byte_in & 1) != 0) {
            phase = READ;
            out_value = register_value(pointer, &out_bytes);
            byte_count = 0;
        } else {
            phase = POINTER;
        }
    } else if (phase == POINTER) {
        pointer = (uint8_t)byte_in;
        phase = WRITE;
        in_value = byte_count = 0;
    } else {
        in_value = in_value << 8 | byte_in;
        if (++byte_count == 2) {
            written[pointer] = in_value;
            has_written[pointer] = true;
        }
    }
}

static void falling(void) {
    static bool was_read;
    bit++;
    if (bit == 9) {
        bit = 0;
        pull_low = false;
        byte_in = 0;
        if (was_read && !master_took) {
            phase = IDLE;
        }
    }
    was_read = phase == READ;
    if (phase == READ && bit < 8) {
        const unsigned shift = 8 * (out_bytes - 1 - byte_count % out_bytes) + 7 - (unsigned)bit;
        pull_low = (out_value >> shift & 1) == 0;
    } else if (phase == READ) {
        pull_low = false;
        byte_count++;
    } else if (bit == 8 && phase != IDLE) {
        took_byte();
        was_read = false;
    }
}

bool hal_i2c_lines(bool is_clock_high, bool is_data_high) {
    const bool before = data_line;
    data_line = is_data_high;
    if (clock_line && is_clock_high && before != is_data_high) {
        phase = is_data_high ? IDLE : ADDRESS;
        bit = -1;
        byte_in = 0;
        pull_low = false;
    } else if (clock_line && !is_clock_high) {
        falling();
    } else if (!clock_line && is_clock_high) {
        if (bit < 8) {
            byte_in = byte_in << 1 | hal_i2c_data();
        } else {
            master_took = !is_data_high;
        }
    }
    clock_line = is_clock_high;
    return true;
}

bool hal_i2c_data(void) {
    return data_line && !pull_low;
}

uint64_t hal_time_us(void) {
    static uint64_t now;
    return now += 4;
}

int main(void) {
    part = atoi(getenv("PART"));
    const int count = atoi(getenv("COUNT"));
    const ina_part found = ina_start();
    printf("part %d configuration %04x %04x\n", found, written[0], written[1]);
    unsigned waits = 0;
    for (int i = 0; i < count;) {
        ina_conversion conversion;
        if (!ina_read(found, &conversion)) {
            if (++waits > 100) {
                return 1;
            }
            continue;
        }
        printf("%06x %06x %04x\n", conversion.shunt, conversion.bus, conversion.status);
        conversions++;
        i++;
    }
    printf("waited %u\n", waits);
    return 0;
}
