/* A format, a palette, a tRNS chunk and inflated rows. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t formats[][2] = {{0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1},
                                         {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}, {7, 8}};
    const uint8_t *format = formats[take(&data, &size) % 16];
    uint8_t palette[768], transparency[256];
    sddl_png_format picture = {
        .width = 1u + take(&data, &size) % 70,
        .height = 1u + take(&data, &size) % 40,
        .bit_depth = format[1],
        .colour_type = format[0],
        .interlaced = take(&data, &size) & 1,
        .palette_entries = take(&data, &size),
        .palette = palette,
        .transparency = transparency,
        .transparency_size = take(&data, &size),
    };
    for (size_t i = 0; i < sizeof palette; i++)
        palette[i] = (uint8_t)(i * 31);
    for (size_t i = 0; i < sizeof transparency; i++)
        transparency[i] = (uint8_t)i;
    uint8_t *rows = exactly(size);
    memcpy(rows, data, size);
    sddl_canvas canvas = new_canvas(picture.width, picture.height, size % 3 * 4);
    int64_t wanted = sddl_png_filtered_size(&picture);
    int status = sddl_png_unpack(&picture, rows, size, &canvas);
    demand(status == SDDL_E_ARGUMENT || (status >= SDDL_PIXELS_WHOLE && status <= SDDL_PIXELS_BROKEN));
    demand(status != SDDL_PIXELS_WHOLE || (wanted >= 0 && (uint64_t)wanted <= size));
    const sddl_png_frame frame = {
        .x = size % 9,
        .y = size % 5,
        .width = picture.width - (picture.width > 20 ? 11 : 0),
        .height = picture.height,
        .blend = size & 1 ? SDDL_BLEND_OVER : SDDL_BLEND_SOURCE,
    };
    memcpy(rows, data, size);
    wanted = sddl_png_frame_size(&picture, &frame);
    status = sddl_png_draw(&picture, &frame, rows, size, &canvas);
    demand(status == SDDL_E_ARGUMENT || (status >= SDDL_PIXELS_WHOLE && status <= SDDL_PIXELS_BROKEN));
    demand(status != SDDL_PIXELS_WHOLE || (wanted >= 0 && (uint64_t)wanted <= size));
    free(canvas.pixels);
    free(rows);
    return 0;
}
