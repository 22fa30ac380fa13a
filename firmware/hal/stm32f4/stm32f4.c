/*
 * An STM32F4: USART2, filled by DMA while the core computes, timer 2 for the time, rest, the end.
 * The clock tree is left to clock.c, start, faults and the cycle counter to cortex_m/.
 *
 * Registers: STM32F446 reference manual RM0390, chapters 6 (clocks), 7 (pins), 9 (DMA), 13 (ADC), 17 (timer 2)
 * and 25 (USART). Interrupts stay masked; USART2's and SysTick's only end the core's rest.
 */
#include "stm32f4.h"

#include "../cortex_m/cortex_m.h"
#include "../cortex_m/semihosting.h"
#include "../hal.h"
#include "../image.h"
#include "../register.h"

#define RCC_AHB1ENR REGISTER(0x40023830u)
#define RCC_AHB1ENR_GPIOA (1u << 0)
#define RCC_AHB1ENR_DMA1 (1u << 21)
#define RCC_APB1ENR REGISTER(0x40023840u)
#define RCC_APB1ENR_TIM2 (1u << 0)
#define RCC_APB1ENR_USART2 (1u << 17)

/* Why the chip started (6.3.21). Every reset pulls the pin low, and power-on sets the brown-out's flag too, so that
 * the flags are asked in this order. A dip that the brown-out reset's level, an option of the chip, does not see and
 * that goes below 1.7 V is a power-on to it. */
#define RCC_CSR REGISTER(0x40023874u)
#define RCC_CSR_CLEAR (1u << 24)
#define RCC_CSR_BROWN_OUT (1u << 25)
#define RCC_CSR_PIN (1u << 26)
#define RCC_CSR_POWER_ON (1u << 27)
#define RCC_CSR_SOFTWARE (1u << 28)
#define RCC_CSR_WATCHDOGS (3u << 29)
#define RCC_CSR_LOW_POWER (1u << 31)

/* Pins 2 and 3 of port A, two bits of mode and four of function each: alternate function 7. */
#define GPIOA_MODER REGISTER(0x40020000u)
#define GPIOA_MODER_PINS (0xFu << 4)
#define GPIOA_MODER_ALTERNATE (0xAu << 4)
#define GPIOA_AFRL REGISTER(0x40020020u)
#define GPIOA_AFRL_PINS (0xFFu << 8)
#define GPIOA_AFRL_USART2 (0x77u << 8)

/* Pin 8 of port A, D7 on a Nucleo's Arduino connector (UM1724): what a power monitor watches. */
#define GPIOA_MODER_PIN_8 (3u << 16)
#define GPIOA_MODER_PIN_8_OUTPUT (1u << 16)
#define GPIOA_BSRR REGISTER(0x40020018u)
#define GPIOA_BSRR_SET_8 (1u << 8)
#define GPIOA_BSRR_RESET_8 (1u << 24)

/* The sensor is channel 18 of ADC 1 (13.9), calibrated at 30 and 110 degrees Celsius and 3.3 V. */
#define RCC_APB2ENR REGISTER(0x40023844u)
#define RCC_APB2ENR_ADC1 (1u << 8)
#define ADC1_SR REGISTER(0x40012000u)
#define ADC_SR_END (1u << 1)
#define ADC1_CR2 REGISTER(0x40012008u)
#define ADC_CR2_ON (1u << 0)
#define ADC_CR2_START (1u << 30)
#define ADC1_SMPR1 REGISTER(0x4001200Cu)
#define ADC_SMPR1_CHANNEL_18_480_CYCLES (7u << 24)
#define ADC1_SQR3 REGISTER(0x40012034u)
#define ADC1_DR REGISTER(0x4001204Cu)
#define ADC_CCR REGISTER(0x40012304u)
#define ADC_CCR_SENSOR_DIVIDER_4 ((1u << 23) | (1u << 16))
#define SENSOR_CHANNEL 18u
#define SENSOR_START_US 12u
#define SENSOR_AT_30 (*(const volatile uint16_t *)0x1FFF7A2Cu)
#define SENSOR_AT_110 (*(const volatile uint16_t *)0x1FFF7A2Eu)
#define CELSIUS_30_MK 303150
#define CALIBRATED_MK 80000
#define SENSOR_READS 20000u

