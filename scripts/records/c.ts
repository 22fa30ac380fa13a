/**
 * Writes the device's half of the wire: a C11 header with one struct a record, packers for what the device sends
 * and unpackers for what it receives. Frames, checksums and buffers are left to firmware/telemetry.
 */
import type { Field, FieldType, RecordShape, Schema } from "./schema.ts";

const COLUMNS = 100;

const C_TYPES: Readonly<Record<FieldType, string>> = {
  U8: "uint8_t ",
  U16: "uint16_t ",
  U32: "uint32_t ",
  U64: "uint64_t ",
  Text: "const char *",
  Bytes: "const uint8_t *",
};

const PRELUDE = `#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif
`;

/** Field by field, so that neither alignment nor byte order of the core shows on the wire. */
const WRITER = `/* Fields go to bytes[length]; after the first that does not fit, \`fits\` stays false. */
typedef struct {
    uint8_t *bytes;
    size_t capacity;
    size_t length;
    bool fits;
} record_writer;

static inline void record_put_raw(record_writer *writer, const void *bytes, size_t count)
{
    if (!writer->fits || count > writer->capacity - writer->length) {
        writer->fits = false;
        return;
    }
    if (count > 0u) {
        memcpy(writer->bytes + writer->length, bytes, count);
        writer->length += count;
    }
}

static inline void record_put_u8(record_writer *writer, uint8_t value)
{
    record_put_raw(writer, &value, 1u);
}

static inline void record_put_u16(record_writer *writer, uint16_t value)
{
    record_put_u8(writer, (uint8_t)(value & 0xffu));
    record_put_u8(writer, (uint8_t)(value >> 8));
}

static inline void record_put_u32(record_writer *writer, uint32_t value)
{
    record_put_u16(writer, (uint16_t)(value & 0xffffu));
    record_put_u16(writer, (uint16_t)(value >> 16));
}

static inline void record_put_u64(record_writer *writer, uint64_t value)
{
    record_put_u32(writer, (uint32_t)(value & 0xffffffffu));
    record_put_u32(writer, (uint32_t)(value >> 32));
}

/* One length byte, then the characters without their terminator. */
static inline void record_put_text(record_writer *writer, const char *text)
{
    const size_t count = strlen(text);
    if (count > UINT8_MAX) {
        writer->fits = false;
        return;
    }
    record_put_u8(writer, (uint8_t)count);
    record_put_raw(writer, text, count);
}

/* Two length bytes, then the bytes. */
static inline void record_put_bytes(record_writer *writer, const uint8_t *bytes, uint16_t count)
{
    record_put_u16(writer, count);
    record_put_raw(writer, bytes, count);
}
`;

const READER = `/* Reads from \`at\`; after the first field that is cut off, \`valid\` stays false and values are 0. */
typedef struct {
    const uint8_t *at;
    size_t left;
    bool valid;
} record_reader;

static inline const uint8_t *record_take_raw(record_reader *reader, size_t count)
{
    if (!reader->valid || count > reader->left) {
        reader->valid = false;
        return NULL;
    }
    const uint8_t *taken = reader->at;
    reader->at += count;
    reader->left -= count;
    return taken;
}

static inline uint8_t record_take_u8(record_reader *reader)
{
    const uint8_t *byte = record_take_raw(reader, 1u);
    return byte == NULL ? (uint8_t)0u : *byte;
}

static inline uint16_t record_take_u16(record_reader *reader)
{
    const uint16_t low = record_take_u8(reader);
    const uint16_t high = record_take_u8(reader);
    return (uint16_t)(low | (uint16_t)(high << 8));
}

static inline uint32_t record_take_u32(record_reader *reader)
{
    const uint32_t low = record_take_u16(reader);
    const uint32_t high = record_take_u16(reader);
    return low | (high << 16);
}

static inline uint64_t record_take_u64(record_reader *reader)
{
    const uint64_t low = record_take_u32(reader);
    const uint64_t high = record_take_u32(reader);
    return low | (high << 32);
}

/* The bytes stay where they are: the pointer is good as long as the payload. */
static inline const uint8_t *record_take_bytes(record_reader *reader, uint16_t *count)
{
    *count = record_take_u16(reader);
    const uint8_t *bytes = record_take_raw(reader, *count);
    if (bytes == NULL) {
        *count = 0u;
    }
    return bytes;
}
`;

export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

