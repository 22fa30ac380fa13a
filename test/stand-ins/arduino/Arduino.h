/* Arduino language reference: Serial, micros, setup and loop. */
#pragma once
#include <stddef.h>
#include <stdint.h>

extern "C" unsigned long micros(void);
void setup();
void loop();

class HardwareSerial {
public:
    void begin(unsigned long baud);
    int available();
    int read();
    size_t write(const uint8_t *buffer, size_t size);
    void flush();
};

extern HardwareSerial Serial;
