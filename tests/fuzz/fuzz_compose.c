/* Rectangles anywhere on and off a canvas, drawn in every way. */
#include "fuzz.h"

static uint32_t place(const uint8_t **data, size_t *size) {
    uint32_t value = take(data, size);
    return value == 255 ? UINT32_MAX - take(data, size) : value % 90;
}

/* Whole, and against cells of the same and of another picture. */
static void write_cells(const sddl_cell *cells, uint32_t columns, size_t count) {
    static const char glyphs[9 * SDDL_GLYPH_BYTES] = "full one two threeabcdefghijklmnop";
    sddl_cell *empty = (sddl_cell *)exactly(count * sizeof *empty);
    memset(empty, 0, count * sizeof *empty);
    const sddl_cell *former[] = {NULL, empty, cells};
    const size_t room = 2 * SDDL_CELL_BYTES * (count + 1);
    uint8_t *output = exactly(room);
    for (int32_t kind = 0; kind < 12; kind++) {
        const sddl_cell_text text = {cells,        former[kind % 3], columns, (uint32_t)(count / columns),
                                     UINT16_MAX,   UINT16_MAX,       glyphs,  9,
                                     kind / 3 & 1, kind / 6};
        const int64_t written = sddl_write_cells(&text, output, room);
        demand(written >= 0 && (written > 0 || kind % 3 != 0) && (written == 0 || kind % 3 != 2));
    }
    free(output);
    free(empty);
}

/* Characters of all kinds; the canvas mostly is not one of whole cells. */
static void fit_symbols(const sddl_canvas *picture, const uint8_t *data, size_t size) {
    uint64_t masks[9] = {0};
    memcpy(masks, data, size < sizeof masks ? size : sizeof masks);
    const uint32_t rows = size ? data[0] % (SDDL_CELL_ROWS + 2u) : 4, columns = picture->width / SDDL_CELL_COLUMNS;
    const size_t count = rows ? (size_t)columns * (picture->height / rows) : 0;
    for (size_t i = 0; i < 9; i++)
        masks[i] &= size > 1 && data[1] & 1 ? ~(uint64_t)0 : ((uint64_t)1 << (rows * SDDL_CELL_COLUMNS & 63)) - 1;
    const sddl_symbols symbols = {masks, 9, 1 + (size > 2 ? data[2] : 0) % 10u, rows};
    sddl_cell *cells = (sddl_cell *)exactly(count * sizeof *cells);
    const sddl_canvas whole = {picture->pixels, picture->size, picture->stride, columns * SDDL_CELL_COLUMNS,
                               rows ? picture->height / rows * rows : 0};
    const int status = sddl_fit_symbols(&whole, &symbols, cells, count);
    demand(status == SDDL_OK || status == SDDL_E_ARGUMENT);
    demand(sddl_fit_symbols(&whole, &symbols, cells, count + 1) == SDDL_E_ARGUMENT);
    if (status == SDDL_OK && count)
        write_cells(cells, columns, count);
    free(cells);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint32_t width = 1 + take(&data, &size) % 70u, height = 1 + take(&data, &size) % 40u;
    sddl_canvas canvas = new_canvas(width, height, take(&data, &size) % 20u), other = new_canvas(width, height, 0);
    const uint8_t *palette = data;
    const size_t palette_size = size;
    const sddl_gif_index index = {.palette_entries = (uint32_t)(size / 3 < 256 ? size / 3 : 256)};
    while (size) {
        const sddl_rect rect = {place(&data, &size), place(&data, &size), place(&data, &size), place(&data, &size)};
        const sddl_rect exclude = {rect.y, rect.width, rect.x, rect.height};
        int flags = take(&data, &size) & 3, transparent = take(&data, &size) - 1, blend = take(&data, &size) % 3;
        size_t count = rect.width < 90 && rect.height < 90 ? (size_t)rect.width * rect.height : 0;
        sddl_gif_frame frame = {rect.x, rect.y, rect.width, rect.height, .transparent = transparent};
        frame.interlaced = flags & 2;
        const sddl_canvas *under = take(&data, &size) & 1 ? &other : NULL;
        size_t source_size = count * 4 + SDDL_LZW_LEAD + SDDL_LZW_SLACK;
        uint8_t *source = exactly(source_size);
        for (size_t i = 0; i < source_size; i++)
            source[i] = size ? data[i % size] : (uint8_t)i;
        if (count)
            demand(sddl_gif_paint(palette, palette_size, &index, &frame, &canvas, under, flags, source, source_size) ==
                   SDDL_OK);
        if (count)
            demand(sddl_draw_pixels(&canvas, &rect, source, count * 4, rect.width * 4u, blend) == SDDL_OK);
        demand(sddl_restore(&other, NULL, &rect, 1, &exclude) == SDDL_OK);
        demand(sddl_restore(&canvas, &other, &rect, 1, &exclude) == SDDL_OK);
        demand(sddl_convert(&other, &canvas, flags) == SDDL_OK && sddl_convert(&canvas, &canvas, flags) == SDDL_OK);
        sddl_colours colours = {0};
        for (size_t i = 0; size && i < 3 * 256; i++)
            colours.light[i / 256][i % 256] = (uint32_t)data[i % size] << (data[size - 1] & 15);
        for (size_t i = 0; size && i < 9; i++)
            colours.matrix[i] = (data[i % size] - 128) * (1 << 16);
        colours.gain_count = flags % 3;
        for (size_t i = 0; size && colours.gain_count && i < 2 * 4097; i += 17)
            colours.gains[i / 4097].factors[i % 4097] = data[i % size] << (data[size - 1] & 15);
        for (size_t i = 0; size && i < 9; i++)
            colours.wide[i] = (data[(i + 1) % size] - 128) * (1 << 16);
        for (size_t i = 0; i < 2; i++)
            colours.gains[i].range_bits = 12 + (size ? data[i % size] % 19 : 0);
        demand(sddl_convert_colours(&other, &canvas, &colours) == SDDL_OK);
        fit_symbols(&canvas, data, size);
        demand(sddl_restore(&other, NULL, &rect, 1, NULL) == SDDL_OK);
        const int64_t saved = sddl_save(&canvas, &rect, 1, source, count * 4);
        demand(saved < 0 || sddl_put_back(&other, &rect, 1, source, count * 4) == saved);
        free(source);
    }
    free(canvas.pixels);
    free(other.pixels);
    return 0;
}
