/* Declarations that the image kernels share. */
#ifndef SDDL_IMAGING_H
#define SDDL_IMAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "include/sddisplaylink.h"

#include "include/imaging.cdef.h"

#define SDDL_INLINE static inline __attribute__((always_inline))
#define SDDL_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define SDDL_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the image kernels read several bytes at a time, the first one lowest"
#endif

enum { SDDL_PIXEL = 4 }; /* bytes */

SDDL_INLINE uint64_t sddl_load64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

SDDL_INLINE void sddl_store64(uint8_t *at, uint64_t value) {
    memcpy(at, &value, sizeof value);
}

SDDL_INLINE uint32_t sddl_load32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

SDDL_INLINE void sddl_store32(uint8_t *at, uint32_t value) {
    memcpy(at, &value, sizeof value);
}

SDDL_INLINE size_t sddl_smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

SDDL_INLINE uint32_t sddl_little16(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

SDDL_INLINE uint32_t sddl_big16(const uint8_t *at) {
    return (uint32_t)at[0] << 8 | at[1];
}

SDDL_INLINE uint32_t sddl_big32(const uint8_t *at) {
    return sddl_big16(at) << 16 | sddl_big16(at + 2);
}

/* The part of a rectangle that lies on a canvas; width and height 0 if none does. */
struct sddl_area {
    size_t x;
    size_t y;
    size_t width;
    size_t height;
};

/* The lineage of frame `number`. `next`, which a scanner carries from frame to frame, is the lineage of a frame drawn
 * over all frames so far; base -1 = over nothing. A frame whose disposal is "previous" does not change `next`. */
SDDL_INLINE sddl_dependency sddl_find_dependency(sddl_dependency *next, uint64_t number, bool covers, bool replaces,
                                                 unsigned disposal) {
    sddl_dependency own = *next;
    if (own.base < 0 || (covers && replaces))
        own = (sddl_dependency){-1, (int32_t)number};
    if (disposal == SDDL_DISPOSE_BACKGROUND && (covers || own.base < 0))
        next->base = -1;
    else if (disposal != SDDL_DISPOSE_PREVIOUS)
        *next = (sddl_dependency){(int32_t)number, own.key_frame};
    return own;
}

/* Whether the canvas has rows and columns, and they fit into its bytes. */
bool sddl_canvas_valid(const sddl_canvas *canvas);
/* Whether both canvases are valid and of the same size. */
bool sddl_canvases_match(const sddl_canvas *a, const sddl_canvas *b);
struct sddl_area sddl_clip(uint32_t width, uint32_t height, const sddl_rect *rect);

SDDL_INLINE uint8_t *sddl_pixel_at(const sddl_canvas *canvas, size_t x, size_t y) {
    return canvas->pixels + y * canvas->stride + x * SDDL_PIXEL;
}

#endif
