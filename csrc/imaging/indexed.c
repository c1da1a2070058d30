/* Draws colour indices as RGBA pixels on a canvas. */
#include "imaging/indexed.h"

enum { BLOCK = 8, QUAD = 4 }; /* indices looked at, and colours mixed, together */

typedef uint32_t quad __attribute__((vector_size(QUAD * sizeof(uint32_t))));

bool sddl_make_palette(const uint8_t *rgb, size_t entries, uint8_t *palette) {
    if (entries > SDDL_PALETTE_BYTES / SDDL_PIXEL)
        return false;
    memset(palette, 0, SDDL_PALETTE_BYTES);
    for (size_t i = 3; i < SDDL_PALETTE_BYTES; i += SDDL_PIXEL)
        palette[i] = 255;
    for (size_t i = 0; i < entries; i++)
        memcpy(palette + SDDL_PIXEL * i, rgb + 3 * i, 3);
    return true;
}

struct indexed_pixels {
    const uint8_t *indices;
    size_t count;
    bool masked;                         /* pixels of the transparent index show what is under them */
    bool replaces;                       /* what is transparent or missing becomes transparent black */
    uint8_t palette[SDDL_PALETTE_BYTES]; /* its transparent colour is 0, which no other is */
};

/* True if all eight bytes are the same. */
SDDL_INLINE bool uniform(uint64_t block) {
    return block == (block << 8 | block >> 56);
}

SDDL_INLINE uint32_t colour(const uint8_t *palette, size_t index) {
    return sddl_load32(palette + index * SDDL_PIXEL);
}

/* How many indices, by eights, repeat the eight at the start. */
SDDL_INLINE size_t repeated(const uint8_t *indices, size_t count, uint64_t block) {
    size_t run = BLOCK;
    while (count - run >= 4 * BLOCK &&
           ((sddl_load64(indices + run) ^ block) | (sddl_load64(indices + run + BLOCK) ^ block) |
            (sddl_load64(indices + run + 2 * BLOCK) ^ block) | (sddl_load64(indices + run + 3 * BLOCK) ^ block)) == 0)
        run += 4 * BLOCK;
    while (count - run >= BLOCK && sddl_load64(indices + run) == block)
        run += BLOCK;
    return run;
}

SDDL_INLINE size_t fill_blocks(uint8_t *to, const uint8_t *indices, size_t count, uint64_t block, uint32_t value) {
    const quad four = {value, value, value, value};
    size_t run = 0;
    do {
        memcpy(to + run * SDDL_PIXEL, &four, sizeof four);
        memcpy(to + run * SDDL_PIXEL + sizeof four, &four, sizeof four);
        run += BLOCK;
    } while (count - run >= BLOCK && sddl_load64(indices + run) == block);
    return run;
}

SDDL_INLINE void draw_block(uint8_t *to, const uint8_t *indices, const uint8_t *palette) {
    for (int i = 0; i < BLOCK; i += 2) {
        uint64_t even = colour(palette, indices[i]), odd = colour(palette, indices[i + 1]);
        sddl_store64(to + i * SDDL_PIXEL, odd << 32 | even);
    }
}

/* Without a branch, which would be mispredicted at every other pixel of a dithered picture. */
SDDL_INLINE void select_quad(uint8_t *to, const uint8_t *under, const uint8_t *indices, const uint8_t *palette) {
    const quad drawn = {colour(palette, indices[0]), colour(palette, indices[1]), colour(palette, indices[2]),
                        colour(palette, indices[3])};
    quad kept;
    memcpy(&kept, under, sizeof kept);
    const quad mixed = drawn | (kept & (quad)(drawn == 0));
    memcpy(to, &mixed, sizeof mixed);
}

void sddl_expand_palette(uint8_t *to, const uint8_t *indices, size_t count, const uint8_t *palette) {
    while (count >= BLOCK) {
        uint64_t block = sddl_load64(indices);
        size_t run = BLOCK;
        if (uniform(block))
            run = fill_blocks(to, indices, count, block, colour(palette, block & 255));
        else
            draw_block(to, indices, palette);
        indices += run;
        count -= run;
        to += run * SDDL_PIXEL;
    }
    for (size_t i = 0; i < count; i++)
        sddl_store32(to + i * SDDL_PIXEL, colour(palette, indices[i]));
}

