/* From inflated PNG data to RGBA pixels on a canvas: passes, filters, formats. */
#include "imaging/blend.h"
#include "imaging/png/png.h"

enum { PASSES = 7, ASIDE = 256 /* pixels */ };

struct picture {
    uint32_t width;
    uint32_t height;
    unsigned bits; /* a pixel; 0 if PNG knows no such format */
    bool interlaced;
};

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

static struct picture picture_of(const sddl_png_index *index, const sddl_png_frame *frame) {
    return (struct picture){frame->width, frame->height, sddl_png_bits(index->bit_depth, index->colour_type),
                            index->interlaced != 0};
}

static uint64_t parts(uint64_t length, uint64_t begin, uint64_t step) {
    return length > begin ? (length - begin + step - 1) / step : 0;
}

static struct pass pass_of(const struct picture *picture, size_t number) {
    static const uint8_t adam7[PASSES][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                             {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
    static const uint8_t whole[4] = {0, 0, 1, 1};
    const uint8_t *at = picture->interlaced ? adam7[number] : whole;
    struct pass pass = {at[0], at[1], at[2], at[3], 0, 0, 0};
    pass.width = (size_t)parts(picture->width, at[0], at[2]);
    pass.height = (size_t)parts(picture->height, at[1], at[3]);
    pass.row_bytes = (size_t)(((uint64_t)pass.width * picture->bits + 7) / 8);
    return pass;
}

static size_t pass_count(const struct picture *picture) {
    return picture->interlaced ? PASSES : 1;
}

int64_t sddl_png_frame_size(const sddl_png_index *index, const sddl_png_frame *frame) {
    if (!index || !frame)
        return SDDL_E_ARGUMENT;
    const struct picture picture = picture_of(index, frame);
    int64_t total = 0;
    for (size_t i = 0; picture.bits && i < pass_count(&picture); i++) {
        const struct pass pass = pass_of(&picture, i);
        int64_t size;
        if (pass.width == 0)
            continue;
        if (__builtin_mul_overflow((int64_t)pass.row_bytes + 1, pass.height, &size) ||
            __builtin_add_overflow(total, size, &total))
            return SDDL_E_ARGUMENT;
    }
    return picture.bits ? total : SDDL_E_ARGUMENT;
}

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
        sddl_expand_palette_over(to, to, samples, count, colours->palette);
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

/* True if the samples are the pixels of the canvas and can be unfiltered right there. */
static bool is_direct(const struct output *out, const struct pass *pass) {
    return sddl_png_is_rgba(out->colours) && out->blend == SDDL_BLEND_SOURCE && pass->dx == 1;
}

static void put_row(const struct output *out, const uint8_t *samples, const struct pass *pass, size_t row) {
    if (is_direct(out, pass))
        return; /* it is there */
    uint8_t *to = sddl_pixel_at(out->canvas, pass->x, pass->y + row * pass->dy);
    if (out->blend == SDDL_BLEND_OVER)
        blend_row(out, samples, pass->width, to, pass->dx * SDDL_PIXEL);
    else
        sddl_png_expand(out->colours, samples, pass->width, to, pass->dx * SDDL_PIXEL);
}

/* Where the samples of a row go, which is stored at `row`. */
static uint8_t *place(const struct output *out, const struct pass *pass, size_t number, uint8_t *row) {
    return is_direct(out, pass) ? sddl_pixel_at(out->canvas, pass->x, pass->y + number * pass->dy) : row + 1;
}

/* Returns where the next pass begins. */
static uint8_t *unpack_pass(const struct output *out, const struct pass *pass, uint8_t *filtered, size_t step) {
    const uint8_t *above = NULL;
    for (size_t row = 0; row < pass->height && pass->width; row++) {
        uint8_t *next = filtered + pass->row_bytes + 1;
        uint8_t *to = place(out, pass, row, filtered);
        if (above && row + 1 < pass->height && sddl_png_is_pair(filtered, next, step)) {
            uint8_t *to_next = place(out, pass, row + 1, next);
            sddl_png_unfilter_pair(to, to_next, filtered, next, above, pass->row_bytes, step);
            put_row(out, to, pass, row++);
            to = to_next;
            next += pass->row_bytes + 1;
        } else {
            sddl_png_unfilter(to, filtered, above, pass->row_bytes, step);
        }
        put_row(out, to, pass, row);
        above = to;
        filtered = next;
    }
    return filtered;
}

static void unpack(const struct output *out, const struct picture *picture, uint8_t *filtered) {
    const size_t step = picture->bits < 8 ? 1 : picture->bits / 8;
    for (size_t i = 0; i < pass_count(picture); i++) {
        const struct pass pass = pass_of(picture, i);
        filtered = unpack_pass(out, &pass, filtered, step);
    }
}

/* All rows are there and none has a filter that PNG does not know. */
static int check_rows(const struct picture *picture, const uint8_t *filtered, size_t size) {
    for (size_t i = 0; i < pass_count(picture); i++) {
        const struct pass pass = pass_of(picture, i);
        for (size_t row = 0; row < pass.height && pass.width; row++) {
            if (size <= pass.row_bytes)
                return SDDL_PIXELS_CUT;
            if (*filtered >= SDDL_PNG_FILTERS)
                return SDDL_PIXELS_BROKEN;
            filtered += pass.row_bytes + 1;
            size -= pass.row_bytes + 1;
        }
    }
    return SDDL_PIXELS_WHOLE;
}

static bool fits(const sddl_canvas *canvas, const sddl_png_frame *frame) {
    return sddl_canvas_valid(canvas) && frame->width <= canvas->width && frame->height <= canvas->height &&
           frame->x <= canvas->width - frame->width && frame->y <= canvas->height - frame->height;
}

int sddl_png_draw(const uint8_t *data, size_t size, const sddl_png_index *index, const sddl_png_frame *frame,
                  uint8_t *filtered, size_t filtered_size, const sddl_canvas *canvas) {
    struct sddl_png_colours colours;
    if (!index || !frame || !filtered || !fits(canvas, frame) || !sddl_png_prepare(data, size, index, &colours))
        return SDDL_E_ARGUMENT;
    const struct picture picture = picture_of(index, frame);
    const size_t offset = (size_t)frame->y * canvas->stride + (size_t)frame->x * SDDL_PIXEL;
    const sddl_canvas part = {canvas->pixels + offset, canvas->size - offset, canvas->stride, frame->width,
                              frame->height};
    const bool masked = frame->blend == SDDL_BLEND_OVER && sddl_png_use_as_mask(&colours);
    const struct output out = {&colours, &part, frame->blend, masked};
    const int status = check_rows(&picture, filtered, filtered_size);
    if (status == SDDL_PIXELS_WHOLE)
        unpack(&out, &picture, filtered);
    return status;
}
