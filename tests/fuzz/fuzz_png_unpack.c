/* A format, a palette, a tRNS chunk and inflated rows. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t formats[][2] = {{0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1},
                                         {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}, {7, 8}};
    const uint8_t *format = formats[take(&data, &size) % 16];
    uint8_t chunks[256 * 4];
    const sddl_png_frame frame = {
        .x = size % 9,
        .y = size % 5,
        .width = 1u + take(&data, &size) % 70,
        .height = 1u + take(&data, &size) % 40,
        .blend = size & 1 ? SDDL_BLEND_OVER : SDDL_BLEND_SOURCE,
    };
    const uint8_t interlaced = take(&data, &size) & 1;
    const unsigned entries = take(&data, &size), alphas = take(&data, &size);
    const sddl_png_index index = {
        .bit_depth = format[1],
        .colour_type = format[0],
        .interlaced = interlaced,
        .palette = {0, entries * 3},
        .transparency = {entries * 3, entries * 3 + alphas},
    };
    for (size_t i = 0; i < sizeof chunks; i++)
        chunks[i] = (uint8_t)(i & 4 ? i * 31 : i >> 3 & 1 ? 255 : 0);
    uint8_t *rows = exactly(size);
    memcpy(rows, data, size);
    sddl_canvas canvas = new_canvas(frame.width + 8, frame.height + 4, size % 3 * 4);
    const int64_t wanted = sddl_png_frame_size(&index, &frame);
    const int status = sddl_png_draw(chunks, entries * 3 + alphas, &index, &frame, rows, size, &canvas);
    demand(status == SDDL_E_ARGUMENT || (status >= SDDL_PIXELS_WHOLE && status <= SDDL_PIXELS_BROKEN));
    demand(status != SDDL_PIXELS_WHOLE || (wanted >= 0 && (uint64_t)wanted <= size));
    free(canvas.pixels);
    free(rows);
    return 0;
}
