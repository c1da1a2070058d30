/* Draws RGBA pixels over others. */
#include "imaging/blend.h"
#include "imaging/vectors.h"

typedef uint16_t channels __attribute__((vector_size(WIDE)));

#define TWO_ALPHAS 0xFF000000FF000000u

/* value / 255 rounded to nearest, exact up to 255 * 255. */
SDDL_INLINE channels divided(channels value) {
    value += 128;
    return (value + (value >> 8)) >> 8;
}

/* Two pixels over two opaque ones: each channel is (s * a + d * (255 - a)) / 255. */
SDDL_INLINE uint64_t over_opaque(uint64_t source, uint64_t under) {
    const channels s = (channels)widened(source), d = (channels)widened(under);
    const channels alpha = SHUFFLED(channels, s, s, 3, 3, 3, 3, 7, 7, 7, 7);
    return narrowed((lanes)divided(s * alpha + d * (255 - alpha))) | TWO_ALPHAS;
}

/* One pixel over another, for any two alphas, in exact fractions. */
static uint32_t over(uint32_t source, uint32_t under) {
    uint32_t alpha = source >> 24, rest = (under >> 24) * (255 - alpha);
    uint32_t whole = alpha * 255 + rest; /* 255 times the alpha that comes out */
    uint32_t result = (whole + 127) / 255 << 24;
    for (unsigned shift = 0; shift < 24 && whole; shift += 8) {
        uint32_t sum = (source >> shift & 255) * alpha * 255 + (under >> shift & 255) * rest;
        result |= (sum + whole / 2) / whole << shift;
    }
    return result;
}

static uint32_t blend_pixel(uint32_t source, uint32_t under) {
    uint32_t alpha = source >> 24;
    if (alpha == 255 || under >> 24 == 0)
        return alpha ? source : under;
    return alpha ? over(source, under) : under;
}

SDDL_INLINE void blend_two(uint8_t *to, uint64_t source) {
    const uint64_t alphas = source & TWO_ALPHAS;
    uint64_t under = sddl_load64(to);
    if (alphas == TWO_ALPHAS)
        under = source;
    else if (alphas && (under & TWO_ALPHAS) == TWO_ALPHAS)
        under = over_opaque(source, under);
    else if (alphas)
        under = blend_pixel((uint32_t)source, (uint32_t)under) |
                (uint64_t)blend_pixel((uint32_t)(source >> 32), (uint32_t)(under >> 32)) << 32;
    sddl_store64(to, under);
}

/* Most pixels are transparent or opaque, and so are those next to them. */
void sddl_blend_over(uint8_t *to, const uint8_t *from, size_t count) {
    size_t i = 0;
    for (; count - i >= 4; i += 4, to += 4 * SDDL_PIXEL, from += 4 * SDDL_PIXEL) {
        const uint64_t first = sddl_load64(from), second = sddl_load64(from + 2 * SDDL_PIXEL);
        if ((first & second & TWO_ALPHAS) == TWO_ALPHAS) {
            memcpy(to, from, 4 * SDDL_PIXEL);
        } else if ((first | second) & TWO_ALPHAS) {
            blend_two(to, first);
            blend_two(to + 2 * SDDL_PIXEL, second);
        }
    }
    for (; i < count; i++, to += SDDL_PIXEL, from += SDDL_PIXEL)
        sddl_store32(to, blend_pixel(sddl_load32(from), sddl_load32(to)));
}

static void blend_mask(uint8_t *to, const uint8_t *from, size_t count) {
    for (size_t i = 0; i < count; i++, to += SDDL_PIXEL, from += SDDL_PIXEL)
        if (from[3])
            memcpy(to, from, SDDL_PIXEL);
}

int sddl_draw_pixels(const sddl_canvas *canvas, const sddl_rect *rect, const uint8_t *pixels, size_t size,
                     size_t stride, int blend) {
    if (!sddl_canvas_valid(canvas) || !rect || !pixels || blend < SDDL_BLEND_SOURCE || blend > SDDL_BLEND_OVER)
        return SDDL_E_ARGUMENT;
    const struct sddl_area area = sddl_clip(canvas->width, canvas->height, rect);
    const sddl_canvas drawn = {(uint8_t *)(uintptr_t)pixels, size, stride, rect->width, rect->height};
    if (rect->width == 0 || rect->height == 0)
        return SDDL_OK;
    if (!sddl_canvas_valid(&drawn))
        return SDDL_E_ARGUMENT;
    for (size_t y = 0; y < area.height; y++) {
        uint8_t *to = sddl_pixel_at(canvas, area.x, area.y + y);
        if (blend == SDDL_BLEND_OVER)
            sddl_blend_over(to, pixels + y * stride, area.width);
        else if (blend == SDDL_BLEND_MASK)
            blend_mask(to, pixels + y * stride, area.width);
        else
            memcpy(to, pixels + y * stride, area.width * SDDL_PIXEL);
    }
    return SDDL_OK;
}
