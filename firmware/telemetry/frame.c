/*
 * Frames: header, checksum and stuffing on the way out; the reverse with every check on the way in.
 * Records, transport and retries are left to others.
 */
#include "frame.h"

#include "crc32.h"

static void put_u16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *at, uint32_t value) {
    put_u16(at, (uint16_t)value);
    put_u16(at + 2, (uint16_t)(value >> 16));
}

static uint16_t get_u16(const uint8_t *at) {
    return (uint16_t)(at[0] | (at[1] << 8));
}

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)get_u16(at) | ((uint32_t)get_u16(at + 2) << 16);
}

uint8_t *frame_payload(frame_sender *sender) {
    return sender->bytes + FRAME_HEADER_BYTES;
}

size_t frame_build(frame_sender *sender, uint8_t type, uint32_t timestamp_us,
                   size_t payload_length) {
    if (payload_length > MAX_PAYLOAD_BYTES) {
        return 0;
    }
    sender->bytes[0] = WIRE_VERSION;
    sender->bytes[1] = type;
    put_u16(sender->bytes + 2, sender->sequence++);
    put_u32(sender->bytes + 4, timestamp_us);
    const size_t checked = FRAME_HEADER_BYTES + payload_length;
    put_u32(sender->bytes + checked, crc32_of(sender->bytes, checked));

    sender->wire[0] = 0;
    const size_t stuffed = cobs_encode(sender->bytes, checked + FRAME_CRC_BYTES, sender->wire + 1);
    sender->wire[stuffed + 1] = 0;
    return stuffed + 2;
}

/* Judges the frame that a delimiter has just ended. */
static frame_status finish(const frame_receiver *receiver, frame *received) {
    if (receiver->length > FRAME_MAX_BYTES) {
        return FRAME_TOO_LONG;
    }
    if (!cobs_decode_complete(&receiver->cobs)) {
        return FRAME_BAD_STUFFING;
    }
    if (receiver->length < FRAME_HEADER_BYTES + FRAME_CRC_BYTES) {
        return FRAME_TOO_SHORT;
    }
    const uint8_t *bytes = receiver->bytes;
    const size_t checked = receiver->length - FRAME_CRC_BYTES;
    if (get_u32(bytes + checked) != crc32_of(bytes, checked)) {
        return FRAME_BAD_CRC;
    }
    received->version = bytes[0];
    received->type = bytes[1];
    received->sequence = get_u16(bytes + 2);
    received->timestamp_us = get_u32(bytes + 4);
    received->payload = bytes + FRAME_HEADER_BYTES;
    received->payload_length = checked - FRAME_HEADER_BYTES;
    return received->version == WIRE_VERSION ? FRAME_READY : FRAME_BAD_VERSION;
}

/* Keeps what fits; one byte more is only counted, as the mark of a frame that is too long. */
static void append(frame_receiver *receiver, uint8_t byte) {
    if (receiver->length < FRAME_MAX_BYTES) {
        receiver->bytes[receiver->length] = byte;
    }
    if (receiver->length <= FRAME_MAX_BYTES) {
        receiver->length++;
    }
}

frame_status frame_receive(frame_receiver *receiver, uint8_t byte, frame *received) {
    if (byte != 0) {
        uint8_t decoded;
        receiver->started = true;
        if (cobs_decode_byte(&receiver->cobs, byte, &decoded)) {
            append(receiver, decoded);
        }
        return FRAME_PENDING;
    }
    /* Frames may share a delimiter or have several between them. */
    frame_status status = FRAME_PENDING;
    if (receiver->started) {
        status = finish(receiver, received);
        receiver->bad_frames += status < 0 ? 1u : 0u;
    }
    receiver->cobs = (cobs_decoder){0};
    receiver->length = 0;
    receiver->started = false;
    return status;
}
