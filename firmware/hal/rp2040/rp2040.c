/*
 * An RP2040: UART 0, filled by DMA while the core computes, SysTick for cycles, the timer for time and rest.
 * Clocks are left to clock.c, the flash to boot2.c, start and faults to cortex_m/; core 1 stays in the ROM.
 *
 * Registers: RP2040 data sheet, 2.4.8 (SysTick), 2.5.7 (DMA), 2.19.6 (pins), 4.9 (ADC), 4.2.8 (UART), 4.6.5 (timer).
 * Interrupts stay masked; the timer's only ends the core's rest.
 */
#include "rp2040.h"

#include "../cortex_m/cortex_m.h"
#include "../hal.h"
#include "../image.h"

#define UART0_DR_ADDRESS 0x40034000u
#define UART0_DR REGISTER(UART0_DR_ADDRESS)
#define UART0_FR REGISTER(0x40034018u)
#define UART_FR_BUSY (1u << 3)
#define UART_FR_TX_FULL (1u << 5)
#define UART0_IBRD REGISTER(0x40034024u)
#define UART0_FBRD REGISTER(0x40034028u)
#define UART0_LCR_H REGISTER(0x4003402Cu)
#define UART_LCR_H_8_BITS_FIFOS ((3u << 5) | (1u << 4))
#define UART0_CR REGISTER(0x40034030u)
#define UART_CR_ENABLE ((1u << 0) | (1u << 8) | (1u << 9)) /* port, transmitter, receiver */
#define UART0_DMACR REGISTER(0x40034048u)
#define UART_DMACR_RX (1u << 0)
#define BAUD_RATE 921600u

#define GPIO0_CTRL REGISTER(0x40014004u)
#define GPIO1_CTRL REGISTER(0x4001400Cu)
#define GPIO_FUNCTION_UART 2u
/* Pin GP2, which a power monitor watches, driven by the core (2.3.1.7). */
#define GPIO2_CTRL REGISTER(0x40014014u)
#define GPIO_FUNCTION_SIO 5u
#define SIO_GPIO_OUT_SET REGISTER(0xD0000014u)
#define SIO_GPIO_OUT_CLEAR REGISTER(0xD0000018u)
#define SIO_GPIO_OE_SET REGISTER(0xD0000024u)
#define SIO_GP2 (1u << 2)

/* The sensor is input 4 of the ADC (4.9.5): 0.706 V at 27 degrees Celsius, 1.721 mV less a degree. */
#define RESETS_RESET 0x4000C000u
#define RESETS_RESET_DONE REGISTER(0x4000C008u)
#define RESETS_ADC (1u << 0)
#define CLK_ADC_CTRL REGISTER(0x40008060u)
#define CLK_ADC_FROM_CRYSTAL ((1u << 11) | (3u << 5))
#define ADC_CS REGISTER(0x4004C000u)
#define ADC_CS_SENSOR ((4u << 12) | (1u << 1) | (1u << 0))
#define ADC_CS_START (1u << 2)
#define ADC_CS_READY (1u << 8)
#define ADC_RESULT REGISTER(0x4004C004u)
#define ADC_READS 20000u
#define CELSIUS_27_MK 300150
#define SENSOR_AT_27_UV 706000
#define SENSOR_UV_A_KELVIN 1721

/* GP4 (SDA) and GP5 (SCL): low when driven, pulled up by the pad when not (2.19.6.3). */
#define GPIO4_CTRL REGISTER(0x40014024u)
#define GPIO5_CTRL REGISTER(0x4001402Cu)
#define PAD_GPIO4 REGISTER(0x4001C014u)
#define PAD_GPIO5 REGISTER(0x4001C018u)
#define PAD_PULLED_UP 0x5Au /* input, Schmitt trigger, 4 mA, pull-up */
#define SIO_GPIO_IN REGISTER(0xD0000004u)
#define SIO_GPIO_OE_CLEAR REGISTER(0xD0000028u)
#define SIO_SDA (1u << 4)
#define SIO_SCL (1u << 5)

