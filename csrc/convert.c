/* RGBA with straight alpha to the layouts that toolkits want. */
#include "imaging.h"

/* Each colour times alpha / 255, rounded to nearest: two channels at a time, each in 16 bits of its own. */
SDDL_INLINE uint32_t premultiplied(uint32_t pixel) {
    uint32_t alpha = pixel >> 24;
    uint32_t red_blue = (pixel & 0x00FF00FF) * alpha + 0x00800080;
    uint32_t green = (pixel >> 8 & 255) * alpha + 0x80;
    red_blue = (red_blue + (red_blue >> 8 & 0x00FF00FF)) >> 8 & 0x00FF00FF;
    green = (green + (green >> 8)) & 0xFF00;
    return (pixel & 0xFF000000) | red_blue | green;
}

SDDL_INLINE uint32_t swapped(uint32_t pixel) {
    return (pixel & 0xFF00FF00) | (pixel & 255) << 16 | (pixel >> 16 & 255);
}

/* `layout` is a constant where this is used, so that each has a loop of its own. */
SDDL_INLINE void convert_row(uint8_t *to, const uint8_t *from, size_t count, int layout) {
    for (size_t i = 0; i < count; i++) {
        uint32_t pixel = sddl_load32(from + i * SDDL_PIXEL);
        if (layout & SDDL_LAYOUT_PREMULTIPLIED)
            pixel = premultiplied(pixel);
        if (layout & SDDL_LAYOUT_BGRA)
            pixel = swapped(pixel);
        sddl_store32(to + i * SDDL_PIXEL, pixel);
    }
}

int sddl_convert(const sddl_canvas *target, const sddl_canvas *source, int layout) {
    if (!sddl_canvases_match(target, source) || layout < 0 || layout > (SDDL_LAYOUT_BGRA | SDDL_LAYOUT_PREMULTIPLIED))
        return SDDL_E_ARGUMENT;
    for (size_t y = 0; y < target->height; y++) {
        uint8_t *there = sddl_pixel_at(target, 0, y);
        const uint8_t *here = sddl_pixel_at(source, 0, y);
        if (layout == SDDL_LAYOUT_BGRA)
            convert_row(there, here, target->width, SDDL_LAYOUT_BGRA);
        else if (layout == SDDL_LAYOUT_PREMULTIPLIED)
            convert_row(there, here, target->width, SDDL_LAYOUT_PREMULTIPLIED);
        else if (layout)
            convert_row(there, here, target->width, SDDL_LAYOUT_BGRA | SDDL_LAYOUT_PREMULTIPLIED);
        else if (there != here)
            memcpy(there, here, (size_t)target->width * SDDL_PIXEL);
    }
    return SDDL_OK;
}
