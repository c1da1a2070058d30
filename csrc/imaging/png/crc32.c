/* CRC-32, eight bytes a step. */
#include "imaging/png/crc32.h"

void sddl_crc_prepare(struct sddl_crc_table *table) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = value >> 1 ^ (0xEDB88320u & (0u - (value & 1)));
        table->of[0][i] = value;
    }
    for (size_t slice = 1; slice < SDDL_CRC_SLICES; slice++)
        for (size_t i = 0; i < 256; i++) {
            uint32_t value = table->of[slice - 1][i];
            table->of[slice][i] = value >> 8 ^ table->of[0][value & 255];
        }
}

uint32_t sddl_crc(const struct sddl_crc_table *table, const uint8_t *at, size_t length) {
    uint32_t crc = ~0u;
    for (; length >= SDDL_CRC_SLICES; at += SDDL_CRC_SLICES, length -= SDDL_CRC_SLICES) {
        uint64_t block = sddl_load64(at) ^ crc;
        crc = 0;
        for (size_t i = 0; i < SDDL_CRC_SLICES; i++)
            crc ^= table->of[SDDL_CRC_SLICES - 1 - i][block >> 8 * i & 255];
    }
    for (; length; at++, length--)
        crc = crc >> 8 ^ table->of[0][(crc ^ *at) & 255];
    return ~crc;
}
