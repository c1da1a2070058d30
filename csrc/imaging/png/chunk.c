/* Reads the chunks of a PNG file one by one. */
#include "imaging/png/chunk.h"

enum {
    SIGNATURE = 8,
    HEADER = 13,
    OVERHEAD = 12,   /* of a chunk: length, kind, checksum */
    ANCILLARY = 0x20 /* in the first letter of a kind: pictures can be made without such a chunk */
};

bool sddl_png_next_chunk(const uint8_t *data, size_t size, size_t position, const struct sddl_crc_table *crc,
                         struct sddl_png_chunk *chunk) {
    const uint8_t *at = data + position;
    size_t left = size - position;
    chunk->kind = left >= 8 ? sddl_big32(at + 4) : 0;
    if (left < OVERHEAD || sddl_big32(at) > left - OVERHEAD)
        return false;
    chunk->body = at + 8;
    chunk->begin = position + 8;
    chunk->length = sddl_big32(at);
    if (chunk->kind == IDAT || chunk->kind == FDAT)
        return true;
    if (sddl_crc(crc, at + 4, chunk->length + 4) == sddl_big32(chunk->body + chunk->length))
        return true;
    const bool ancillary = at[4] & ANCILLARY;
    if (ancillary)
        chunk->kind = 0;
    return ancillary;
}

bool sddl_png_read_header(const uint8_t *data, size_t size, const struct sddl_crc_table *crc, sddl_png_index *index) {
    const uint8_t *at = data + SIGNATURE;
    if (size < SIGNATURE + HEADER + OVERHEAD || sddl_big32(at) != HEADER ||
        sddl_big32(at + 4) != KIND('I', 'H', 'D', 'R') ||
        sddl_crc(crc, at + 4, HEADER + 4) != sddl_big32(at + 8 + HEADER))
        return false;
    *index = (sddl_png_index){
        .width = sddl_big32(at + 8),
        .height = sddl_big32(at + 12),
        .bit_depth = at[16],
        .colour_type = at[17],
        .interlaced = at[20],
        .next = {-1, 0},
        .more = index->more,
        .position = SIGNATURE + HEADER + OVERHEAD,
    };
    return true;
}
