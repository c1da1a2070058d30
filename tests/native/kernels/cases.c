/* Random cases for the image kernels, each a pure function of its number: the same on every machine, or a kernel is wrong.
 *
 * kernel_case(family, number) runs one and returns a hash of all that the kernels wrote and returned. It calls nothing but the
 * kernels and the C library's memory functions, so that it runs on an emulated processor without a system, too. */
#include "kernels/cases.h"

#include "imaging/png/png.h"

enum {
    WIDEST = 70,
    HIGHEST = 20,
    GAP = 32,
    GUARD = 64,
    STRIDE = WIDEST * SDDL_PIXEL + GAP,
    MEMORY = STRIDE * HIGHEST + GUARD
};

struct random {
    uint64_t state;
};

/* SplitMix64. */
static uint64_t next(struct random *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t below(struct random *random, uint32_t limit) {
    return (uint32_t)((next(random) >> 32) * limit >> 32);
}

static uint32_t between(struct random *random, uint32_t least, uint32_t most) {
    return least + below(random, most - least + 1);
}

/* Runs and extremes as well as noise: alphas of 0 and 255, and neighbours that are alike, have branches of their own. */
static void fill(struct random *random, uint8_t *to, size_t size) {
    const uint32_t kind = below(random, 4);
    uint8_t value = 0;
    for (size_t i = 0; i < size; i++) {
        const uint64_t drawn = next(random);
        if (kind != 1 || drawn % 7 == 0)
            value = (uint8_t)(drawn >> 32);
        to[i] = kind == 2 && drawn & 1 ? (uint8_t)(0 - (drawn >> 1 & 1)) : value;
    }
}

/* FNV-1a. */
static uint64_t hash(uint64_t so_far, const void *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        so_far = (so_far ^ ((const uint8_t *)data)[i]) * 0x100000001b3u;
    return so_far;
}

static uint64_t hash_number(uint64_t so_far, int64_t number) {
    return hash(so_far, &number, sizeof number);
}

static const uint64_t BEGIN = 0xcbf29ce484222325u;

static uint8_t memories[3][MEMORY];
static uint8_t data[1 << 16], work[1 << 13], saved[1 << 16];

/* Numbers are drawn one to a statement: C does not say in which order arguments are worked out. */
static sddl_canvas canvas_of(struct random *random, int memory, uint32_t width, uint32_t height) {
    fill(random, memories[memory], MEMORY);
    const size_t stride = (size_t)width * SDDL_PIXEL + below(random, GAP + 1);
    return (sddl_canvas){memories[memory], MEMORY - GUARD, stride, width, height};
}

static sddl_canvas any_canvas(struct random *random, int memory) {
    const uint32_t width = between(random, 1, WIDEST);
    const uint32_t height = between(random, 1, HIGHEST);
    return canvas_of(random, memory, width, height);
}

static sddl_rect rectangle(struct random *random, const sddl_canvas *around) {
    sddl_rect rect;
    rect.x = below(random, around->width + 2);
    rect.y = below(random, around->height + 2);
    rect.width = below(random, around->width + 3);
    rect.height = below(random, around->height + 3);
    return rect;
}

/* ---- the families ---- */

static uint64_t convert(struct random *random) {
    const sddl_canvas source = any_canvas(random, 0);
    const sddl_canvas other = canvas_of(random, 1, source.width, source.height);
    const bool in_place = below(random, 4) == 0;
    const int status = sddl_convert(in_place ? &source : &other, &source, (int)below(random, 4));
    return hash_number(hash(BEGIN, memories, sizeof memories[0] * 2), status);
}

/* Each colour with each alpha: 256 numbers are all of them. */
static uint64_t premultiply(uint64_t number) {
    static uint8_t colours[256 * SDDL_PIXEL], out[256 * SDDL_PIXEL];
    for (unsigned i = 0; i < 256; i++) {
        const uint8_t pixel[] = {(uint8_t)i, (uint8_t)(255 - i), (uint8_t)(i ^ 0x55), (uint8_t)number};
        memcpy(colours + i * SDDL_PIXEL, pixel, SDDL_PIXEL);
    }
    const sddl_canvas source = {colours, sizeof colours, sizeof colours, 256, 1};
    const sddl_canvas target = {out, sizeof out, sizeof out, 256, 1};
    const int status = sddl_convert(&target, &source, SDDL_LAYOUT_PREMULTIPLIED);
    return hash_number(hash(BEGIN, out, sizeof out), status);
}

static uint64_t draw(struct random *random) {
    const sddl_canvas target = any_canvas(random, 0);
    const sddl_rect rect = rectangle(random, &target);
    const size_t stride = (size_t)rect.width * SDDL_PIXEL + below(random, 8);
    fill(random, data, stride * (rect.height + 1));
    const int status = sddl_draw_pixels(&target, &rect, data, stride * rect.height, stride, (int)below(random, 3));
    return hash_number(hash(BEGIN, memories, sizeof memories[0]), status);
}

static uint64_t restore(struct random *random) {
    const sddl_canvas target = any_canvas(random, 0);
    const sddl_canvas source = canvas_of(random, 1, target.width, target.height);
    sddl_rect rects[4];
    const size_t count = between(random, 1, 4);
    for (size_t i = 0; i < count; i++)
        rects[i] = rectangle(random, &target);
    const sddl_rect hole = rectangle(random, &target);
    const int64_t kept = sddl_save(&target, rects, count, saved, sizeof saved);
    uint64_t found = hash_number(hash(BEGIN, saved, kept > 0 ? (size_t)kept : 0), kept);
    const bool clears = below(random, 2);
    const bool has_hole = below(random, 2);
    const int status = sddl_restore(&target, clears ? NULL : &source, rects, count, has_hole ? &hole : NULL);
    found = hash_number(hash(found, memories, sizeof memories[0] * 2), status);
    const int64_t back = sddl_put_back(&target, rects, count, saved, sizeof saved);
    return hash_number(hash(found, memories, sizeof memories[0]), back);
}

/* Rows of the seven passes, or of the one, begin with a filter; mostly one that there is. */
static void set_filters(struct random *random, const sddl_png_index *index, const sddl_png_frame *frame,
                        unsigned bits) {
    static const uint8_t PASSES[][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                        {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}, {0, 0, 1, 1}};
    const uint32_t usual = below(random, 6); /* one filter for most rows, as encoders do, or any */
    size_t at = 0;
    for (unsigned pass = index->interlaced ? 0 : 7; pass < (index->interlaced ? 7u : 8u); pass++) {
        const uint8_t *shape = PASSES[pass];
        const uint32_t columns = (frame->width + shape[2] - 1 - shape[0]) / shape[2];
        const uint32_t rows = (frame->height + shape[3] - 1 - shape[1]) / shape[3];
        for (uint32_t row = 0; columns && row < rows; row++) {
            const uint32_t filters = below(random, 40) ? SDDL_PNG_FILTERS : SDDL_PNG_FILTERS + 1;
            const uint32_t any = below(random, filters);
            data[at] = (uint8_t)(usual < SDDL_PNG_FILTERS && below(random, 8) ? usual : any);
            at += 1 + ((size_t)columns * bits + 7) / 8;
        }
    }
}

static uint64_t png(struct random *random) {
    static const uint8_t FORMATS[][3] = {{0, 1, 1}, {0, 2, 1},  {0, 4, 1},  {0, 8, 1}, {0, 16, 1},
                                         {2, 8, 3}, {2, 16, 3}, {3, 1, 1},  {3, 2, 1}, {3, 4, 1},
                                         {3, 8, 1}, {4, 8, 2},  {4, 16, 2}, {6, 8, 4}, {6, 16, 4}};
    const uint8_t *format = FORMATS[below(random, sizeof FORMATS / sizeof *FORMATS)];
    const sddl_canvas target = any_canvas(random, 0);
    sddl_png_index index = {
        .width = target.width, .height = target.height, .colour_type = format[0], .bit_depth = format[1]};
    sddl_png_frame frame = {.width = between(random, 1, target.width)};
    frame.height = between(random, 1, target.height);
    frame.x = below(random, target.width - frame.width + 1);
    frame.y = below(random, target.height - frame.height + 1);
    frame.blend = (uint8_t)below(random, 3);
    index.interlaced = below(random, 3) == 0;
    const uint64_t entries = between(random, 1, 256);
    fill(random, saved, 1024);
    index.palette = (sddl_span){0, format[0] == 3 ? 3 * entries : 0};
    index.transparency =
        (sddl_span){768, below(random, 2) ? 768 : 768 + (format[0] == 3 ? between(random, 1, 256) : 6)};
    const int64_t size = sddl_png_frame_size(&index, &frame);
    if (size < 0 || (size_t)size > sizeof data)
        return hash_number(BEGIN, size);
    fill(random, data, (size_t)size);
    set_filters(random, &index, &frame, (unsigned)format[1] * format[2]);
    const int status = sddl_png_draw(saved, 1024, &index, &frame, data, (size_t)size, &target);
    return hash_number(hash(BEGIN, memories, sizeof memories[0]), status);
}

/* ---- GIF's codes, written by a small encoder ---- */

struct writer {
    uint8_t *to;
    size_t size, block; /* so far; where the length of the open sub-block stands */
    uint32_t bits, have;
};

static void put_byte(struct writer *writer, uint8_t byte) {
    if (writer->size - writer->block > 255) {
        writer->to[writer->block] = 255;
        writer->block = writer->size++;
    }
    writer->to[writer->size++] = byte;
}

static void put_code(struct writer *writer, uint32_t code, unsigned width) {
    writer->bits |= code << writer->have;
    for (writer->have += width; writer->have >= 8; writer->have -= 8, writer->bits >>= 8)
        put_byte(writer, (uint8_t)writer->bits);
}

/* Greedily, with a table of strings that is searched from end to end and cleared when it is as long as `most`. */
static size_t encode(const uint8_t *indices, size_t count, unsigned code_size, uint32_t most, uint8_t *to) {
    static uint16_t prefixes[4096];
    static uint8_t suffixes[4096];
    const uint32_t clear = 1u << code_size;
    struct writer writer = {to, 1, 0, 0, 0};
    uint32_t used = clear + 2, code = indices[0];
    unsigned width = code_size + 1;
    put_code(&writer, clear, width);
    for (size_t i = 1; i <= count; i++) {
        uint32_t found = clear + 2;
        while (i < count && found < used && (prefixes[found] != code || suffixes[found] != indices[i]))
            found++;
        if (i < count && found < used) {
            code = found;
            continue;
        }
        put_code(&writer, code, width);
        if (i == count)
            break;
        prefixes[used] = (uint16_t)code, suffixes[used] = indices[i], code = indices[i];
        if (used++ == 1u << width && width < 12)
            width++;
        if (used >= most) {
            put_code(&writer, clear, width);
            used = clear + 2, width = code_size + 1;
        }
    }
    put_code(&writer, clear + 1, width);
    put_code(&writer, 0, 7);
    to[writer.block] = (uint8_t)(writer.size - writer.block - 1);
    to[writer.size] = 0;
    return writer.size + 1;
}

static uint64_t gif(struct random *random) {
    enum { PALETTE = 768 };
    const unsigned code_size = between(random, 2, 8);
    const sddl_canvas target = any_canvas(random, 0);
    const sddl_canvas under = canvas_of(random, 1, target.width, target.height);
    sddl_gif_frame frame = {.code_size = (uint8_t)code_size, .begin = PALETTE};
    frame.x = below(random, target.width);
    frame.y = below(random, target.height);
    frame.width = between(random, 1, WIDEST);
    frame.height = between(random, 1, HIGHEST);
    frame.interlaced = below(random, 2);
    frame.transparent = (int32_t)below(random, (1u << code_size) + 1) - 1;
    const sddl_gif_index index = {
        .width = target.width, .height = target.height, .palette_entries = between(random, 1, 256)};
    const size_t pixels = (size_t)frame.width * frame.height;
    fill(random, saved, pixels);
    for (size_t i = 0; i < pixels; i++)
        saved[i] &= (uint8_t)((1u << code_size) - 1);
    fill(random, data, PALETTE);
    const uint32_t most = below(random, 2) ? 4096 : between(random, (1u << code_size) + 4, 600);
    const size_t size = PALETTE + encode(saved, pixels, code_size, most, data + PALETTE);
    const uint32_t place = below(random, (uint32_t)(size - PALETTE));
    if (below(random, 4) == 0) /* damaged */
        data[PALETTE + place] ^= (uint8_t)between(random, 1, 255);
    frame.end = size;
    memset(work, 0, sizeof work); /* what is undefined afterwards is not hashed */
    const int flags = below(random, 3) == 0 ? SDDL_DRAW_REPLACE : 0;
    const sddl_canvas *below_it = below(random, 2) ? &under : NULL;
    const int status = sddl_gif_draw(data, size, &index, &frame, &target, below_it, flags, work,
                                     SDDL_LZW_LEAD + pixels + SDDL_LZW_SLACK);
    return hash_number(hash(BEGIN, memories, sizeof memories[0] * 2), status);
}

static uint64_t symbols(struct random *random) {
    enum { COLUMNS = WIDEST / SDDL_CELL_COLUMNS };
    static uint64_t masks[SDDL_SYMBOLS];
    static sddl_cell cells[COLUMNS * HIGHEST];
    sddl_symbols table = {.masks = masks, .count = between(random, 1, 80), .rows = between(random, 1, SDDL_CELL_ROWS)};
    table.opaque = between(random, 1, table.count);
    for (uint32_t i = 0; i < table.count; i++)
        masks[i] = next(random) >> (64 - table.rows * SDDL_CELL_COLUMNS);
    const uint32_t columns = between(random, 1, COLUMNS);
    const uint32_t lines = between(random, 1, HIGHEST / table.rows);
    const sddl_canvas picture = canvas_of(random, 0, columns * SDDL_CELL_COLUMNS, lines * table.rows);
    if (below(random, 2))
        for (size_t at = 3; at < MEMORY; at += SDDL_PIXEL)
            memories[0][at] = 255;
    const size_t count = (size_t)columns * lines;
    const int status = sddl_fit_symbols(&picture, &table, cells, count);
    return hash_number(hash(BEGIN, cells, count * sizeof *cells), status);
}

uint64_t kernel_case(unsigned family, uint64_t number) {
    struct random random = {number * KERNEL_FAMILIES + family};
    switch (family) {
    case 0:
        return convert(&random);
    case 1:
        return premultiply(number);
    case 2:
        return draw(&random);
    case 3:
        return restore(&random);
    case 4:
        return png(&random);
    case 5:
        return gif(&random);
    default:
        return symbols(&random);
    }
}
