/*
 * Frames on the wire: 0x00, COBS(version u8, type u8, sequence u16, timestamp u32 [us], payload,
 * CRC-32), 0x00, little-endian; built and taken apart here in bounded buffers without allocation.
 * What a payload means is left to records.gen.h, moving the bytes and answering to session.c.
 */
#ifndef PIONEER_FRAME_H
#define PIONEER_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "cobs.h"
#include "records.gen.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FRAME_HEADER_BYTES 8u
#define FRAME_CRC_BYTES 4u
#define FRAME_MAX_BYTES (FRAME_HEADER_BYTES + MAX_PAYLOAD_BYTES + FRAME_CRC_BYTES)
/* The longest frame on the wire, both delimiters included. */
#define FRAME_MAX_WIRE_BYTES (COBS_MAX_ENCODED(FRAME_MAX_BYTES) + 2u)

/* Builds frames, one at a time; all zero at the start. */
typedef struct {
    uint16_t sequence; /* of the next frame; counts all that were built, sent or not */
    uint8_t bytes[FRAME_MAX_BYTES];
    uint8_t wire[FRAME_MAX_WIRE_BYTES];
} frame_sender;

/* Where the payload of the next frame goes [MAX_PAYLOAD_BYTES]; frame_build reads it from there. */
uint8_t *frame_payload(frame_sender *sender);

/* Makes sender->wire of the payload's first payload_length bytes.
 * Returns its length [byte]; 0, and takes no sequence number, above MAX_PAYLOAD_BYTES. */
size_t frame_build(frame_sender *sender, uint8_t type, uint32_t timestamp_us,
                   size_t payload_length);

typedef enum {
    FRAME_READY = 1,         /* a frame is whole and checked */
    FRAME_PENDING = 0,       /* more bytes are needed */
    FRAME_BAD_STUFFING = -1, /* a delimiter inside a COBS group */
    FRAME_TOO_LONG = -2,
    FRAME_TOO_SHORT = -3,
    FRAME_BAD_CRC = -4,
    FRAME_BAD_VERSION = -5,  /* intact, of another wire version */
} frame_status;

/* A received frame; the payload lies in the receiver and lives until its next byte. */
typedef struct {
    uint8_t version;
    uint8_t type;
    uint16_t sequence;
    uint32_t timestamp_us;
    const uint8_t *payload;
    size_t payload_length;
} frame;

/* Takes bytes in, one at a time; all zero at the start. */
typedef struct {
    cobs_decoder cobs;
    uint32_t bad_frames; /* frames that did not decode, of another version included */
    size_t length;       /* bytes decoded so far; FRAME_MAX_BYTES + 1 stands for "too long" */
    bool started;        /* a byte came since the last delimiter */
    uint8_t bytes[FRAME_MAX_BYTES];
} frame_receiver;

/* Takes one byte. A delimiter ends whatever came before it, so no damage outlives its frame.
 * *received is written with FRAME_READY and FRAME_BAD_VERSION; negative results are counted. */
frame_status frame_receive(frame_receiver *receiver, uint8_t byte, frame *received);

#ifdef __cplusplus
}
#endif

#endif
