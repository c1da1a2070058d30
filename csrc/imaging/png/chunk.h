/* Reading of the chunks of a PNG file, in chunk.c; used by scan.c. */
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

/* Reads a chunk. False if the chunk is cut off or damaged; its kind is set nevertheless if the data has that much. An
 * ancillary chunk with a wrong checksum gets kind 0, and is to be skipped. */
bool sddl_png_next_chunk(const uint8_t *data, size_t size, size_t position, const struct sddl_crc_table *crc,
                         struct sddl_png_chunk *chunk);
/* Begins an index with what IHDR says; false if that is cut off or broken. */
bool sddl_png_read_header(const uint8_t *data, size_t size, const struct sddl_crc_table *crc, sddl_png_index *index);

#endif