/* Pins 8 and 9 of port B, D15 (SCL) and D14 (SDA): open drain, pulled up. */
#define GPIOB_CLOCK (1u << 1)
#define GPIOB_MODER REGISTER(0x40020400u)
#define GPIOB_OTYPER REGISTER(0x40020404u)
#define GPIOB_PUPDR REGISTER(0x4002040Cu)
#define GPIOB_IDR REGISTER(0x40020410u)
#define GPIOB_BSRR REGISTER(0x40020418u)
#define I2C_PINS_TWO_BITS(value) (((value) << 16) | ((value) << 18))
#define I2C_CLOCK_PIN (1u << 8)
#define I2C_DATA_PIN (1u << 9)
#define I2C_RESET(pin) ((pin) << 16)

#define USART2_SR REGISTER(0x40004400u)
#define USART_SR_RXNE (1u << 5)
#define USART_SR_TC (1u << 6)
#define USART_SR_TXE (1u << 7)
#define USART2_DR_ADDRESS 0x40004404u
#define USART2_DR REGISTER(USART2_DR_ADDRESS)
#define USART2_BRR REGISTER(0x40004408u)
#define USART2_CR1 REGISTER(0x4000440Cu)
#define USART_CR1_RE (1u << 2)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_RXNEIE (1u << 5)
#define USART_CR1_UE (1u << 13)
#define USART2_CR3 REGISTER(0x40004414u)
#define USART_CR3_DMAR (1u << 6)
#define USART2_INTERRUPT 38u
#define BAUD_RATE 921600u

/* Stream 5, channel 4: USART2's receiver (table of request mapping, 9.3.3). */
#define DMA1_HIFCR REGISTER(0x4002600Cu)
#define DMA1_HIFCR_STREAM5 (0x3Du << 6)
#define DMA1_S5CR REGISTER(0x40026088u)
#define DMA_CR_ENABLE (1u << 0)
#define DMA_CR_CIRCULAR (1u << 8)
#define DMA_CR_MEMORY_INCREMENT (1u << 10)
#define DMA_CR_CHANNEL_4 (4u << 25)
#define DMA1_S5NDTR REGISTER(0x4002608Cu)
#define DMA1_S5PAR REGISTER(0x40026090u)
#define DMA1_S5M0AR REGISTER(0x40026094u)

#define TIM2_CR1 REGISTER(0x40000000u)
#define TIM_CR1_ENABLE (1u << 0)
#define TIM2_EGR REGISTER(0x40000014u)
#define TIM_EGR_UPDATE (1u << 0)
#define TIM2_CNT REGISTER(0x40000024u)
#define TIM2_PSC REGISTER(0x40000028u)
#define TICK_HZ 1000000u

#define SYSTICK_CTRL REGISTER(0xE000E010u)
#define SYSTICK_CTRL_ENABLE 7u /* counting the core's clock, with an interrupt */
#define SYSTICK_RELOAD REGISTER(0xE000E014u)
#define NVIC_ISER1 REGISTER(0xE000E104u)
#define NVIC_ICPR1 REGISTER(0xE000E284u)
#define NVIC_USART2 (1u << (USART2_INTERRUPT - 32u))
#define ICSR REGISTER(0xE000ED04u)
#define ICSR_CLEAR_SYSTICK (1u << 25)
#define AIRCR REGISTER(0xE000ED0Cu)
#define AIRCR_RESET 0x05FA0004u

/* Four of the longest frames fit, as many as the greeting gives credit for; a power of 2. */
#define ARRIVED_BYTES 8192u

static uint8_t arrived[ARRIVED_BYTES];
static uint32_t taken; /* bytes taken out of arrived, counted round its end */
static bool has_dma;

static hal_board board = {.id = PIONEER_BOARD, .counter = HAL_COUNTER_NONE};
static uint32_t last_us;
static uint64_t time_us;

