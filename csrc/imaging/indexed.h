/* Drawing of colour indices, in indexed.c; used by the kernels of GIF and PNG. */
#ifndef SDDL_INDEXED_H
#define SDDL_INDEXED_H

#include "imaging/imaging.h"

enum { SDDL_PALETTE_BYTES = 1024 /* 256 RGBA colours */ };

/* Indices in the order stored. */
struct sddl_indices {
    const uint8_t *at;
    size_t count;    /* those after them are missing, and count as transparent */
    int transparent; /* -1 = none */
    bool interlaced; /* rows come in GIF's interlaced order */
};

/* 256 RGBA colours from `entries` RGB ones; those missing are opaque black. False if there are more than 256. */
bool sddl_make_palette(const uint8_t *rgb, size_t entries, uint8_t *palette);
/* As sddl_gif_draw() says; `rect` may reach beyond the canvas. */
int sddl_draw_indices(const sddl_canvas *canvas, const sddl_canvas *under, const sddl_rect *rect,
                      const struct sddl_indices *indices, const uint8_t *palette, bool replace);
/* The colours of `count` indices; palette: 256 RGBA colours. */
void sddl_expand_palette(uint8_t *to, const uint8_t *indices, size_t count, const uint8_t *palette);
/* The same, but where a colour is 0, all four bytes of it, the pixel of `under` is taken, which may be `to` itself. */
void sddl_expand_palette_over(uint8_t *to, const uint8_t *under, const uint8_t *indices, size_t count,
                              const uint8_t *palette);

#endif
