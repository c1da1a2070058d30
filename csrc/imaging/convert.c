/* Converts RGBA with straight alpha to the pixel layouts that toolkits use. */
#include "imaging/imaging.h"

/* Four pixels; compilers make SSE2 or NEON of it, and plain code where there is neither. */
typedef uint32_t pixels __attribute__((vector_size(16)));
/* The same in halves: red and blue of a pixel, or green and alpha, each in 16 bits of its own. */
typedef uint16_t channels __attribute__((vector_size(16)));

enum { BLOCK = 4 * sizeof(pixels) }; /* bytes */

SDDL_INLINE pixels swapped(pixels from) {
    pixels red_blue = from & 0x00FF00FF;
    return (from & 0xFF00FF00) | red_blue << 16 | red_blue >> 16;
}

/* Products of two bytes, divided by 255 and rounded to nearest: the results are the high bytes. */
SDDL_INLINE channels divided(channels product) {
    product += 0x80;
    return product + (product >> 8);
}

SDDL_INLINE pixels premultiplied(pixels from) {
    pixels alpha = from >> 24;
    channels red_blue = (channels)(from & 0x00FF00FF) * (channels)(alpha << 16 | alpha);
    channels green_alpha = (channels)(from >> 8 & 0x00FF00FF) * (channels)(alpha | 0x00FF0000);
    return (pixels)(divided(red_blue) >> 8) | ((pixels)divided(green_alpha) & 0xFF00FF00);
}

SDDL_INLINE pixels load(const uint8_t *at) {
    pixels some;
    memcpy(&some, at, sizeof some);
    return some;
}

SDDL_INLINE void store(uint8_t *at, pixels some, int layout) {
    if (layout & SDDL_LAYOUT_BGRA)
        some = swapped(some);
    memcpy(at, &some, sizeof some);
}

SDDL_INLINE bool is_opaque(pixels all) {
    return (all[0] & all[1] & all[2] & all[3]) >> 24 == 255;
}

/* `layout` is a constant where this is used, so that each has a loop of its own. */
SDDL_INLINE void convert_block(uint8_t *to, const uint8_t *from, int layout) {
    pixels a = load(from), b = load(from + 16), c = load(from + 32), d = load(from + 48);
    if (layout & SDDL_LAYOUT_PREMULTIPLIED && !is_opaque(a & b & c & d)) {
        a = premultiplied(a);
        b = premultiplied(b);
        c = premultiplied(c);
        d = premultiplied(d);
    }
    store(to, a, layout);
    store(to + 16, b, layout);
    store(to + 32, c, layout);
    store(to + 48, d, layout);
}

SDDL_INLINE void convert_row(uint8_t *to, const uint8_t *from, size_t size, int layout) {
    uint8_t rest[BLOCK] = {0};
    size_t i = 0;
    for (; i + BLOCK <= size; i += BLOCK)
        convert_block(to + i, from + i, layout);
    memcpy(rest, from + i, size - i);
    convert_block(rest, rest, layout);
    memcpy(to + i, rest, size - i);
}

int sddl_convert(const sddl_canvas *target, const sddl_canvas *source, int layout) {
    if (!sddl_canvases_match(target, source) || layout < 0 || layout > (SDDL_LAYOUT_BGRA | SDDL_LAYOUT_PREMULTIPLIED))
        return SDDL_E_ARGUMENT;
    size_t row = (size_t)target->width * SDDL_PIXEL;
    for (size_t y = 0; y < target->height; y++) {
        uint8_t *there = sddl_pixel_at(target, 0, y);
        const uint8_t *here = sddl_pixel_at(source, 0, y);
        if (layout == SDDL_LAYOUT_BGRA)
            convert_row(there, here, row, SDDL_LAYOUT_BGRA);
        else if (layout == SDDL_LAYOUT_PREMULTIPLIED)
            convert_row(there, here, row, SDDL_LAYOUT_PREMULTIPLIED);
        else if (layout)
            convert_row(there, here, row, SDDL_LAYOUT_BGRA | SDDL_LAYOUT_PREMULTIPLIED);
        else if (there != here)
            memcpy(there, here, row);
    }
    return SDDL_OK;
}
