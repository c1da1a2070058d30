/* Rows of colour indices: what compose.c offers to the drawing of PNG. */
#ifndef SDDL_COMPOSE_H
#define SDDL_COMPOSE_H

#include "imaging.h"

/* The colours of `count` indices; palette: 256 RGBA colours. */
void sddl_put_colours(uint8_t *to, const uint8_t *indices, size_t count, const uint8_t *palette);
/* The same, but where a colour is 0, all four bytes of it, the pixel of `under` is taken, which may be `to` itself. */
void sddl_put_colours_over(uint8_t *to, const uint8_t *under, const uint8_t *indices, size_t count,
                           const uint8_t *palette);

#endif
