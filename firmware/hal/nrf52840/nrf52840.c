/*
 * An nRF52840 on Nordic's kit: UARTE 0 with two halves of a ring that it fills while the core computes, its
 * bytes counted by timer 1, timer 0 for time and rest. Start, faults and the cycle counter are left to cortex_m/.
 *
 * Registers: nRF52840 Product Specification 1.7: 4.4 (NVMC), 5.3 (power), 5.4 (clock), 6.9 (GPIO), 6.16 (PPI),
 * 6.27 (TEMP), 6.30 (TIMER), 6.34 (UARTE). Interrupts stay masked; timer 0's only ends the core's rest.
 */
#include "../cortex_m/cortex_m.h"
#include "../hal.h"
#include "../image.h"
#include "../register.h"

#define CORE_HZ 64000000u

#define CLOCK_START_CRYSTAL REGISTER(0x40000000u)
#define CLOCK_CRYSTAL_STARTED REGISTER(0x40000100u)
#define POWER_DCDC REGISTER(0x40000578u)
/* Why the chip started (5.3.7.4): the flags gather until they are cleared by writing ones; none means power-on or
 * brown-out, which this chip does not tell apart. */
#define POWER_RESET_REASON REGISTER(0x40000400u)
#define RESET_PIN (1u << 0)
#define RESET_WATCHDOG (1u << 1)
#define RESET_SOFTWARE (1u << 2)
#define RESET_LOCKUP (1u << 3)
#define RESET_AWAKE ((1u << 16) | (1u << 17) | (1u << 19) | (1u << 20)) /* pin, comparator, NFC, USB */
#define RESET_DEBUGGER (1u << 18)
#define NVMC_INSTRUCTION_CACHE REGISTER(0x4001E540u)

/* Port 0: 6 sends and 8 receives, wired to the kit's debugger; 3 is for a power monitor. */
#define P0_SET REGISTER(0x50000508u)
#define P0_CLEAR REGISTER(0x5000050Cu)
#define P0_MAKE_OUTPUT REGISTER(0x50000518u)
#define P0_CONFIG(pin) REGISTER(0x50000700u + 4u * (pin))
#define P0_CONFIG_INPUT_PULLED_UP 0x0Cu
#define PIN_TX 6u
#define PIN_RX 8u
#define PIN_MONITOR 3u
/* As on the kit's Arduino connector. */
#define PIN_SDA 26u
#define PIN_SCL 27u
#define P0_INPUT REGISTER(0x50000510u)
#define P0_CONFIG_OPEN_DRAIN 0x60Du /* an output that reads back, pulled up, which only pulls low */

#define UARTE_START_RX REGISTER(0x40002000u)
#define UARTE_START_TX REGISTER(0x40002008u)
#define UARTE_RX_BYTE_ADDRESS 0x40002108u /* event: a byte has arrived */
#define UARTE_TX_ENDED REGISTER(0x40002120u)
#define UARTE_RX_STARTED REGISTER(0x4000214Cu)
#define UARTE_SHORTS REGISTER(0x40002200u)
#define UARTE_SHORT_RX_ENDED_RX_START (1u << 5)
#define UARTE_ENABLE REGISTER(0x40002500u)
#define UARTE_ENABLED 8u
#define UARTE_PIN_TX REGISTER(0x4000250Cu)
#define UARTE_PIN_RX REGISTER(0x40002514u)
#define UARTE_BAUD_RATE REGISTER(0x40002524u)
#define UARTE_921600 0x0F000000u
#define UARTE_RX_POINTER REGISTER(0x40002534u)
#define UARTE_RX_BYTES REGISTER(0x40002538u)
#define UARTE_TX_POINTER REGISTER(0x40002544u)
#define UARTE_TX_BYTES REGISTER(0x40002548u)

#define TEMP_START REGISTER(0x4000C000u)
#define TEMP_READY REGISTER(0x4000C100u)
#define TEMP_QUARTERS REGISTER(0x4000C508u) /* of a degree Celsius, signed */
#define ZERO_CELSIUS_MK 273150

#define PPI_ENABLE_SET REGISTER(0x4001F504u)
#define PPI_EVENT_0 REGISTER(0x4001F510u)
#define PPI_TASK_0 REGISTER(0x4001F514u)
#define PPI_CHANNEL_0 (1u << 0)

#define TIMER_32_BIT 3u

