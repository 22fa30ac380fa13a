/*
 * Laps that pend an interrupt, and the same laps without one: what they differ by is the way into a
 * handler of one branch and back. PendSV serves, which every Cortex-M has and no device raises; its
 * handler lies in a copy of the vector table, so that a framework's own is found unchanged behind
 * the laps. A core that cannot move its table pends nothing.
 */
#ifndef PIONEER_INTERRUPTS_H
#define PIONEER_INTERRUPTS_H

#if __ARM_ARCH >= 8
#define VECTORS 512
#elif __ARM_ARCH == 7
#define VECTORS 256
#else
#define VECTORS 64
#endif
#define VECTOR_PENDSV 14

#define ICSR (*(volatile uint32_t *)0xE000ED04u)
#define ICSR_CLEAR_SYSTICK (1u << 25)
#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010u)
#define SYSTICK_INTERRUPTS (1u << 1)
#define NVIC_ENABLE ((volatile uint32_t *)0xE000E100u)
#define NVIC_DISABLE ((volatile uint32_t *)0xE000E180u)
#define NVIC_WORDS ((VECTORS - 16 + 31) / 32)
#define VTOR (*(volatile uint32_t *)0xE000ED08u)

typedef void (*vector)(void);

/* Aligned as the core asks of a table of so many words. */
static vector vectors[VECTORS] __attribute__((aligned(VECTORS * sizeof(vector))));

__attribute__((naked)) static void handler(void)
{
    __asm__ volatile("bx lr");
}

/* Before anything is timed. */
void roofs_prepare(void)
{
    const volatile vector *const table = (const volatile vector *)(uintptr_t)VTOR;
    for (uint32_t i = 0; i < VECTORS; i++) {
        vectors[i] = table[i];
    }
    vectors[VECTOR_PENDSV] = handler;
}

/* Lets every priority in, PendSV's too, which a framework may have masked; gives what it was. */
static uint32_t priorities_let_in(void)
{
    uint32_t level = 0;
#if __ARM_ARCH_ISA_THUMB == 2
    __asm__ volatile("mrs %0, basepri\n\tmsr basepri, %1" : "=&r"(level) : "r"(0) : "memory");
#endif
    return level;
}

static void priorities_restore(uint32_t level)
{
#if __ARM_ARCH_ISA_THUMB == 2
    __asm__ volatile("msr basepri, %0" : : "r"(level) : "memory");
#else
    (void)level;
#endif
}

/* The laps open interrupts themselves, for an instruction each; devices wait meanwhile, and a tick
 * that falls into them is lost. */
static void with_handler(vector laps)
{
    const uint32_t table = VTOR;
    const uint32_t systick = SYSTICK_CONTROL;
    const uint32_t own = (uint32_t)(uintptr_t)vectors;
    uint32_t enabled[NVIC_WORDS];
    uint32_t mask;

    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(mask) : : "memory");
    const uint32_t level = priorities_let_in();
    SYSTICK_CONTROL = systick & ~SYSTICK_INTERRUPTS;
    ICSR = ICSR_CLEAR_SYSTICK;
    for (uint32_t i = 0; i < NVIC_WORDS; i++) {
        enabled[i] = NVIC_ENABLE[i];
        NVIC_DISABLE[i] = enabled[i];
    }
    VTOR = own;
    __asm__ volatile("dsb" ::: "memory");
    (VTOR == own ? laps : quiet_laps)();
    VTOR = table;
    for (uint32_t i = 0; i < NVIC_WORDS; i++) {
        NVIC_ENABLE[i] = enabled[i];
    }
    SYSTICK_CONTROL = systick;
    priorities_restore(level);
    __asm__ volatile("dsb\n\tmsr primask, %0" : : "r"(mask) : "memory");
}

static void barriers(void)
{
    with_handler(quiet_laps);
}

static void interrupt(void)
{
    with_handler(pending_laps);
}

#endif
