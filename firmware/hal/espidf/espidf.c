/*
 * A board with ESP-IDF alone: UART 0 through its driver, time by esp_timer, the program in the main task.
 * The counter, the rest and the reset are left to hal/arduino's file of the family. The system's handlers keep
 * faults, and the deepest use of the stack is not known: neither is reported.
 */
#include "driver/gpio.h"
#include "driver/uart.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#include "../arduino/counter.h"
#include "../arduino/family.h"
#include "../arduino/window.h"
#include "../hal.h"

#define BAUD_RATE 921600

/* Four of the longest frames fit, as many as the greeting gives credit for. */
#define ARRIVED_BYTES 8192

#define PIN_MONITOR ((gpio_num_t)PIONEER_MONITOR_PIN)
#define PIN_DATA ((gpio_num_t)6) /* on the C6's header, as its low-power I2C has them */
#define PIN_CLOCK ((gpio_num_t)7)

/* The program's main, which platformio.ini renames; the system's entry is app_main. */
int pioneer_main(void);
void app_main(void);

static uintptr_t stack_top; /* where the program's own part of the stack begins */
static hal_board board = {.id = PIONEER_BOARD, .clock_hz = PIONEER_CLOCK_HZ, .counter = HAL_COUNTER_NONE};

static uint32_t now_us(void) {
    return (uint32_t)esp_timer_get_time();
}

void app_main(void) {
    (void)pioneer_main();
}

const hal_board *hal_init(void) {
    stack_top = (uintptr_t)__builtin_frame_address(0);
    board.boot = family_boot();
    const uart_config_t settings = {
        .baud_rate = BAUD_RATE,
        .data_bits = UART_DATA_8_BITS,
        .parity = UART_PARITY_DISABLE,
        .stop_bits = UART_STOP_BITS_1,
        .flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
    };
    if (uart_driver_install(UART_NUM_0, ARRIVED_BYTES, 0, 0, NULL, 0) != ESP_OK ||
        uart_param_config(UART_NUM_0, &settings) != ESP_OK) {
        board.notice = "the serial port's driver refused its settings";
    }
    const char *notice;
    if (counter_start(board.clock_hz, now_us, &notice)) {
        board.counter = HAL_COUNTER_CORE_CYCLES;
    }
    if (board.notice == NULL) {
        board.notice = notice;
    }
    return &board;
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    const int count = uart_read_bytes(UART_NUM_0, bytes, (uint32_t)capacity, 0);
    return count > 0 ? (size_t)count : 0;
}

bool hal_write(const uint8_t *bytes, size_t length) {
    return uart_write_bytes(UART_NUM_0, bytes, length) == (int)length;
}

uint64_t hal_cycles(void) {
    return board.counter == HAL_COUNTER_NONE ? 0 : counter_cycles();
}

uint64_t hal_time_us(void) {
    return (uint64_t)esp_timer_get_time();
}

/* Before its first use a pin is taken from what the chip gives it at a start, 6 and 7 of the C6 from JTAG. */
static bool claim_pin(gpio_num_t pin) {
    static uint32_t claimed;
    const uint32_t bit = 1u << (unsigned)pin;
    if ((claimed & bit) == 0 && gpio_reset_pin(pin) == ESP_OK) {
        claimed |= bit;
    }
    return (claimed & bit) != 0;
}

/* The level comes first: once driven, the pin shows no other one. */
bool hal_pin(bool is_high) {
    return claim_pin(PIN_MONITOR) && gpio_set_level(PIN_MONITOR, is_high ? 1u : 0u) == ESP_OK &&
           gpio_set_direction(PIN_MONITOR, GPIO_MODE_OUTPUT) == ESP_OK;
}

static bool set_line(gpio_num_t pin, bool is_high) {
    return claim_pin(pin) && gpio_set_level(pin, is_high ? 1u : 0u) == ESP_OK &&
           gpio_set_direction(pin, GPIO_MODE_INPUT_OUTPUT_OD) == ESP_OK &&
           gpio_set_pull_mode(pin, GPIO_PULLUP_ONLY) == ESP_OK;
}

bool hal_i2c_lines(bool is_clock_high, bool is_data_high) {
    return set_line(PIN_CLOCK, is_clock_high) && set_line(PIN_DATA, is_data_high);
}

bool hal_i2c_data(void) {
    return gpio_get_level(PIN_DATA) != 0;
}

/* Its driver asks for a range first and waits; not within the time that hal.h gives. */
uint32_t hal_temperature(void) {
    return 0;
}

void hal_quiet(bool is_quiet) {
    window_quiet(is_quiet, now_us);
}

void hal_idle(void) {
    (void)hal_cycles();
    family_rest();
}

void hal_exit(int status) {
    (void)uart_wait_tx_done(UART_NUM_0, portMAX_DELAY);
    if (status == 0) {
        family_reset();
    }
    for (;;) {
        family_rest();
    }
}

uint32_t hal_stack_bytes(void) {
    return family_stack_bytes(stack_top);
}