#define TIME_START REGISTER(0x40008000u)
#define TIME_CAPTURE REGISTER(0x40008040u)
#define TIME_COMPARED_1 REGISTER(0x40008144u)
#define TIME_INTERRUPT_SET REGISTER(0x40008304u)
#define TIME_INTERRUPT_1 (1u << 17)
#define TIME_BIT_MODE REGISTER(0x40008508u)
#define TIME_PRESCALER REGISTER(0x40008510u)
#define TIME_MICROSECONDS 4u /* 16 MHz / 2^4 */
#define TIME_CAPTURED REGISTER(0x40008540u)
#define TIME_COMPARE_1 REGISTER(0x40008544u)
#define REST_US 1000u

#define COUNT_START REGISTER(0x40009000u)
#define COUNT_TASK_ADDRESS 0x40009008u
#define COUNT_CAPTURE REGISTER(0x40009040u)
#define COUNT_MODE REGISTER(0x40009504u)
#define COUNT_MODE_COUNTER 2u /* with little power */
#define COUNT_BIT_MODE REGISTER(0x40009508u)
#define COUNT_CAPTURED REGISTER(0x40009540u)

#define NVIC_ENABLE REGISTER(0xE000E100u)
#define NVIC_CLEAR_PENDING REGISTER(0xE000E280u)
#define NVIC_TIMER0 (1u << 8)
#define AIRCR REGISTER(0xE000ED0Cu)
#define AIRCR_RESET 0x05FA0004u

/* Four of the longest frames fit into one half and a bit, as many as the greeting gives credit for: the
 * receiver cannot come back to a half before somebody has looked. */
#define HALF_BYTES 4096u
#define ARRIVED_BYTES (2u * HALF_BYTES)

/* Reads of a flag before it is given up: 3 ms or more; the crystal starts in 0.36 ms (5.4.4.2). */
#define WAIT_READS 20000u

static uint8_t arrived[ARRIVED_BYTES];
static uint32_t taken;     /* bytes taken out of arrived, counted round its end */
static uint32_t next_half; /* half that the receiver fills after the present one */

static hal_board board = {.id = PIONEER_BOARD, .clock_hz = CORE_HZ, .counter = HAL_COUNTER_NONE};
static uint32_t last_us;
static uint64_t time_us;

static bool start_crystal(void) {
    CLOCK_START_CRYSTAL = 1;
    for (uint32_t reads = 0; reads < WAIT_READS; reads++) {
        if (CLOCK_CRYSTAL_STARTED != 0) {
            return true;
        }
    }
    return false;
}

/* The pointer is taken over when reception starts: then the next one can be given. */
static void give_next_half(void) {
    if (UARTE_RX_STARTED != 0) {
        UARTE_RX_STARTED = 0;
        UARTE_RX_POINTER = (uint32_t)(uintptr_t)&arrived[next_half * HALF_BYTES];
        next_half ^= 1u;
    }
}

static void start_counting_bytes(void) {
    COUNT_MODE = COUNT_MODE_COUNTER;
    COUNT_BIT_MODE = TIMER_32_BIT;
    COUNT_START = 1;
    PPI_EVENT_0 = UARTE_RX_BYTE_ADDRESS;
    PPI_TASK_0 = COUNT_TASK_ADDRESS;
    PPI_ENABLE_SET = PPI_CHANNEL_0;
}

static void start_serial(void) {
    P0_SET = 1u << PIN_TX;
    P0_MAKE_OUTPUT = 1u << PIN_TX;
    P0_CONFIG(PIN_RX) = P0_CONFIG_INPUT_PULLED_UP;
    UARTE_PIN_TX = PIN_TX;
    UARTE_PIN_RX = PIN_RX;
    UARTE_BAUD_RATE = UARTE_921600;
    UARTE_ENABLE = UARTE_ENABLED;
    UARTE_SHORTS = UARTE_SHORT_RX_ENDED_RX_START;
    UARTE_RX_POINTER = (uint32_t)(uintptr_t)arrived;
    UARTE_RX_BYTES = HALF_BYTES;
    next_half = 1;
    UARTE_START_RX = 1;
}

static void start_time(void) {
    TIME_BIT_MODE = TIMER_32_BIT;
    TIME_PRESCALER = TIME_MICROSECONDS;
    TIME_START = 1;
    TIME_INTERRUPT_SET = TIME_INTERRUPT_1;
    NVIC_ENABLE = NVIC_TIMER0;
}

