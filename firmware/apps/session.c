/*
 * The conversation: one receiver, one sender, the counters of the Summary.
 * What a request computes is left to the program that waits for it.
 */
#include "session.h"

#include "frame.h"
#include "hal.h"
#include "pioneer_model.h"

/* Enough to hide the host's answer time behind one step. */
#define CREDIT_FRAMES 4

_Static_assert(MODEL_INPUT_BYTES <= SESSION_MAX_INPUT_BYTES,
               "one input frame of this model does not fit into one Input record");

static const hal_board *board;
static session_shape shape;

static frame_sender sender;
static frame_receiver receiver;
static uint8_t arrived[64];
static size_t arrived_length;
static size_t arrived_at;

static uint32_t frames;
static uint32_t dropped_records;
static uint32_t misfit_frames; /* intact frames whose record is unknown or has the wrong size */

/* Sends the record packed into the sender's payload; a packer's 0 is a record that did not fit. */
static void send(uint8_t type, size_t payload_length) {
    size_t length = 0;
    if (payload_length > 0) {
        length = frame_build(&sender, type, (uint32_t)hal_time_us(), payload_length);
    }
    if (length == 0 || !hal_write(sender.wire, length)) {
        dropped_records++;
    }
}

static void send_hello(void) {
    const record_hello hello = {
        .board = board->id,
        .app = shape.app,
        .model = MODEL_NAME,
        .model_digest = MODEL_DIGEST,
        .compiler = "GCC " __VERSION__,
        .clock_hz = board->clock_hz,
        .counter_kind = (uint8_t)board->counter,
        .input_bytes = shape.input_bytes,
        .output_bytes = shape.output_bytes,
        .state_bytes = shape.state_bytes,
        .credit_frames = shape.credit_frames,
    };
    send(RECORD_HELLO, record_hello_pack(&hello, frame_payload(&sender), MAX_PAYLOAD_BYTES));
    if (board->boot.cause != HAL_BOOT_UNKNOWN) {
        const record_boot boot = {.cause = (uint8_t)board->boot.cause, .status = board->boot.status};
        send(RECORD_BOOT, record_boot_pack(&boot, frame_payload(&sender), MAX_PAYLOAD_BYTES));
    }
    if (board->notice != NULL) {
        session_log(board->notice);
    }
}

_Noreturn static void finish(void) {
    const record_summary summary = {
        .frames = frames,
        .dropped_records = dropped_records,
        .bad_frames = receiver.bad_frames + misfit_frames,
        .stack_bytes = hal_stack_bytes(),
    };
    send(RECORD_SUMMARY, record_summary_pack(&summary, frame_payload(&sender), MAX_PAYLOAD_BYTES));
    if (shape.at_end != NULL) {
        shape.at_end();
    }
    hal_exit(0);
}

/* Answers what needs no program; true when *request is for it. */
static bool take(const frame *received, session_request *request) {
    const uint8_t *payload = received->payload;
    const size_t length = received->payload_length;
    record_identify identify;
    record_reset reset;
    record_stop stop;
    switch (received->type) {
    case RECORD_IDENTIFY:
        if (record_identify_unpack(&identify, payload, length)) {
            send_hello();
            return false;
        }
        break;
    case RECORD_STOP:
        if (record_stop_unpack(&stop, payload, length)) {
            finish();
        }
        break;
    case RECORD_RESET:
        request->kind = SESSION_RESET;
        if (record_reset_unpack(&reset, payload, length)) {
            return true;
        }
        break;
    case RECORD_INPUT:
        request->kind = SESSION_INPUT;
        if (record_input_unpack(&request->input, payload, length) &&
            request->input.values_length == shape.input_bytes) {
            return true;
        }
        break;
    case RECORD_MEASURE:
        request->kind = SESSION_MEASURE;
        if (record_measure_unpack(&request->measure, payload, length)) {
            return true;
        }
        break;
    case RECORD_READ_ROOFS:
        request->kind = SESSION_READ_ROOFS;
        if (record_read_roofs_unpack(&request->read_roofs, payload, length)) {
            return true;
        }
        break;
    case RECORD_LISTEN:
        request->kind = SESSION_LISTEN;
        if (record_listen_unpack(&request->listen, payload, length)) {
            return true;
        }
        break;
    default:
        break;
    }
    misfit_frames++;
    return false;
}

void session_start_shaped(const session_shape *asked) {
    shape = *asked;
    board = hal_init();
}

void session_start(const char *app, uint16_t state_bytes) {
    session_start_shaped(&(session_shape){
        .app = app,
        .input_bytes = MODEL_INPUT_BYTES,
        .output_bytes = MODEL_OUTPUT_BYTES,
        .state_bytes = state_bytes,
        .credit_frames = CREDIT_FRAMES,
    });
}

bool session_poll(session_request *request) {
    do {
        while (arrived_at < arrived_length) {
            frame received;
            const frame_status status = frame_receive(&receiver, arrived[arrived_at++], &received);
            if (status == FRAME_READY && take(&received, request)) {
                return true;
            }
            /* The greeting carries our version, so that the host can name both. */
            if (status == FRAME_BAD_VERSION) {
                send_hello();
            }
        }
        arrived_at = 0;
        arrived_length = hal_read(arrived, sizeof arrived);
    } while (arrived_length > 0);
    return false;
}

session_request session_wait(void) {
    session_request request;
    while (!session_poll(&request)) {
        hal_idle();
    }
    return request;
}

void session_send_output(const record_output *output) {
    frames++;
    send(RECORD_OUTPUT, record_output_pack(output, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}

void session_send_hop(const record_hop *hop) {
    send(RECORD_HOP, record_hop_pack(hop, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}

void session_send_sound(const record_sound *sound) {
    send(RECORD_SOUND, record_sound_pack(sound, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}

void session_send_heard(const record_heard *heard) {
    send(RECORD_HEARD, record_heard_pack(heard, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}

void session_send_kernels(const record_kernels *kernels) {
    send(RECORD_KERNELS, record_kernels_pack(kernels, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}

void session_send_recovery(const record_recovery *recovery) {
    send(RECORD_RECOVERY,
         record_recovery_pack(recovery, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}

void session_send_ina(const record_ina *conversion) {
    send(RECORD_INA, record_ina_pack(conversion, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}

void session_send_temperature(uint32_t next_frame) {
    const record_temperature record = {.frame = next_frame, .millikelvin = hal_temperature()};
    if (record.millikelvin != 0) {
        send(RECORD_TEMPERATURE,
             record_temperature_pack(&record, frame_payload(&sender), MAX_PAYLOAD_BYTES));
    }
}

void session_send_roof(const record_roof *roof) {
    send(RECORD_ROOF, record_roof_pack(roof, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}

void session_log(const char *text) {
    const record_log line = {.text = text};
    send(RECORD_LOG, record_log_pack(&line, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}

void session_refuse(const session_request *request) {
    /* A program without microbenchmarks has an answer all the same: that there are none. */
    if (request->kind == SESSION_READ_ROOFS) {
        session_send_roof(&(record_roof){.loops = 0});
        return;
    }
    misfit_frames++;
    session_log("this program does not answer that record");
}

/* Runs in the fault's handler; a frame that was being sent is cut off and ended by this one. */
void hal_on_fault(const hal_fault *fault) {
    const record_fault record = {
        .cause = (uint8_t)fault->cause,
        .pc = fault->pc,
        .lr = fault->lr,
        .status = fault->status,
        .address = fault->address,
    };
    send(RECORD_FAULT, record_fault_pack(&record, frame_payload(&sender), MAX_PAYLOAD_BYTES));
}
