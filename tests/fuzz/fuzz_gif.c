/* A GIF file: indexed in one go, in steps and as it arrives with the same result, then drawn, frame by frame. */
#include "fuzz.h"

enum { FRAMES = 24, MOST_PIXELS = 1 << 16 };

static void draw(const uint8_t *data, size_t size, const sddl_gif_index *index, const sddl_gif_frame *frame) {
    size_t pixels = (size_t)frame->width * frame->height;
    demand(frame->begin <= frame->end && frame->end <= size);
    if (pixels > MOST_PIXELS)
        return;
    size_t work_size = SDDL_LZW_LEAD + pixels + SDDL_LZW_SLACK;
    uint8_t *work = exactly(work_size);
    sddl_canvas canvas = new_canvas(index->width % 300 + 1, index->height % 300 + 1, 8);
    sddl_canvas under = new_canvas(canvas.width, canvas.height, 0);
    const sddl_rect rect = {frame->x, frame->y, frame->width, frame->height};
    demand(sddl_gif_draw(data, size, index, frame, &canvas, NULL, 0, work, work_size) >= 0);
    demand(sddl_gif_draw(data, size, index, frame, &canvas, &under, 0, work, work_size) >= 0);
    demand(sddl_gif_draw(data, size, index, frame, &canvas, NULL, SDDL_DRAW_REPLACE, work, work_size) >= 0);
    demand(sddl_gif_draw(data, size, index, frame, &canvas, NULL, SDDL_DRAW_WHOLE, work, work_size) >= 0);
    if (sddl_gif_decode(data, size, frame, work, work_size) == SDDL_PIXELS_WHOLE)
        demand(sddl_gif_paint(data, size, index, frame, &canvas, &under, 0, work, work_size) == SDDL_OK);
    demand(sddl_restore(&canvas, NULL, &rect, 1, NULL) == SDDL_OK);
    demand(sddl_restore(&canvas, &under, &rect, 1, NULL) == SDDL_OK);
    free(canvas.pixels);
    free(under.pixels);
    free(work);
}

/* What is there of the file grows, and is somewhere else each time. */
static void check_arrival(const uint8_t *data, size_t size, const sddl_gif_frame *frames, int64_t count) {
    sddl_gif_frame found[FRAMES];
    sddl_gif_index index;
    int64_t so_far = 0;
    memset(&index, 0, sizeof index);
    for (size_t end = 13 + size % 7; end < size + 61; end += 61) {
        size_t there = end < size ? end : size;
        uint8_t *part = exactly(there);
        memcpy(part, data, there);
        index.more = there < size;
        int64_t more = sddl_gif_scan(part, there, &index, found + so_far, (size_t)(FRAMES - so_far));
        so_far += more > 0 ? more : 0;
        free(part);
    }
    demand(so_far == count && memcmp(found, frames, (size_t)count * sizeof *frames) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    sddl_gif_frame frames[FRAMES], frame;
    sddl_gif_index at_once, stepwise;
    memset(&at_once, 0, sizeof at_once);
    memset(&stepwise, 0, sizeof stepwise);
    uint8_t *data = exactly(size);
    memcpy(data, input, size);
    int64_t count = sddl_gif_scan(data, size, &at_once, frames, FRAMES);
    for (int64_t i = 0; i < count; i++) {
        demand(sddl_gif_scan(data, size, &stepwise, &frame, 1) == 1);
        demand(memcmp(&frame, &frames[i], sizeof frame) == 0);
        demand(frame.dependency.base < i && frame.dependency.key_frame <= i && frame.dependency.key_frame >= 0);
        draw(data, size, &at_once, &frame);
    }
    if (count >= 0)
        check_arrival(data, size, frames, count);
    free(data);
    return 0;
}