/* Why the chip started: the chip-level reset that came last (2.12.7), and, after it, the watchdog (4.7.6). The core's
 * own reset by AIRCR leaves both as they were, so that hal_exit leaves a note in a scratch word, which any reset of the
 * chip clears. The boot ROM leaves BOOTSEL by the watchdog's timer, too, and no program here arms it: a time-out does not
 * tell a hang from a UF2 file that was just copied. An emulator without these registers reads ones. */
#define CHIP_RESET REGISTER(0x40064008u)
#define CHIP_RESET_POWER (1u << 8) /* power-on and brown-out detector */
#define CHIP_RESET_PIN (1u << 16)
#define CHIP_RESET_DEBUGGER (1u << 20)
#define CHIP_RESET_NOTHING 0xFFFFFFFFu
#define WATCHDOG_REASON REGISTER(0x40058008u)
#define WATCHDOG_REASON_TIMER (1u << 0)
#define WATCHDOG_REASON_FORCED (1u << 1)
#define WATCHDOG_SCRATCH0 REGISTER(0x4005800Cu)
#define OWN_RESET 0x7E5E7001u

#define DMA_CH0_READ_ADDR REGISTER(0x50000000u)
#define DMA_CH0_WRITE_ADDR REGISTER(0x50000004u)
#define DMA_CH0_TRANS_COUNT REGISTER(0x50000008u)
#define DMA_CH0_CTRL_TRIG REGISTER(0x5000000Cu)
#define DMA_CTRL_ENABLE (1u << 0)
#define DMA_CTRL_INCREMENT_WRITE (1u << 5)
#define DMA_CTRL_RING_BITS(bits) ((bits) << 6)
#define DMA_CTRL_RING_IS_WRITE (1u << 10)
#define DMA_CTRL_REQUEST_UART0_RX (21u << 15)
#define DMA_CTRL_BUSY (1u << 24)
#define DMA_LONGEST 0xFFFFFFFFu

#define TIMER_ALARM0 REGISTER(0x40054010u)
#define TIMER_HIGH REGISTER(0x40054024u)
#define TIMER_LOW REGISTER(0x40054028u)
#define TIMER_INTR REGISTER(0x40054034u)
#define TIMER_INTE REGISTER(0x40054038u)
#define TIMER_ALARM0_BIT (1u << 0)
#define REST_US 1000u

#define SYSTICK_CTRL REGISTER(0xE000E010u)
#define SYSTICK_CTRL_CORE_CLOCK 5u /* counting, without an interrupt */
#define SYSTICK_RELOAD REGISTER(0xE000E014u)
#define SYSTICK_VALUE REGISTER(0xE000E018u)
#define SYSTICK_MASK 0x00FFFFFFu
#define NVIC_ENABLE REGISTER(0xE000E100u)
#define NVIC_CLEAR_PENDING REGISTER(0xE000E280u)
#define NVIC_TIMER0 (1u << 0)
#define AIRCR REGISTER(0xE000ED0Cu)
#define AIRCR_RESET 0x05FA0004u

/* Four of the longest frames fit, as many as the greeting gives credit for; the DMA asks for the alignment. */
#define ARRIVED_BITS 13u
#define ARRIVED_BYTES (1u << ARRIVED_BITS)

static _Alignas(ARRIVED_BYTES) uint8_t arrived[ARRIVED_BYTES];
static uint32_t taken; /* place in arrived of the next byte to take */

static hal_board board = {.id = PIONEER_BOARD};
static uint32_t last_cycle;
static uint64_t cycles;

static void start_dma(void) {
    DMA_CH0_READ_ADDR = UART0_DR_ADDRESS;
    DMA_CH0_WRITE_ADDR = (uint32_t)(uintptr_t)arrived;
    DMA_CH0_TRANS_COUNT = DMA_LONGEST;
    DMA_CH0_CTRL_TRIG = DMA_CTRL_ENABLE | DMA_CTRL_INCREMENT_WRITE | DMA_CTRL_RING_BITS(ARRIVED_BITS) |
                        DMA_CTRL_RING_IS_WRITE | DMA_CTRL_REQUEST_UART0_RX;
}

