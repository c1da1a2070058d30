/* One frame of a GIF, from its compressed codes to the canvas. */
#include "imaging.h"

int sddl_gif_palette(const uint8_t *rgb, size_t entries, uint8_t *palette) {
    if (entries > 256 || (entries && !rgb) || !palette)
        return SDDL_E_ARGUMENT;
    memset(palette, 0, SDDL_PALETTE_BYTES);
    for (size_t i = 0; i < 256; i++)
        palette[4 * i + 3] = 255;
    for (size_t i = 0; i < entries; i++)
        memcpy(palette + 4 * i, rgb + 3 * i, 3);
    return SDDL_OK;
}

static bool inside(uint64_t begin, uint64_t length, size_t size) {
    return begin <= size && length <= size - begin;
}

static int frame_palette(const uint8_t *data, size_t size, const sddl_gif_index *index, const sddl_gif_frame *frame,
                         uint8_t *palette) {
    bool local = frame->palette_entries != 0;
    uint64_t begin = local ? frame->palette : index->palette;
    size_t entries = local ? frame->palette_entries : index->palette_entries;
    if (entries > 256 || !inside(begin, 3 * entries, size))
        return SDDL_E_ARGUMENT;
    return sddl_gif_palette(data + begin, entries, palette);
}

int sddl_gif_draw(const uint8_t *data, size_t size, const sddl_gif_index *index, const sddl_gif_frame *frame,
                  const sddl_canvas *canvas, const sddl_canvas *under, int flags, uint8_t *work, size_t work_size) {
    uint8_t palette[SDDL_PALETTE_BYTES];
    size_t decoded;
    uint64_t pixels;
    if (!data || !index || !frame || frame->end < frame->begin ||
        !inside(frame->begin, frame->end - frame->begin, size) || !sddl_canvas_valid(canvas) ||
        __builtin_mul_overflow((uint64_t)frame->width, frame->height, &pixels) || pixels > SIZE_MAX ||
        frame_palette(data, size, index, frame, palette) != SDDL_OK)
        return SDDL_E_ARGUMENT;
    int status = sddl_gif_lzw(data + frame->begin, (size_t)(frame->end - frame->begin), frame->code_size, work,
                              work_size, (size_t)pixels, &decoded);
    if (status < 0)
        return status;
    const sddl_rect rect = {frame->x, frame->y, frame->width, frame->height};
    flags = (flags & SDDL_DRAW_REPLACE) | (frame->interlaced ? SDDL_DRAW_INTERLACED : 0);
    int drawn =
        sddl_draw_indices(canvas, under, &rect, work + SDDL_LZW_LEAD, decoded, palette, frame->transparent, flags);
    return drawn < 0 ? drawn : status;
}
