/*
 * From reset to main on a Cortex-M: the vector table, the float and vector units, the memories.
 * Interrupts are left to each target; all here poll with them masked, so that no step is disturbed.
 */
#include "../hal.h"
#include "../image.h"
#include "../register.h"
#include "cortex_m.h"

#define CPACR REGISTER(0xE000ED88u)
#define CPACR_FLOAT_UNIT (0xFu << 20) /* and the vector unit; nothing on a core without either */

#define SYSTEM_EXCEPTIONS 15

int main(void);
void reset_handler(void);

/* The core reads the stack pointer and the handlers from here (Armv7-M ARM, B1.5.3). */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack_pointer;
    void (*handlers[SYSTEM_EXCEPTIONS])(void);
} vectors = {
    stack_top,
    {
        reset_handler,
        cortex_m_fault_entry, /* NMI */
        cortex_m_fault_entry, /* HardFault */
        cortex_m_fault_entry, /* MemManage */
        cortex_m_fault_entry, /* BusFault */
        cortex_m_fault_entry, /* UsageFault */
        cortex_m_fault_entry, /* SecureFault, Armv8-M */
        0, 0, 0,
        cortex_m_fault_entry, /* SVCall */
        cortex_m_fault_entry, /* DebugMonitor */
        0,
        cortex_m_fault_entry, /* PendSV */
        cortex_m_fault_entry, /* SysTick */
    },
};

void reset_handler(void) {
    CPACR |= CPACR_FLOAT_UNIT;
    __asm__ volatile("dsb\n\tisb" ::: "memory");

    image_prepare();
    cortex_m_stack_guard();
    cortex_m_divide_trap();
    hal_exit(main());
}