/** A comment of one or more lines, wrapped at 100 columns. */
function comment(text: string, indent: string): string {
  const lines: string[] = [];
  let line = `${indent}/*`;
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length + " */".length > COLUMNS) {
      lines.push(line);
      line = `${indent} *`;
    }
    line += ` ${word}`;
  }
  return [...lines, `${line} */`].join("\n");
}

function structOf(record: RecordShape): string {
  const members = record.fields.flatMap(({ name, type, doc }) => [
    comment(doc, "    "),
    `    ${C_TYPES[type]}${snakeCase(name)};`,
    ...(type === "Bytes" ? [`    uint16_t ${snakeCase(name)}_length;`] : []),
  ]);
  return [
    comment(record.doc, ""),
    "typedef struct {",
    ...members,
    `} record_${snakeCase(record.name)};`,
    "",
  ].join("\n");
}

function put({ name, type }: Field): string {
  const value = `record->${snakeCase(name)}`;
  const length = type === "Bytes" ? `, ${value}_length` : "";
  return `    record_put_${type.toLowerCase()}(&writer, ${value}${length});`;
}

function take({ name, type }: Field): string {
  const value = `record->${snakeCase(name)}`;
  const length = type === "Bytes" ? `, &${value}_length` : "";
  return `    ${value} = record_take_${type.toLowerCase()}(&reader${length});`;
}

/** A function's first lines; the last parameter goes below the first where the line would be too long. */
function signature(start: string, parameters: readonly string[]): string {
  const line = `${start}(${parameters.join(", ")})`;
  if (line.length <= COLUMNS) return line;
  const indent = " ".repeat(start.length + 1);
  return `${start}(${parameters.slice(0, -1).join(", ")},\n${indent}${parameters.at(-1)})`;
}

function packer(record: RecordShape): string {
  const name = snakeCase(record.name);
  return `${signature(`static inline size_t record_${name}_pack`, [
    `const record_${name} *record`,
    "uint8_t *payload",
    "size_t capacity",
  ])}
{
    record_writer writer = {payload, capacity, 0u, true};
${record.fields.map(put).join("\n")}
    return writer.fits ? writer.length : 0u;
}
`;
}

function unpacker(record: RecordShape): string {
  const name = snakeCase(record.name);
  return `${signature(`static inline bool record_${name}_unpack`, [
    `record_${name} *record`,
    "const uint8_t *payload",
    "size_t length",
  ])}
{
    record_reader reader = {payload, length, true};
${record.fields.map(take).join("\n")}
    return reader.valid && reader.left == 0u;
}
`;
}

/** The whole of firmware/telemetry/records.gen.h. */
export function renderC(schema: Schema): string {
  const sent = schema.records.filter(({ direction }) => direction === "device-to-host");
  const received = schema.records.filter(({ direction }) => direction === "host-to-device");
  const width = Math.max(...schema.records.map(({ name }) => snakeCase(name).length));
  const ids = schema.records.map(({ name, id }) => {
    const macro = `RECORD_${snakeCase(name).toUpperCase()}`.padEnd("RECORD_".length + width);
    return `#define ${macro} 0x${id.toString(16).padStart(2, "0")}u`;
  });
  return [
    `/* The records of the wire: what the device sends and understands, packed little-endian without gaps.
 * Framing, checksums and loss are left to frame.c. Generated by scripts/generate-records.ts from
 * host/decode/records.ts: change that file and run \`npm run records\`. */
#ifndef TELEMETRY_RECORDS_GEN_H
#define TELEMETRY_RECORDS_GEN_H
`,
    PRELUDE,
    "/* Both ends refuse another version. */",
    `#define WIRE_VERSION ${schema.wireVersion}u`,
    "/* Longest payload of a frame [byte]. */",
    `#define MAX_PAYLOAD_BYTES ${schema.maxPayloadBytes}u`,
    "",
    "/* Type bytes: below 0x80 from device to host, the others from host to device. */",
    ...ids,
    "",
    "/* Text is NUL-terminated and at most 255 bytes long; Bytes are a pointer and a length. */",
    "",
    ...schema.records.map(structOf),
    WRITER,
    "/* Each packer returns the length of the payload, or 0 when it does not fit into `capacity`. */",
    "",
    ...sent.map(packer),
    READER,
    "/* Each unpacker demands the exact length; Bytes point into the payload. */",
    "",
    ...received.map(unpacker),
    `#ifdef __cplusplus
}
#endif

#endif`,
    "",
  ].join("\n");
}
