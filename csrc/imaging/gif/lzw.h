/* Decoding of GIF's LZW codes, in lzw.c. */
#ifndef SDDL_LZW_H
#define SDDL_LZW_H

#include "imaging/imaging.h"

/* Decodes `pixels` colour indices from the sub-blocks in blocks[0 .. size), to work + SDDL_LZW_LEAD, in the order stored. `decoded`
 * is how many came out; those after them are undefined. Returns sddl_pixel_status, or SDDL_E_ARGUMENT if the work buffer is too
 * small. */
int sddl_gif_lzw(const uint8_t *blocks, size_t size, uint8_t code_size, uint8_t *work, size_t work_size, size_t pixels,
                 size_t *decoded);

#endif
