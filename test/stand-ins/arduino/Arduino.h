/* Arduino language reference: Serial, micros, setup and loop, digital pins. */
#pragma once
#include <stddef.h>
#include <stdint.h>

extern "C" unsigned long micros(void);

/* Arguments are numbers here; some cores have enumerations for them, which the macros then are. */
#define LOW 0x0
#define HIGH 0x1
#define OUTPUT 0x1
#define INPUT_PULLUP 0x2
extern "C" void pinMode(uint8_t pin, uint8_t mode);
extern "C" void digitalWrite(uint8_t pin, uint8_t value);
extern "C" int digitalRead(uint8_t pin);
static const uint8_t SDA = 1;
static const uint8_t SCL = 2;
static const uint8_t A0 = 3;
static const uint8_t D7 = 7;
void setup();
void loop();

class HardwareSerial {
public:
#ifdef ARDUINO_ARCH_ESP32
    /* Arduino-ESP32, Serial: before begin. */
    size_t setRxBufferSize(size_t bytes);
#endif
    void begin(unsigned long baud);
    int available();
    int read();
    size_t write(const uint8_t *buffer, size_t size);
    void flush();
};

extern HardwareSerial Serial;