void sddl_expand_palette_over(uint8_t *to, const uint8_t *under, const uint8_t *indices, size_t count,
                              const uint8_t *palette) {
    const ptrdiff_t below = under - to;
    while (count >= BLOCK) {
        uint64_t block = sddl_load64(indices);
        size_t run = BLOCK;
        if (uniform(block)) {
            const uint32_t drawn = colour(palette, block & 255);
            if (drawn)
                run = fill_blocks(to, indices, count, block, drawn);
            else
                run = repeated(indices, count, block);
            if (!drawn && below)
                memcpy(to, to + below, run * SDDL_PIXEL);
        } else {
            select_quad(to, to + below, indices, palette);
            select_quad(to + sizeof(quad), to + below + sizeof(quad), indices + QUAD, palette);
        }
        indices += run;
        count -= run;
        to += run * SDDL_PIXEL;
    }
    for (size_t i = 0; i < count; i++, to += SDDL_PIXEL) {
        uint32_t drawn = colour(palette, indices[i]);
        sddl_store32(to, drawn ? drawn : sddl_load32(to + below));
    }
}

/* Which of the rows stored is row `y` of an interlaced picture: every 8th comes first, then the 4th, 2nd, 1st between. */
static uint64_t stored_row(uint64_t y, uint64_t height) {
    uint64_t first = (height + 7) / 8, second = (height + 3) / 8, third = (height + 1) / 4;
    if (y % 8 == 0)
        return y / 8;
    if (y % 8 == 4)
        return first + y / 8;
    if (y % 4 == 2)
        return first + second + y / 4;
    return first + second + third + y / 2;
}

/* The row's indices from `first` on, as many as are there; the others of `width` count as transparent. */
static void draw_row(uint8_t *to, const uint8_t *under, size_t width, const struct indexed_pixels *source,
                     uint64_t first) {
    const size_t begin = first < source->count ? (size_t)first : source->count;
    const size_t count = sddl_smaller(width, source->count - begin);
    size_t missing = (width - count) * SDDL_PIXEL;
    if (source->masked)
        sddl_expand_palette_over(to, under, source->indices + begin, count, source->palette);
    else
        sddl_expand_palette(to, source->indices + begin, count, source->palette);
    if (missing && source->replaces)
        memset(to + count * SDDL_PIXEL, 0, missing);
    else if (missing && under != to)
        memcpy(to + count * SDDL_PIXEL, under + count * SDDL_PIXEL, missing);
}

static void draw_rows(const sddl_canvas *canvas, const sddl_canvas *under, const sddl_rect *rect,
                      const struct indexed_pixels *source, bool interlaced) {
    const struct sddl_area area = sddl_clip(canvas->width, canvas->height, rect);
    for (size_t y = 0; y < area.height; y++) {
        uint64_t row = interlaced ? stored_row(y, rect->height) : y;
        draw_row(sddl_pixel_at(canvas, area.x, area.y + y), sddl_pixel_at(under, area.x, area.y + y), area.width,
                 source, row * rect->width);
    }
}

int sddl_draw_indices(const sddl_canvas *canvas, const sddl_canvas *under, const sddl_rect *rect,
                      const struct sddl_indices *indices, const uint8_t *palette, bool replace) {
    if (!sddl_canvas_valid(canvas) || (under && !sddl_canvases_match(canvas, under)) || indices->transparent > 255)
        return SDDL_E_ARGUMENT;
    struct indexed_pixels source = {.indices = indices->at, .count = indices->count, .replaces = replace};
    memcpy(source.palette, palette, SDDL_PALETTE_BYTES);
    if (indices->transparent >= 0) {
        source.masked = !replace;
        memset(source.palette + indices->transparent * SDDL_PIXEL, 0, SDDL_PIXEL);
    }
    draw_rows(canvas, under ? under : canvas, rect, &source, indices->interlaced);
    return SDDL_OK;
}
