/* The chunks of a PNG file: what chunk.c offers to scan.c. */
#ifndef SDDL_PNG_CHUNK_H
#define SDDL_PNG_CHUNK_H

#include "imaging/png/crc32.h"

#define KIND(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define IDAT KIND('I', 'D', 'A', 'T')
#define FDAT KIND('f', 'd', 'A', 'T')

struct sddl_png_chunk {
    uint32_t kind;
    const uint8_t *body;
    size_t begin;
    size_t length;
};

/* False if the chunk is cut off or damaged; its kind is known even so, if that much is there. An ancillary one whose checksum is
 * wrong is to be skipped: its kind is 0. */
bool sddl_png_next_chunk(const uint8_t *data, size_t size, size_t position, const struct sddl_crc_table *crc,
                         struct sddl_png_chunk *chunk);
/* Begins an index with what IHDR says; false if that is cut off or broken. */
bool sddl_png_read_header(const uint8_t *data, size_t size, const struct sddl_crc_table *crc, sddl_png_index *index);

#endif
