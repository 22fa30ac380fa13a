/*
 * mlperf_tiny: the model behind MLPerf Tiny's dialect, so that its open runner can drive the board.
 * Cutting commands and writing numbers is left to ascii_command.c and ascii_reply.c, scores to the host.
 *
 * Built with MLPERF_ENERGY it is the firmware of energy mode: a timestamp is a low pulse on the pin,
 * which the power monitor sees, and no text. Performance and accuracy mode share the other one.
 */
#include <string.h>

#include "ascii_command.h"
#include "ascii_reply.h"
#include "hal.h"
#include "step.h"

#ifndef MLPERF_ENERGY
#define MLPERF_ENERGY 0
#endif

#define VENDOR "tiny-pioneer"
#define PROFILE "ULPMark for tinyML Firmware V0.0.1"

/* Steps of `infer` when nobody says how many, and before the timed ones. */
#define DEFAULT_STEPS 1u
#define DEFAULT_WARM_UP 10u

/* The clock is read at least once in so many steps: some targets' counters wrap after 100 s. */
#define STEPS_A_CLOCK_READING 16u

/* A falling edge must be held for 1 us by the rules; a monitor that looks every 10 us must not miss it, either. */
#define PULSE_US 25u

#define PRINTED_A_LINE 8u

static model_state state;
static _Alignas(STEP_ALIGNMENT) uint8_t input[MODEL_INPUT_BYTES];
static _Alignas(STEP_ALIGNMENT) uint8_t output[MODEL_OUTPUT_BYTES];

/* Bytes that `db load` announced, and those of them that came. */
static uint32_t load_expected;
static uint32_t load_arrived;

static void timestamp(void) {
    if (!MLPERF_ENERGY) {
        const uint64_t now_us = hal_time_us();
        reply_text("m-lap-us-");
        reply_unsigned(now_us);
        reply_end();
        return;
    }
    if (!hal_pin(false)) {
        reply_line("e-[This board has no timestamp pin]");
        return;
    }
    const uint64_t start_us = hal_time_us();
    while (hal_time_us() - start_us < PULSE_US) {
    }
    (void)hal_pin(true);
}

/* A quantized output as the real number it stands for; a float32 output as it is. */
static float output_value(uint32_t index) {
#ifdef MODEL_OUTPUT_SCALE
    int32_t value;
    if (MODEL_INPUT_VALUE_BYTES == 1) {
        value = (int8_t)output[index];
    } else {
        int16_t wide;
        memcpy(&wide, output + 2u * index, sizeof wide);
        value = wide;
    }
    return (float)(value - MODEL_OUTPUT_ZERO_POINT) * MODEL_OUTPUT_SCALE;
#else
    float value;
    memcpy(&value, output + sizeof value * index, sizeof value);
    return value;
#endif
}

static void results(void) {
    reply_text("m-results-[");
    for (uint32_t i = 0; i < MODEL_OUTPUT_BYTES / MODEL_INPUT_VALUE_BYTES; i++) {
        if (i > 0) {
            reply_text(",");
        }
        reply_decimal(output_value(i));
    }
    reply_line("]");
}

/* Steps on the loaded input, from the initial state on: a recurrent model's result after N steps. */
static void run_steps(uint32_t steps) {
    for (uint32_t i = 0; i < steps; i++) {
        (void)timed_step(&state, input, output);
        if (i % STEPS_A_CLOCK_READING == 0) {
            (void)hal_time_us();
        }
    }
}

static void infer(char *rest) {
    uint32_t steps = DEFAULT_STEPS;
    uint32_t warm_up = DEFAULT_WARM_UP;
    const char *word = command_word(&rest);
    if (*word != '\0' && (!command_number(word, &steps) || steps == 0)) {
        reply_line("e-[Inference iterations must be >0]");
        return;
    }
    word = command_word(&rest);
    if (*word != '\0' && !command_number(word, &warm_up)) {
        reply_line("e-[Inference warmup must be >=0]");
        return;
    }
    if (load_arrived != load_expected ||
        (load_expected != 0 && load_expected != MODEL_INPUT_BYTES)) {
        reply_text("e-[The model takes ");
        reply_unsigned(MODEL_INPUT_BYTES);
        reply_text(" bytes, ");
        reply_unsigned(load_arrived);
        reply_line(" are loaded]");
        return;
    }
    reply_text("m-warmup-start-");
    reply_unsigned(warm_up);
    reply_end();
    model_reset(&state);
    run_steps(warm_up);
    reply_line("m-warmup-done");
    reply_text("m-infer-start-");
    reply_unsigned(steps);
    reply_end();
    model_reset(&state);
    timestamp();
    run_steps(steps);
    timestamp();
    reply_line("m-infer-done");
    results();
}

