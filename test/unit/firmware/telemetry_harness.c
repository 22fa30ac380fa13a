/*
 * Gives the tests a way to the telemetry functions: argv[1] names one, standard input is its argument.
 * What the answers must be is left to the test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cobs.h"
#include "crc32.h"
#include "frame.h"

static void print_hex(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        printf("%02x", bytes[i]);
    }
}

/* Every block is exactly as long as promised, so that the sanitizer sees the first byte beyond. */
static uint8_t *copy_of(const uint8_t *bytes, size_t length) {
    uint8_t *copy = malloc(length > 0 ? length : 1);
    memcpy(copy, bytes, length);
    return copy;
}

static void encode(const uint8_t *data, size_t length) {
    uint8_t *out = malloc(COBS_MAX_ENCODED(length));
    print_hex(out, cobs_encode(data, length, out));
    free(out);
}

/* One frame of type 0x02 at 0x01020304 us, of the given payload, after 65535 empty ones. */
static void build(const uint8_t *payload, size_t length) {
    frame_sender *sender = calloc(1, sizeof *sender);
    for (unsigned i = 0; i < 65535; i++) {
        frame_build(sender, 1, 0, 0);
    }
    for (int copy = 0; copy < 2; copy++) {
        memcpy(frame_payload(sender), payload, length < MAX_PAYLOAD_BYTES ? length : 0);
        print_hex(sender->wire, frame_build(sender, 2, 0x01020304u, length));
        printf("\n");
    }
    free(sender);
}

static void receive(const uint8_t *stream, size_t length) {
    frame_receiver *receiver = calloc(1, sizeof *receiver);
    for (size_t i = 0; i < length; i++) {
        frame received;
        const frame_status status = frame_receive(receiver, stream[i], &received);
        if (status == FRAME_READY) {
            printf("ready %u %u ", received.type, received.sequence);
            print_hex(received.payload, received.payload_length);
            printf("\n");
        } else if (status != FRAME_PENDING) {
            printf("bad %d\n", status);
        }
    }
    printf("bad_frames %u\n", receiver->bad_frames);
    free(receiver);
}

int main(int argc, char **argv) {
    static uint8_t everything[1 << 22];
    const size_t length = fread(everything, 1, sizeof everything, stdin);
    uint8_t *bytes = copy_of(everything, length);
    const char *function = argc > 1 ? argv[1] : "";
    if (strcmp(function, "crc32") == 0) {
        printf("%08x", crc32_of(bytes, length));
    } else if (strcmp(function, "encode") == 0) {
        encode(bytes, length);
    } else if (strcmp(function, "build") == 0) {
        build(bytes, length);
    } else if (strcmp(function, "receive") == 0) {
        receive(bytes, length);
    } else {
        return 2;
    }
    free(bytes);
    return 0;
}
