/*
 * pulse_widths.c on samples of standard input, 16 bits each, in hops of 160 and what is left; then, with an argument, so
 * many hops of the way back to rest, each of which tells on standard error whether it moved. Widths go to standard output.
 */
#include <stdio.h>
#include <stdlib.h>

#include "nrf52840/pulse_widths.h"

#define HOP 160

int main(int count, char **arguments) {
    static pulse_state state;
    static int16_t samples[HOP];
    static uint16_t widths[PULSES_A_SAMPLE * HOP];
    size_t got;
    while ((got = fread(samples, sizeof samples[0], HOP, stdin)) > 0) {
        pulses_of(&state, samples, (uint32_t)got, widths);
        fwrite(widths, sizeof widths[0], PULSES_A_SAMPLE * got, stdout);
    }
    for (int hops = count > 1 ? atoi(arguments[1]) : 0; hops > 0; hops--) {
        fputs(pulses_falling(&state, HOP, widths) ? "1" : "0", stderr);
        fwrite(widths, sizeof widths[0], PULSES_A_SAMPLE * HOP, stdout);
    }
    return 0;
}