static void start_serial(uint32_t core_hz) {
    /* In 64ths of the divider, rounded; a clock nobody knows is taken for the crystal's. */
    const uint32_t divider = (4u * (core_hz > 0 ? core_hz : CRYSTAL_HZ) + BAUD_RATE / 2) / BAUD_RATE;
    UART0_IBRD = divider / 64u;
    UART0_FBRD = divider % 64u;
    UART0_LCR_H = UART_LCR_H_8_BITS_FIFOS;
    UART0_DMACR = UART_DMACR_RX;
    UART0_CR = UART_CR_ENABLE;
    GPIO0_CTRL = GPIO_FUNCTION_UART;
    GPIO1_CTRL = GPIO_FUNCTION_UART;
    start_dma();
}

/* SysTick counts down in 24 bits; false where it stands still. */
static bool start_cycles(void) {
    SYSTICK_RELOAD = SYSTICK_MASK;
    SYSTICK_VALUE = 0;
    SYSTICK_CTRL = SYSTICK_CTRL_CORE_CLOCK;
    const uint32_t before = SYSTICK_VALUE;
    __asm__ volatile("nop\n\tnop\n\tnop\n\tnop");
    last_cycle = SYSTICK_VALUE;
    return last_cycle != before;
}

static hal_boot read_boot(void) {
    const uint32_t status = CHIP_RESET;
    const uint32_t watchdog = WATCHDOG_REASON;
    const bool is_own = WATCHDOG_SCRATCH0 == OWN_RESET;
    WATCHDOG_SCRATCH0 = 0;
    hal_boot boot = {.status = status};
    if (status == CHIP_RESET_NOTHING) {
        return (hal_boot){.cause = HAL_BOOT_UNKNOWN};
    }
    if (is_own || (watchdog & WATCHDOG_REASON_FORCED) != 0) {
        boot.cause = HAL_BOOT_SOFTWARE;
    } else if ((watchdog & WATCHDOG_REASON_TIMER) != 0) {
        boot.cause = HAL_BOOT_UNKNOWN;
    } else if ((status & CHIP_RESET_DEBUGGER) != 0) {
        boot.cause = HAL_BOOT_DEBUGGER;
    } else if ((status & CHIP_RESET_PIN) != 0) {
        boot.cause = HAL_BOOT_PIN;
    } else if ((status & CHIP_RESET_POWER) != 0) {
        boot.cause = HAL_BOOT_POWER_ON_OR_BROWN_OUT;
    }
    return boot;
}

const hal_board *hal_init(void) {
    __asm__ volatile("cpsid i" ::: "memory");
    board.boot = read_boot();
    board.clock_hz = rp2040_clock_start(&board.notice);
    start_serial(board.clock_hz);
    TIMER_INTE = TIMER_ALARM0_BIT;
    NVIC_ENABLE = NVIC_TIMER0;
    board.counter = start_cycles() ? HAL_COUNTER_CORE_CYCLES : HAL_COUNTER_NONE;
    return &board;
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    if ((DMA_CH0_CTRL_TRIG & DMA_CTRL_BUSY) == 0) {
        start_dma(); /* after 2^32 bytes, in which nothing is lost but the ring's place */
        taken = 0;
    }
    const uint32_t end = (DMA_CH0_WRITE_ADDR - (uint32_t)(uintptr_t)arrived) % ARRIVED_BYTES;
    size_t count = 0;
    while (count < capacity && taken != end) {
        bytes[count++] = *(volatile uint8_t *)&arrived[taken];
        taken = (taken + 1u) % ARRIVED_BYTES;
    }
    return count;
}

bool hal_write(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        while ((UART0_FR & UART_FR_TX_FULL) != 0) {
        }
        UART0_DR = bytes[i];
    }
    return true;
}