static hal_boot read_boot(void) {
    static const struct {
        uint32_t flags;
        hal_boot_cause cause;
    } causes[] = {
        {RESET_LOCKUP, HAL_BOOT_LOCKUP},     {RESET_WATCHDOG, HAL_BOOT_WATCHDOG},
        {RESET_SOFTWARE, HAL_BOOT_SOFTWARE}, {RESET_PIN, HAL_BOOT_PIN},
        {RESET_DEBUGGER, HAL_BOOT_DEBUGGER}, {RESET_AWAKE, HAL_BOOT_SLEEP},
    };
    const uint32_t status = POWER_RESET_REASON;
    POWER_RESET_REASON = status;
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if ((status & causes[i].flags) != 0) {
            return (hal_boot){.cause = causes[i].cause, .status = status};
        }
    }
    return (hal_boot){.cause = HAL_BOOT_POWER_ON_OR_BROWN_OUT, .status = status};
}

const hal_board *hal_init(void) {
    __asm__ volatile("cpsid i" ::: "memory");
    board.boot = read_boot();
    if (!start_crystal()) {
        board.notice = "the crystal did not start: the clock is the chip's own, exact to 1.5 %";
    }
    POWER_DCDC = 1;
    NVMC_INSTRUCTION_CACHE = 1;
    start_counting_bytes();
    start_serial();
    start_time();
    if (cortex_m_cycles_start()) {
        board.counter = HAL_COUNTER_CORE_CYCLES;
    }
    return &board;
}

/* A byte is counted when it has arrived, and is in memory a moment later (6.34.1). */
static void let_bytes_settle(void) {
    for (volatile uint32_t turn = 0; turn < 8; turn++) {
    }
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    give_next_half();
    COUNT_CAPTURE = 1;
    const uint32_t counted = COUNT_CAPTURED;
    if (taken != counted) {
        let_bytes_settle();
    }
    size_t count = 0;
    while (count < capacity && taken != counted) {
        bytes[count++] = *(volatile uint8_t *)&arrived[taken % ARRIVED_BYTES];
        taken++;
    }
    return count;
}

/* The port reads from RAM alone, where senders keep what they write. */
bool hal_write(const uint8_t *bytes, size_t length) {
    if (length == 0) {
        return true;
    }
    UARTE_TX_POINTER = (uint32_t)(uintptr_t)bytes;
    UARTE_TX_BYTES = (uint32_t)length;
    UARTE_TX_ENDED = 0;
    __asm__ volatile("dmb" ::: "memory");
    UARTE_START_TX = 1;
    while (UARTE_TX_ENDED == 0) {
        give_next_half();
    }
    return true;
}

uint64_t hal_cycles(void) {
    return cortex_m_cycles();
}

uint64_t hal_time_us(void) {
    TIME_CAPTURE = 1;
    const uint32_t now_us = TIME_CAPTURED;
    time_us += (uint32_t)(now_us - last_us);
    last_us = now_us;
    return time_us;
}

bool hal_pin(bool is_high) {
    if (is_high) {
        P0_SET = 1u << PIN_MONITOR;
    } else {
        P0_CLEAR = 1u << PIN_MONITOR;
    }
    P0_MAKE_OUTPUT = 1u << PIN_MONITOR;
    return true;
}

static void let_go(uint32_t pin, bool is_high) {
    if (is_high) {
        P0_SET = 1u << pin;
    } else {
        P0_CLEAR = 1u << pin;
    }
    P0_CONFIG(pin) = P0_CONFIG_OPEN_DRAIN;
}

bool hal_i2c_lines(bool is_clock_high, bool is_data_high) {
    let_go(PIN_SCL, is_clock_high);
    let_go(PIN_SDA, is_data_high);
    return true;
}

bool hal_i2c_data(void) {
    return (P0_INPUT & (1u << PIN_SDA)) != 0;
}

uint32_t hal_temperature(void) {
    TEMP_READY = 0;
    TEMP_START = 1;
    for (uint32_t reads = 0; reads < WAIT_READS; reads++) {
        if (TEMP_READY != 0) {
            return (uint32_t)(ZERO_CELSIUS_MK + 250 * (int32_t)TEMP_QUARTERS);
        }
    }
    return 0;
}

/* No interrupt is ever taken: they stay masked. */
void hal_quiet(bool is_quiet) {
    (void)is_quiet;
}

void hal_idle(void) {
    TIME_COMPARE_1 = (uint32_t)hal_time_us() + REST_US;
    __asm__ volatile("dsb\n\twfi" ::: "memory");
    (void)hal_cycles();
    TIME_COMPARED_1 = 0;
    NVIC_CLEAR_PENDING = NVIC_TIMER0;
}

void hal_exit(int status) {
    /* After a goodbye the board starts again for the next host; after a fault it rests as it is. */
    if (status == 0) {
        AIRCR = AIRCR_RESET;
    }
    for (;;) {
        __asm__ volatile("wfi");
    }
}

uint32_t hal_stack_bytes(void) {
    return image_stack_bytes();
}