/* An emulator may have the port and no DMA; the enabled bit reads back 0 there. */
static bool start_dma(void) {
    DMA1_S5CR = 0;
    DMA1_HIFCR = DMA1_HIFCR_STREAM5;
    DMA1_S5PAR = USART2_DR_ADDRESS;
    DMA1_S5M0AR = (uint32_t)(uintptr_t)arrived;
    DMA1_S5NDTR = ARRIVED_BYTES;
    DMA1_S5CR = DMA_CR_CHANNEL_4 | DMA_CR_MEMORY_INCREMENT | DMA_CR_CIRCULAR;
    DMA1_S5CR |= DMA_CR_ENABLE;
    return (DMA1_S5CR & DMA_CR_ENABLE) != 0;
}

static void start_serial(uint32_t apb1_hz) {
    GPIOA_AFRL = (GPIOA_AFRL & ~GPIOA_AFRL_PINS) | GPIOA_AFRL_USART2;
    GPIOA_MODER = (GPIOA_MODER & ~GPIOA_MODER_PINS) | GPIOA_MODER_ALTERNATE;
    USART2_BRR = (apb1_hz + BAUD_RATE / 2) / BAUD_RATE;
    has_dma = start_dma();
    USART2_CR3 = has_dma ? USART_CR3_DMAR : 0;
    USART2_CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | (has_dma ? 0 : USART_CR1_RXNEIE);
}

static void start_time(const stm32f4_clock *clock) {
    TIM2_PSC = clock->timer_hz / TICK_HZ - 1u;
    TIM2_EGR = TIM_EGR_UPDATE; /* takes the divider over at once */
    TIM2_CR1 = TIM_CR1_ENABLE;
    last_us = TIM2_CNT;
    /* The core's rest ends a thousand times a second, or at the slowest without a known clock. */
    SYSTICK_RELOAD = clock->core_hz > 0 ? clock->core_hz / 1000u - 1u : 0x00FFFFFFu;
    SYSTICK_CTRL = SYSTICK_CTRL_ENABLE;
}

static hal_boot read_boot(void) {
    static const struct {
        uint32_t flags;
        hal_boot_cause cause;
    } causes[] = {
        {RCC_CSR_LOW_POWER, HAL_BOOT_SLEEP},      {RCC_CSR_WATCHDOGS, HAL_BOOT_WATCHDOG},
        {RCC_CSR_SOFTWARE, HAL_BOOT_SOFTWARE},    {RCC_CSR_POWER_ON, HAL_BOOT_POWER_ON},
        {RCC_CSR_BROWN_OUT, HAL_BOOT_BROWN_OUT},  {RCC_CSR_PIN, HAL_BOOT_PIN},
    };
    hal_boot boot = {.status = RCC_CSR};
    RCC_CSR |= RCC_CSR_CLEAR;
    for (size_t i = 0; i < sizeof causes / sizeof causes[0] && boot.cause == HAL_BOOT_UNKNOWN; i++) {
        if ((boot.status & causes[i].flags) != 0) {
            boot.cause = causes[i].cause;
        }
    }
    return boot;
}

const hal_board *hal_init(void) {
    __asm__ volatile("cpsid i" ::: "memory");
    board.boot = read_boot();
    const stm32f4_clock clock = stm32f4_clock_start();
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIOA | RCC_AHB1ENR_DMA1;
    RCC_APB1ENR |= RCC_APB1ENR_TIM2 | RCC_APB1ENR_USART2;
    (void)RCC_APB1ENR; /* the chip needs two cycles to turn them on (6.2.14) */
    start_serial(clock.apb1_hz);
    start_time(&clock);
    NVIC_ISER1 = NVIC_USART2;
    board.clock_hz = clock.core_hz;
    board.notice = clock.notice;
    if (cortex_m_cycles_start()) {
        board.counter = HAL_COUNTER_CORE_CYCLES;
    }
    return &board;
}

static size_t read_ring(uint8_t *bytes, size_t capacity) {
    size_t count = 0;
    while (count < capacity && (taken + DMA1_S5NDTR) % ARRIVED_BYTES != 0) {
        bytes[count++] = *(volatile uint8_t *)&arrived[taken % ARRIVED_BYTES];
        taken++;
    }
    return count;
}

