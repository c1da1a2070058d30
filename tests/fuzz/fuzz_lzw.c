/* Code size, number of pixels, then data sub-blocks: whatever they are, nothing outside the buffers is touched. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sddl_gif_frame frame = {.transparent = -1, .code_size = take(&data, &size) % 14};
    frame.width = take(&data, &size);
    frame.width |= (uint32_t)take(&data, &size) << 8;
    frame.height = 1 + take(&data, &size) % 8u;
    frame.end = size;
    const sddl_gif_index index = {0};
    size_t work_size = SDDL_LZW_LEAD + (size_t)frame.width * frame.height + SDDL_LZW_SLACK;
    uint8_t *blocks = exactly(size), *work = exactly(work_size);
    memcpy(blocks, data, size);
    sddl_canvas canvas = new_canvas(frame.width % 999 + 1, 8, 0);
    const int decoded = sddl_gif_decode(blocks, size, &frame, work, work_size);
    demand(decoded >= SDDL_PIXELS_WHOLE && decoded <= SDDL_PIXELS_BROKEN);
    demand(sddl_gif_draw(blocks, size, &index, &frame, &canvas, NULL, 0, work, work_size) == decoded);
    free(canvas.pixels);
    free(blocks);
    free(work);
    return 0;
}
