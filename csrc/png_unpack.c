/* From inflated PNG data to RGBA rows: passes, filters, formats. */
#include "blend.h"
#include "compose.h"
#include "png.h"

enum { PASSES = 7, ASIDE = 256 /* pixels */ };

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

/* Where pixels go, and how. */
struct output {
    const struct sddl_png_colours *colours;
    const sddl_canvas *canvas;
    int blend;
    bool masked; /* blending leaves pixels as they are or replaces them */
};

/* Pixels are expanded aside and blended from there, unless they can be taken as they are. */
static void blend_row(const struct output *out, const uint8_t *samples, size_t count, uint8_t *to, size_t gap) {
    const struct sddl_png_colours *colours = out->colours;
    uint8_t pixels[ASIDE * SDDL_PIXEL];
    const size_t bits = sddl_png_bits(colours->bit_depth, colours->colour_type);
    if (sddl_png_is_rgba(colours) && gap == SDDL_PIXEL) {
        sddl_blend_over(to, samples, count);
        return;
    }
    if (out->masked && gap == SDDL_PIXEL) {
        sddl_put_colours_over(to, to, samples, count, colours->palette);
        return;
    }
    for (size_t done = 0; done < count; done += ASIDE) {
        const size_t some = sddl_smaller(count - done, ASIDE);
        sddl_png_expand(colours, samples + done * bits / 8, some, pixels, SDDL_PIXEL);
        if (gap == SDDL_PIXEL)
            sddl_blend_over(to + done * gap, pixels, some);
        else
            for (size_t i = 0; i < some; i++)
                sddl_blend_over(to + (done + i) * gap, pixels + i * SDDL_PIXEL, 1);
    }
}

static void put_row(const struct output *out, const uint8_t *samples, const struct pass *pass, size_t row) {
    uint8_t *to = sddl_pixel_at(out->canvas, pass->x, pass->y + row * pass->dy);
    if (out->blend == SDDL_BLEND_OVER)
        blend_row(out, samples, pass->width, to, pass->dx * SDDL_PIXEL);
    else
        sddl_png_expand(out->colours, samples, pass->width, to, pass->dx * SDDL_PIXEL);
}

/* True if the samples are the pixels of the canvas and can be unfiltered right there. */
static bool is_direct(const struct output *out, const struct pass *pass) {
    return sddl_png_is_rgba(out->colours) && out->blend == SDDL_BLEND_SOURCE && pass->dx == 1;
}

static int unpack_pass(const struct output *out, const struct pass *pass, struct input *input, size_t step) {
    const bool direct = is_direct(out, pass);
    const uint8_t *above = NULL;
    for (size_t row = 0; row < pass->height && pass->width; row++) {
        if (input->left <= pass->row_bytes)
            return SDDL_PIXELS_CUT;
        uint8_t *to = direct ? sddl_pixel_at(out->canvas, pass->x, pass->y + row * pass->dy) : input->at + 1;
        if (!sddl_png_unfilter(to, input->at, above, pass->row_bytes, step))
            return SDDL_PIXELS_BROKEN;
        above = to;
        if (!direct)
            put_row(out, above, pass, row);
        input->at += pass->row_bytes + 1;
        input->left -= pass->row_bytes + 1;
    }
    return SDDL_PIXELS_WHOLE;
}

static int unpack(const sddl_png_format *format, uint8_t *filtered, size_t size, const sddl_canvas *canvas, int blend) {
    struct sddl_png_colours colours;
    if (!format || !filtered || !sddl_canvas_valid(canvas) || canvas->width != format->width ||
        canvas->height != format->height || !sddl_png_prepare(format, &colours))
        return SDDL_E_ARGUMENT;
    const bool masked = blend == SDDL_BLEND_OVER && sddl_png_use_as_mask(&colours);
    const struct output out = {&colours, canvas, blend, masked};
    unsigned bits = sddl_png_bits(format->bit_depth, format->colour_type);
    size_t step = bits < 8 ? 1 : bits / 8;
    struct input input = {filtered, size};
    int status = SDDL_PIXELS_WHOLE;
    for (size_t i = 0; i < pass_count(format) && status == SDDL_PIXELS_WHOLE; i++) {
        const struct pass pass = pass_of(format, bits, i);
        status = unpack_pass(&out, &pass, &input, step);
    }
    return status;
}

int sddl_png_unpack(const sddl_png_format *format, uint8_t *filtered, size_t size, const sddl_canvas *out) {
    return unpack(format, filtered, size, out, SDDL_BLEND_SOURCE);
}

static sddl_png_format format_of(const sddl_png_format *format, const sddl_png_frame *frame) {
    sddl_png_format own = *format;
    own.width = frame->width;
    own.height = frame->height;
    return own;
}

/* All rows are there and none has a filter that PNG does not know. */
static int check_rows(const sddl_png_format *format, const uint8_t *filtered, size_t size) {
    const unsigned bits = sddl_png_bits(format->bit_depth, format->colour_type);
    for (size_t i = 0; i < pass_count(format); i++) {
        const struct pass pass = pass_of(format, bits, i);
        for (size_t row = 0; row < pass.height && pass.width; row++) {
            if (size <= pass.row_bytes)
                return SDDL_PIXELS_CUT;
            if (*filtered > 4)
                return SDDL_PIXELS_BROKEN;
            filtered += pass.row_bytes + 1;
            size -= pass.row_bytes + 1;
        }
    }
    return SDDL_PIXELS_WHOLE;
}

int64_t sddl_png_frame_size(const sddl_png_format *format, const sddl_png_frame *frame) {
    if (!format || !frame)
        return SDDL_E_ARGUMENT;
    const sddl_png_format own = format_of(format, frame);
    return sddl_png_filtered_size(&own);
}

int sddl_png_draw(const sddl_png_format *format, const sddl_png_frame *frame, uint8_t *filtered, size_t size,
                  const sddl_canvas *canvas) {
    if (!format || !frame || !filtered || !sddl_canvas_valid(canvas) || frame->width > canvas->width ||
        frame->height > canvas->height || frame->x > canvas->width - frame->width ||
        frame->y > canvas->height - frame->height)
        return SDDL_E_ARGUMENT;
    const sddl_png_format own = format_of(format, frame);
    const size_t offset = (size_t)frame->y * canvas->stride + (size_t)frame->x * SDDL_PIXEL;
    const sddl_canvas part = {canvas->pixels + offset, canvas->size - offset, canvas->stride, own.width, own.height};
    int status = check_rows(&own, filtered, size);
    return status == SDDL_PIXELS_WHOLE ? unpack(&own, filtered, size, &part, frame->blend) : status;
}