size_t hal_read(uint8_t *bytes, size_t capacity) {
    if (has_dma) {
        return read_ring(bytes, capacity);
    }
    size_t count = 0;
    while (count < capacity && (USART2_SR & USART_SR_RXNE) != 0) {
        bytes[count++] = (uint8_t)USART2_DR;
    }
    return count;
}

bool hal_write(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        while ((USART2_SR & USART_SR_TXE) == 0) {
        }
        USART2_DR = bytes[i];
    }
    return true;
}

uint64_t hal_cycles(void) {
    return cortex_m_cycles();
}

uint64_t hal_time_us(void) {
    const uint32_t now_us = TIM2_CNT;
    time_us += (uint32_t)(now_us - last_us);
    last_us = now_us;
    return time_us;
}

/* The emulator has no port A. */
bool hal_pin(bool is_high) {
    GPIOA_BSRR = is_high ? GPIOA_BSRR_SET_8 : GPIOA_BSRR_RESET_8;
    GPIOA_MODER = (GPIOA_MODER & ~GPIOA_MODER_PIN_8) | GPIOA_MODER_PIN_8_OUTPUT;
    return !stm32f4.semihosting;
}

bool hal_i2c_lines(bool is_clock_high, bool is_data_high) {
    RCC_AHB1ENR |= GPIOB_CLOCK;
    GPIOB_BSRR = (is_clock_high ? I2C_CLOCK_PIN : I2C_RESET(I2C_CLOCK_PIN)) |
                 (is_data_high ? I2C_DATA_PIN : I2C_RESET(I2C_DATA_PIN));
    GPIOB_OTYPER |= I2C_CLOCK_PIN | I2C_DATA_PIN;
    GPIOB_PUPDR = (GPIOB_PUPDR & ~I2C_PINS_TWO_BITS(3u)) | I2C_PINS_TWO_BITS(1u);
    GPIOB_MODER = (GPIOB_MODER & ~I2C_PINS_TWO_BITS(3u)) | I2C_PINS_TWO_BITS(1u);
    return !stm32f4.semihosting;
}

bool hal_i2c_data(void) {
    return (GPIOB_IDR & I2C_DATA_PIN) != 0;
}

static void start_sensor(void) {
    RCC_APB2ENR |= RCC_APB2ENR_ADC1;
    ADC_CCR = ADC_CCR_SENSOR_DIVIDER_4;
    ADC1_SMPR1 = ADC_SMPR1_CHANNEL_18_480_CYCLES;
    ADC1_SQR3 = SENSOR_CHANNEL;
    ADC1_CR2 = ADC_CR2_ON;
    const uint64_t start_us = hal_time_us();
    while (hal_time_us() - start_us < SENSOR_START_US) {
    }
}

uint32_t hal_temperature(void) {
    static bool is_started;
    /* The emulator has neither the sensor nor its calibration. */
    if (stm32f4.semihosting || SENSOR_AT_110 <= SENSOR_AT_30) {
        return 0;
    }
    if (!is_started) {
        start_sensor();
        is_started = true;
    }
    ADC1_SR = 0;
    ADC1_CR2 = ADC_CR2_ON | ADC_CR2_START;
    for (uint32_t reads = 0; reads < SENSOR_READS; reads++) {
        if ((ADC1_SR & ADC_SR_END) != 0) {
            const int32_t above = (int32_t)(ADC1_DR & 0xFFFu) - SENSOR_AT_30;
            return (uint32_t)(CELSIUS_30_MK +
                              above * CALIBRATED_MK / (SENSOR_AT_110 - SENSOR_AT_30));
        }
    }
    return 0;
}

/* No interrupt is ever taken: they stay masked. */
void hal_quiet(bool is_quiet) {
    (void)is_quiet;
}

void hal_idle(void) {
    __asm__ volatile("dsb\n\twfi" ::: "memory");
    (void)hal_time_us();
    (void)hal_cycles();
    NVIC_ICPR1 = NVIC_USART2;
    ICSR = ICSR_CLEAR_SYSTICK;
}

void hal_exit(int status) {
    while ((USART2_SR & USART_SR_TC) == 0) {
    }
    if (stm32f4.semihosting) {
        semihosting_exit(status);
    }
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
