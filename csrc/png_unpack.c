/* From inflated PNG data to RGBA rows: passes, filters, formats. */
#include "png.h"

enum { PASSES = 7 };

/* Which pixels of the picture a pass holds. */
struct pass {
    size_t x;
    size_t y;
    size_t dx;
    size_t dy;
    size_t width;
    size_t height;
    size_t row_bytes; /* without the filter's byte */
};

static uint64_t parts(uint64_t length, uint64_t begin, uint64_t step) {
    return length > begin ? (length - begin + step - 1) / step : 0;
}

static struct pass pass_of(const sddl_png_format *format, unsigned bits, size_t number) {
    static const uint8_t adam7[PASSES][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                             {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
    static const uint8_t whole[4] = {0, 0, 1, 1};
    const uint8_t *at = format->interlaced ? adam7[number] : whole;
    struct pass pass = {at[0], at[1], at[2], at[3], 0, 0, 0};
    pass.width = (size_t)parts(format->width, at[0], at[2]);
    pass.height = (size_t)parts(format->height, at[1], at[3]);
    pass.row_bytes = (size_t)(((uint64_t)pass.width * bits + 7) / 8);
    return pass;
}

static size_t pass_count(const sddl_png_format *format) {
    return format->interlaced ? PASSES : 1;
}

int64_t sddl_png_filtered_size(const sddl_png_format *format) {
    unsigned bits = format ? sddl_png_bits(format->bit_depth, format->colour_type) : 0;
    int64_t total = 0;
    for (size_t i = 0; bits && i < pass_count(format); i++) {
        const struct pass pass = pass_of(format, bits, i);
        int64_t size;
        if (pass.width == 0)
            continue;
        if (__builtin_mul_overflow((int64_t)pass.row_bytes + 1, pass.height, &size) ||
            __builtin_add_overflow(total, size, &total))
            return SDDL_E_ARGUMENT;
    }
    return bits ? total : SDDL_E_ARGUMENT;
}

struct input {
    uint8_t *at;
    size_t left;
};

static int unpack_pass(const struct sddl_png_colours *colours, const struct pass *pass, struct input *input,
                       const sddl_canvas *out, size_t step) {
    const uint8_t *above = NULL;
    for (size_t row = 0; row < pass->height && pass->width; row++) {
        if (input->left <= pass->row_bytes)
            return SDDL_PIXELS_CUT;
        if (!sddl_png_unfilter(input->at, above, pass->row_bytes, step))
            return SDDL_PIXELS_BROKEN;
        above = input->at + 1;
        sddl_png_expand(colours, above, pass->width, sddl_pixel_at(out, pass->x, pass->y + row * pass->dy),
                        pass->dx * SDDL_PIXEL);
        input->at += pass->row_bytes + 1;
        input->left -= pass->row_bytes + 1;
    }
    return SDDL_PIXELS_WHOLE;
}

int sddl_png_unpack(const sddl_png_format *format, uint8_t *filtered, size_t size, const sddl_canvas *out) {
    struct sddl_png_colours colours;
    if (!format || !filtered || !sddl_canvas_valid(out) || out->width != format->width ||
        out->height != format->height || !sddl_png_prepare(format, &colours))
        return SDDL_E_ARGUMENT;
    unsigned bits = sddl_png_bits(format->bit_depth, format->colour_type);
    size_t step = bits < 8 ? 1 : bits / 8;
    struct input input = {filtered, size};
    int status = SDDL_PIXELS_WHOLE;
    for (size_t i = 0; i < pass_count(format) && status == SDDL_PIXELS_WHOLE; i++) {
        const struct pass pass = pass_of(format, bits, i);
        status = unpack_pass(&colours, &pass, &input, out, step);
    }
    return status;
}
