/* Decodes one frame of a GIF and draws it on a canvas. */
#include "imaging/gif/lzw.h"
#include "imaging/indexed.h"

static bool inside(uint64_t begin, uint64_t length, size_t size) {
    return begin <= size && length <= size - begin;
}

static bool frame_palette(const uint8_t *data, size_t size, const sddl_gif_index *index, const sddl_gif_frame *frame,
                          uint8_t *palette) {
    bool local = frame->palette_entries != 0;
    uint64_t begin = local ? frame->palette : index->palette;
    size_t entries = local ? frame->palette_entries : index->palette_entries;
    return inside(begin, 3 * (uint64_t)entries, size) && sddl_make_palette(data + begin, entries, palette);
}

/* The frame's pixels; false if its data is not within the file. */
static bool frame_pixels(size_t size, const sddl_gif_frame *frame, size_t *pixels) {
    return frame->end >= frame->begin && inside(frame->begin, frame->end - frame->begin, size) &&
           !__builtin_mul_overflow((size_t)frame->width, frame->height, pixels);
}

static int decode(const uint8_t *data, size_t size, const sddl_gif_frame *frame, uint8_t *work, size_t work_size,
                  size_t *decoded) {
    size_t pixels;
    if (!data || !frame || !frame_pixels(size, frame, &pixels))
        return SDDL_E_ARGUMENT;
    return sddl_gif_lzw(data + frame->begin, (size_t)(frame->end - frame->begin), frame->code_size, work, work_size,
                        pixels, decoded);
}

static int paint(const uint8_t *data, size_t size, const sddl_gif_index *index, const sddl_gif_frame *frame,
                 const sddl_canvas *canvas, const sddl_canvas *under, int flags, const uint8_t *work, size_t count) {
    uint8_t palette[SDDL_PALETTE_BYTES];
    const sddl_rect rect = {frame->x, frame->y, frame->width, frame->height};
    const struct sddl_indices indices = {work + SDDL_LZW_LEAD, count, frame->transparent, frame->interlaced != 0};
    if (!index || !frame_palette(data, size, index, frame, palette))
        return SDDL_E_ARGUMENT;
    return sddl_draw_indices(canvas, under, &rect, &indices, palette, (flags & SDDL_DRAW_REPLACE) != 0);
}

int sddl_gif_decode(const uint8_t *data, size_t size, const sddl_gif_frame *frame, uint8_t *work, size_t work_size) {
    size_t decoded;
    return decode(data, size, frame, work, work_size, &decoded);
}

int sddl_gif_paint(const uint8_t *data, size_t size, const sddl_gif_index *index, const sddl_gif_frame *frame,
                   const sddl_canvas *canvas, const sddl_canvas *under, int flags, uint8_t *work, size_t work_size) {
    const size_t margins = SDDL_LZW_LEAD + SDDL_LZW_SLACK;
    size_t pixels;
    if (!data || !frame || !work || !frame_pixels(size, frame, &pixels) || work_size < margins ||
        work_size - margins < pixels)
        return SDDL_E_ARGUMENT;
    return paint(data, size, index, frame, canvas, under, flags, work, pixels);
}

int sddl_gif_draw(const uint8_t *data, size_t size, const sddl_gif_index *index, const sddl_gif_frame *frame,
                  const sddl_canvas *canvas, const sddl_canvas *under, int flags, uint8_t *work, size_t work_size) {
    size_t decoded;
    int status = decode(data, size, frame, work, work_size, &decoded);
    if (status < 0 || (status != SDDL_PIXELS_WHOLE && flags & SDDL_DRAW_WHOLE))
        return status;
    int drawn = paint(data, size, index, frame, canvas, under, flags, work, decoded);
    return drawn < 0 ? drawn : status;
}