static void load(char *rest) {
    const char *word = command_word(&rest);
    uint32_t bytes;
    if (*word == '\0') {
        reply_line("e-[Command 'db load' requires the # of bytes]");
    } else if (!command_number(word, &bytes) || bytes == 0) {
        reply_line("e-[Command 'db load' must be >0 bytes]");
    } else if (bytes > MODEL_INPUT_BYTES) {
        reply_text("e-[Supplied buffer size ");
        reply_unsigned(bytes);
        reply_text(" exceeds maximum of ");
        reply_unsigned(MODEL_INPUT_BYTES);
        reply_line("]");
    } else {
        load_expected = bytes;
        load_arrived = 0;
        reply_text("m-[Expecting ");
        reply_unsigned(bytes);
        reply_line(" bytes]");
    }
}

static void print_input(void) {
    for (uint32_t i = 0; i < load_expected; i++) {
        reply_text(i % PRINTED_A_LINE == 0 ? "m-buffer-" : "-");
        reply_byte(input[i]);
        if (i % PRINTED_A_LINE == PRINTED_A_LINE - 1 || i == load_expected - 1) {
            reply_end();
        }
    }
}

/* Digits behind the last byte are left out, as the reference firmware does. */
static void take_bytes(const char *digits) {
    if (strlen(digits) % 2 != 0) {
        reply_line("e-[Insufficent number of hex digits]");
        return;
    }
    if (load_arrived == load_expected) {
        reply_line("e-[No bytes are expected: use 'db load']");
        return;
    }
    for (; *digits != '\0' && load_arrived < load_expected; digits += 2) {
        const int byte = command_hex(digits);
        if (byte < 0) {
            const char wrong[] = {digits[0], digits[1], '\0'};
            reply_text("e-[Invalid hex digit '");
            reply_quoted(wrong);
            reply_line("']");
            return;
        }
        input[load_arrived++] = (uint8_t)byte;
    }
    if (load_arrived == load_expected) {
        reply_line("m-load-done");
    }
}

static void buffer(char *rest) {
    const char *word = command_word(&rest);
    if (*word == '\0') {
        reply_line("e-[Command 'db' requires a subcommand]");
    } else if (command_is(word, "load")) {
        load(rest);
    } else if (command_is(word, "print")) {
        print_input();
    } else {
        take_bytes(word);
    }
}

static void help(void) {
    static const char *const lines[] = {
        PROFILE,
        "",
        "help         : Print this information",
        "name         : Print the name of the device",
        "profile      : Print the firmware's version and the model",
        "timestamp    : Generate a timestamp",
        "db load N    : Expect N bytes of input",
        "db HH[HH]*   : Load 8-bit hex bytes until N have come",
        "db print     : Print the bytes as hex",
        "infer N [W=10]: Execute N inferences after W of warm-up, on the loaded input",
        "results      : Print the last results",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        reply_line(lines[i]);
    }
}

static void obey(char *rest) {
    const char *word = command_word(&rest);
    if (command_is(word, "name")) {
        reply_line("m-name-dut-[" VENDOR "]");
    } else if (command_is(word, "timestamp")) {
        timestamp();
    } else if (command_is(word, "profile")) {
        reply_line("m-profile-[" PROFILE "]");
        reply_line("m-model-[" MODEL_NAME "]");
    } else if (command_is(word, "help")) {
        help();
    } else if (command_is(word, "db")) {
        buffer(rest);
    } else if (command_is(word, "infer")) {
        infer(rest);
    } else if (command_is(word, "results")) {
        results();
    } else {
        reply_text("e-[Unknown command: ");
        reply_quoted(word);
        reply_line("]");
    }
    reply_line("m-ready");
}

/* Runs in the fault's handler: the last line that a host gets. */
void hal_on_fault(const hal_fault *fault) {
    reply_text("\r\ne-[Fault ");
    reply_unsigned((uint64_t)fault->cause);
    reply_text(" at address ");
    reply_unsigned(fault->pc);
    reply_line("]");
}

int main(void) {
    static command_buffer command;
    (void)hal_init();
    model_init(&state);
    if (MLPERF_ENERGY) {
        (void)hal_pin(true);
    }
    reply_line(MLPERF_ENERGY ? "m-timestamp-mode-energy" : "m-timestamp-mode-performance");
    timestamp();
    reply_line("m-init-done");
    reply_line("m-ready");
    for (;;) {
        uint8_t arrived[64];
        const size_t length = hal_read(arrived, sizeof arrived);
        for (size_t i = 0; i < length; i++) {
            const command_status status = command_take(&command, arrived[i]);
            if (status == COMMAND_READY) {
                obey(command.text);
            } else if (status == COMMAND_TOO_LONG) {
                reply_line("e-[Command is longer than 80 bytes]");
                reply_line("m-ready");
            }
        }
        if (length == 0) {
            hal_idle();
        }
    }
}
