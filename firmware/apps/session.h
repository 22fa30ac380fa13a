/*
 * The device's side of the conversation: greeting, requests, results, farewell, faults.
 * What is computed is left to the programs, framing to telemetry/, moving bytes to the HAL.
 */
#ifndef PIONEER_SESSION_H
#define PIONEER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "records.gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the host asks of a program; Identify and Stop are answered here and never seen by it. */
typedef enum { SESSION_INPUT, SESSION_RESET, SESSION_MEASURE, SESSION_READ_ROOFS, SESSION_LISTEN } session_request_kind;

typedef struct {
    session_request_kind kind;
    union {
        record_input input; /* values [input_bytes], good until the next session_wait */
        record_measure measure;
        record_read_roofs read_roofs;
        record_listen listen;
    };
} session_request;

/* What a program exchanges with its host; told in the greeting. */
typedef struct {
    const char *app;       /* the program's name */
    uint16_t input_bytes;  /* values of every Input; at most SESSION_MAX_INPUT_BYTES */
    uint16_t output_bytes; /* values of every Output */
    uint16_t state_bytes;  /* state in every Output, 0 when it is not sent */
    uint8_t credit_frames; /* Inputs that the host may have outstanding */
    void (*at_end)(void);  /* called behind the Summary, before the program ends; null: nothing is to be ended */
} session_shape;

#define SESSION_MAX_INPUT_BYTES (MAX_PAYLOAD_BYTES - 6) /* beside them frame u32, length u16 */

/* Starts the board and the link for frames of any size. */
void session_start_shaped(const session_shape *shape);

/* The same for the model's own frames. app: the program's name in the greeting;
 * state_bytes: length of the state in every Output, 0 when it is not sent. */
void session_start(const char *app, uint16_t state_bytes);

/* Waits for the next request. Stop sends Summary and ends the program with status 0. */
session_request session_wait(void);

/* Takes what has arrived without waiting; false when that is no request yet. */
bool session_poll(session_request *request);

/* Sends one frame's result and counts the frame. */
void session_send_output(const record_output *output);

/* Sends how long a hop of audio took; before its Output. */
void session_send_hop(const record_hop *hop);

/* Sends what became of the board's own sound; before the hop's Output. */
void session_send_sound(const record_sound *sound);

/* Sends what the microphone heard in one hop; before its Output. */
void session_send_heard(const record_heard *heard);

/* Sends when each kernel of a step was done; behind its Output, whose own stamp is the step's end. */
void session_send_kernels(const record_kernels *kernels);

/* Sends that the model's state was put back. */
void session_send_recovery(const record_recovery *recovery);

/* Sends one conversion of a current monitor. */
void session_send_ina(const record_ina *conversion);

/* Sends what the chip's own sensor reads before a frame, on a board that has one. */
void session_send_temperature(uint32_t next_frame);

/* Sends what one microbenchmark took. */
void session_send_roof(const record_roof *roof);

/* Sends a line for people. */
void session_log(const char *text);

/* Tells the host that this program does not do what it asked. */
void session_refuse(const session_request *request);

#ifdef __cplusplus
}
#endif

#endif