/* A step longer than 2^24 cycles (0.126 s) loses a wrap; between steps nobody looks. */
uint64_t hal_cycles(void) {
    const uint32_t now = SYSTICK_VALUE;
    cycles += (last_cycle - now) & SYSTICK_MASK;
    last_cycle = now;
    return cycles;
}

uint64_t hal_time_us(void) {
    for (;;) {
        const uint32_t high = TIMER_HIGH;
        const uint32_t low = TIMER_LOW;
        if (TIMER_HIGH == high) {
            return ((uint64_t)high << 32) | low;
        }
    }
}

bool hal_pin(bool is_high) {
    if (is_high) {
        SIO_GPIO_OUT_SET = SIO_GP2;
    } else {
        SIO_GPIO_OUT_CLEAR = SIO_GP2;
    }
    SIO_GPIO_OE_SET = SIO_GP2;
    GPIO2_CTRL = GPIO_FUNCTION_SIO;
    return true;
}

bool hal_i2c_lines(bool is_clock_high, bool is_data_high) {
    SIO_GPIO_OUT_CLEAR = SIO_SDA | SIO_SCL;
    SIO_GPIO_OE_CLEAR = (is_clock_high ? SIO_SCL : 0) | (is_data_high ? SIO_SDA : 0);
    SIO_GPIO_OE_SET = (is_clock_high ? 0 : SIO_SCL) | (is_data_high ? 0 : SIO_SDA);
    PAD_GPIO4 = PAD_PULLED_UP;
    PAD_GPIO5 = PAD_PULLED_UP;
    GPIO4_CTRL = GPIO_FUNCTION_SIO;
    GPIO5_CTRL = GPIO_FUNCTION_SIO;
    return true;
}

bool hal_i2c_data(void) {
    return (SIO_GPIO_IN & SIO_SDA) != 0;
}

static bool wait_for_bits(volatile uint32_t *address, uint32_t bits) {
    for (uint32_t reads = 0; reads < ADC_READS; reads++) {
        if ((*address & bits) != 0) {
            return true;
        }
    }
    return false;
}

uint32_t hal_temperature(void) {
    static bool is_started;
    if (!is_started) {
        CLK_ADC_CTRL = CLK_ADC_FROM_CRYSTAL;
        CLEAR_BITS(RESETS_RESET) = RESETS_ADC;
        is_started = wait_for_bits(&RESETS_RESET_DONE, RESETS_ADC);
        ADC_CS = ADC_CS_SENSOR;
    }
    if (!is_started || !wait_for_bits(&ADC_CS, ADC_CS_READY)) {
        return 0;
    }
    ADC_CS = ADC_CS_SENSOR | ADC_CS_START;
    if (!wait_for_bits(&ADC_CS, ADC_CS_READY)) {
        return 0;
    }
    /* 3.3 V over 4096 steps. */
    const int32_t microvolts = (int32_t)(ADC_RESULT & 0xFFFu) * 103125 / 128;
    const int32_t above = (SENSOR_AT_27_UV - microvolts) * 100 / SENSOR_UV_A_KELVIN;
    return (uint32_t)(CELSIUS_27_MK + above * 10);
}

/* No interrupt is ever taken: they stay masked. */
void hal_quiet(bool is_quiet) {
    (void)is_quiet;
}

void hal_idle(void) {
    TIMER_ALARM0 = TIMER_LOW + REST_US;
    __asm__ volatile("dsb\n\twfi" ::: "memory");
    TIMER_INTR = TIMER_ALARM0_BIT;
    NVIC_CLEAR_PENDING = NVIC_TIMER0;
}

void hal_exit(int status) {
    while ((UART0_FR & UART_FR_BUSY) != 0) {
    }
    /* After a goodbye the board starts again for the next host; after a fault it rests as it is. */
    if (status == 0) {
        WATCHDOG_SCRATCH0 = OWN_RESET;
        AIRCR = AIRCR_RESET;
    }
    for (;;) {
        __asm__ volatile("wfi");
    }
}

uint32_t hal_stack_bytes(void) {
    return image_stack_bytes();
}
