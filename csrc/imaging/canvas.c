/* Operations on a canvas between two frames: restoring, saving and putting back rectangles. */
#include "imaging/imaging.h"

bool sddl_canvas_valid(const sddl_canvas *canvas) {
    if (!canvas || !canvas->pixels || canvas->width == 0 || canvas->height == 0)
        return false;
    uint64_t row = (uint64_t)canvas->width * SDDL_PIXEL;
    return canvas->stride >= row && canvas->size >= row && (canvas->size - row) / canvas->stride >= canvas->height - 1;
}

bool sddl_canvases_match(const sddl_canvas *a, const sddl_canvas *b) {
    return sddl_canvas_valid(a) && sddl_canvas_valid(b) && a->width == b->width && a->height == b->height;
}

struct sddl_area sddl_clip(uint32_t width, uint32_t height, const sddl_rect *rect) {
    struct sddl_area area = {rect->x, rect->y, 0, 0};
    if (rect->x < width && rect->y < height && rect->width && rect->height) {
        area.width = sddl_smaller(rect->width, width - rect->x);
        area.height = sddl_smaller(rect->height, height - rect->y);
    }
    return area;
}

static void restore_row(const sddl_canvas *target, const sddl_canvas *source, size_t y, size_t begin, size_t end) {
    if (begin >= end)
        return;
    uint8_t *to = sddl_pixel_at(target, begin, y);
    if (source)
        memcpy(to, sddl_pixel_at(source, begin, y), (end - begin) * SDDL_PIXEL);
    else
        memset(to, 0, (end - begin) * SDDL_PIXEL);
}

/* Restores the parts of each row to the left and to the right of `exclude`. */
static void restore_area(const sddl_canvas *target, const sddl_canvas *source, const struct sddl_area *area,
                         const struct sddl_area *exclude) {
    const size_t end = area->x + area->width, right = exclude->x + exclude->width;
    for (size_t y = area->y; y < area->y + area->height; y++) {
        const bool split = y >= exclude->y && y - exclude->y < exclude->height;
        restore_row(target, source, y, area->x, split ? sddl_smaller(end, exclude->x) : end);
        if (split)
            restore_row(target, source, y, right > area->x ? right : area->x, end);
    }
}

int sddl_restore(const sddl_canvas *target, const sddl_canvas *source, const sddl_rect *rects, size_t count,
                 const sddl_rect *exclude) {
    if (!sddl_canvas_valid(target) || (source && !sddl_canvases_match(target, source)) || (!rects && count))
        return SDDL_E_ARGUMENT;
    const sddl_rect nothing = {0, 0, 0, 0};
    const struct sddl_area excluded = sddl_clip(target->width, target->height, exclude ? exclude : &nothing);
    for (size_t i = 0; i < count && !(source && target->pixels == source->pixels); i++) {
        const struct sddl_area area = sddl_clip(target->width, target->height, rects + i);
        restore_area(target, source, &area, &excluded);
    }
    return SDDL_OK;
}

/* Bytes of all rectangles as far as they lie on the canvas; SDDL_E_ARGUMENT if they are more than `room`. */
static int64_t saved_bytes(const sddl_canvas *canvas, const sddl_rect *rects, size_t count, size_t room) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        const struct sddl_area area = sddl_clip(canvas->width, canvas->height, rects + i);
        const size_t bytes = area.width * area.height * SDDL_PIXEL; /* no more than the canvas has */
        if (bytes > room - total)
            return SDDL_E_ARGUMENT;
        total += bytes;
    }
    return (int64_t)total;
}

static int64_t exchange(const sddl_canvas *canvas, const sddl_rect *rects, size_t count, uint8_t *saved, size_t size,
                        bool back) {
    if (!sddl_canvas_valid(canvas) || (count && !rects) || !saved)
        return SDDL_E_ARGUMENT;
    const int64_t total = saved_bytes(canvas, rects, count, size);
    for (size_t i = 0; total > 0 && i < count; i++) {
        const struct sddl_area area = sddl_clip(canvas->width, canvas->height, rects + i);
        const size_t row = area.width * SDDL_PIXEL;
        for (size_t y = area.y; y < area.y + area.height; y++, saved += row) {
            uint8_t *pixels = sddl_pixel_at(canvas, area.x, y);
            memcpy(back ? pixels : saved, back ? saved : pixels, row);
        }
    }
    return total;
}

int64_t sddl_save(const sddl_canvas *canvas, const sddl_rect *rects, size_t count, uint8_t *saved, size_t size) {
    return exchange(canvas, rects, count, saved, size, false);
}

int64_t sddl_put_back(const sddl_canvas *canvas, const sddl_rect *rects, size_t count, const uint8_t *saved,
                      size_t size) {
    return exchange(canvas, rects, count, (uint8_t *)(uintptr_t)saved, size, true);
}
