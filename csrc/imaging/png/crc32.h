/* The CRC-32 of PNG's chunks. */
#ifndef SDDL_CRC32_H
#define SDDL_CRC32_H

#include "imaging/imaging.h"

enum { SDDL_CRC_SLICES = 8 };

/* Each caller prepares a table of its own, in a few microseconds, as the kernels keep no state. */
struct sddl_crc_table {
    uint32_t of[SDDL_CRC_SLICES][256];
};

void sddl_crc_prepare(struct sddl_crc_table *table);
uint32_t sddl_crc(const struct sddl_crc_table *table, const uint8_t *at, size_t length);

#endif
