/*
 * The cycle counter of the debug unit, extended to 64 bits, or the knowledge that there is none.
 * What is timed with it is left to the programs.
 */
#include "../register.h"
#include "cortex_m.h"

#define DEMCR REGISTER(0xE000EDFCu)
#define DEMCR_TRCENA (1u << 24)
#define DWT_CTRL REGISTER(0xE0001000u)
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CTRL_NOCYCCNT (1u << 25)
#define DWT_CYCCNT REGISTER(0xE0001004u)

static bool present;
static uint32_t last;
static uint64_t total;

bool cortex_m_cycles_start(void) {
    DEMCR |= DEMCR_TRCENA;
    if ((DWT_CTRL & DWT_CTRL_NOCYCCNT) == 0) {
        DWT_CYCCNT = 0;
        DWT_CTRL |= DWT_CTRL_CYCCNTENA;
        const uint32_t before = DWT_CYCCNT;
        __asm__ volatile("nop\n\tnop\n\tnop\n\tnop");
        /* QEMU and some clones implement the register and never count. */
        present = DWT_CYCCNT != before;
    }
    last = present ? DWT_CYCCNT : 0;
    total = 0;
    return present;
}

uint64_t cortex_m_cycles(void) {
    if (!present) {
        return 0;
    }
    const uint32_t now = DWT_CYCCNT;
    total += (uint32_t)(now - last);
    last = now;
    return total;
}
