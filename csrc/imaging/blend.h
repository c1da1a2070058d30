/* Blending of pixels, in blend.c; used by imaging/png/unpack.c as well. */
#ifndef SDDL_BLEND_H
#define SDDL_BLEND_H

#include "imaging/imaging.h"

/* Source over destination in straight alpha. */
void sddl_blend_over(uint8_t *to, const uint8_t *from, size_t count);

#endif
