/* Expands samples of every PNG format to RGBA with eight bits each. */
#include "imaging/png/png.h"

enum { GREY = 0, RGB = 2, INDEXED = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

static unsigned channels(uint8_t colour_type) {
    static const uint8_t counts[] = {1, 0, 3, 1, 2, 0, 4};
    return colour_type < sizeof counts ? counts[colour_type] : 0;
}

unsigned sddl_png_bits(uint8_t bit_depth, uint8_t colour_type) {
    bool narrow = bit_depth == 1 || bit_depth == 2 || bit_depth == 4;
    bool fits = bit_depth == 8 || (bit_depth == 16 && colour_type != INDEXED) ||
                (narrow && (colour_type == GREY || colour_type == INDEXED));
    return fits ? bit_depth * channels(colour_type) : 0;
}

/* The content of a chunk. */
struct body {
    const uint8_t *at;
    size_t size;
};

static bool find_body(const uint8_t *data, size_t size, const sddl_span *span, struct body *body) {
    const bool empty = span->begin == span->end;
    if (!empty && (!data || span->begin > span->end || span->end > size))
        return false;
    *body = (struct body){empty ? NULL : data + span->begin, (size_t)(span->end - span->begin)};
    return true;
}

/* Missing colours become the last one, as in Chromium. */
static bool use_palette(const struct body *rgb, const struct body *alphas, uint8_t *palette) {
    const size_t entries = rgb->size / 3;
    if (entries == 0 || !sddl_make_palette(rgb->at, entries, palette))
        return false;
    for (size_t i = 0; i < alphas->size && i < entries; i++)
        palette[i * SDDL_PIXEL + 3] = alphas->at[i];
    const uint8_t *last = palette + (entries - 1) * SDDL_PIXEL;
    for (size_t at = entries * SDDL_PIXEL; at < SDDL_PALETTE_BYTES; at += SDDL_PIXEL)
        memcpy(palette + at, last, SDDL_PIXEL);
    return true;
}

/* The key, 16 bits a sample as stored, brought to the samples' own size. */
static void use_key(const struct body *key, struct sddl_png_colours *colours) {
    size_t samples = colours->colour_type == GREY ? 1 : colours->colour_type == RGB ? 3 : 0;
    colours->keyed = samples && key->size >= 2 * samples;
    for (size_t i = 0; colours->keyed && i < samples; i++) {
        if (colours->bit_depth == 16)
            memcpy(colours->key + 2 * i, key->at + 2 * i, 2);
        else
            colours->key[i] = key->at[2 * i + 1] & (uint8_t)((1u << colours->bit_depth) - 1);
    }
}

static void use_greys(struct sddl_png_colours *colours) {
    unsigned most = (1u << colours->bit_depth) - 1;
    for (unsigned value = 0; value <= most; value++) {
        uint8_t *to = colours->palette + value * SDDL_PIXEL;
        to[0] = to[1] = to[2] = (uint8_t)(value * 255 / most);
        to[3] = colours->keyed && value == colours->key[0] ? 0 : 255;
    }
}

bool sddl_png_prepare(const uint8_t *data, size_t size, const sddl_png_index *index, struct sddl_png_colours *colours) {
    struct body palette, transparency;
    if (sddl_png_bits(index->bit_depth, index->colour_type) == 0 || !find_body(data, size, &index->palette, &palette) ||
        !find_body(data, size, &index->transparency, &transparency))
        return false;
    memset(colours, 0, sizeof *colours);
    colours->bit_depth = index->bit_depth;
    colours->colour_type = index->colour_type;
    if (index->colour_type == INDEXED)
        return use_palette(&palette, &transparency, colours->palette);
    use_key(&transparency, colours);
    if (index->colour_type == GREY && index->bit_depth <= 8)
        use_greys(colours);
    return true;
}

bool sddl_png_is_rgba(const struct sddl_png_colours *colours) {
    return colours->colour_type == RGB_ALPHA && colours->bit_depth == 8;
}

bool sddl_png_use_as_mask(struct sddl_png_colours *colours) {
    if (colours->bit_depth != 8 || (colours->colour_type != INDEXED && colours->colour_type != GREY))
        return false;
    for (size_t i = 3; i < sizeof colours->palette; i += SDDL_PIXEL)
        if (colours->palette[i] != 0 && colours->palette[i] != 255)
            return false;
    for (uint8_t *at = colours->palette; at < colours->palette + sizeof colours->palette; at += SDDL_PIXEL)
        if (at[3] == 0)
            memset(at, 0, SDDL_PIXEL);
    return true;
}

SDDL_INLINE void put(uint8_t *to, unsigned red, unsigned green, unsigned blue, unsigned alpha) {
    sddl_store32(to, red | green << 8 | blue << 16 | alpha << 24);
}

static void expand_indexed(const struct sddl_png_colours *colours, const uint8_t *samples, size_t count, uint8_t *to,
                           size_t gap) {
    unsigned depth = colours->bit_depth, most = (1u << depth) - 1;
    for (size_t i = 0, bit = 0; i < count; i++, bit += depth, to += gap) {
        unsigned index = samples[bit / 8] >> (8 - depth - bit % 8) & most;
        memcpy(to, colours->palette + index * SDDL_PIXEL, SDDL_PIXEL);
    }
}

static void expand_bytes(const struct sddl_png_colours *colours, const uint8_t *samples, size_t count, uint8_t *to,
                         size_t gap) {
    if (gap == SDDL_PIXEL) {
        sddl_expand_palette(to, samples, count, colours->palette);
        return;
    }
    for (size_t i = 0; i < count; i++, to += gap)
        memcpy(to, colours->palette + samples[i] * SDDL_PIXEL, SDDL_PIXEL);
}

/* `size`: bytes of a sample, of which the first one counts. */
SDDL_INLINE void expand_grey(const struct sddl_png_colours *colours, const uint8_t *samples, size_t count, uint8_t *to,
                             size_t gap, size_t size, bool alpha) {
    size_t step = alpha ? 2 * size : size;
    for (size_t i = 0; i < count; i++, samples += step, to += gap) {
        bool hidden = !alpha && colours->keyed && memcmp(samples, colours->key, size) == 0;
        put(to, samples[0], samples[0], samples[0], alpha ? samples[size] : hidden ? 0 : 255);
    }
}

SDDL_INLINE void expand_rgb(const struct sddl_png_colours *colours, const uint8_t *samples, size_t count, uint8_t *to,
                            size_t gap, size_t size, bool keyed) {
    for (size_t i = 0; i < count; i++, samples += 3 * size, to += gap) {
        bool hidden = keyed && memcmp(samples, colours->key, 3 * size) == 0;
        put(to, samples[0], samples[size], samples[2 * size], hidden ? 0 : 255);
    }
}

static void expand_rgba(const uint8_t *samples, size_t count, uint8_t *to, size_t gap) {
    if (gap == SDDL_PIXEL)
        memcpy(to, samples, count * SDDL_PIXEL);
    else
        for (size_t i = 0; i < count; i++)
            memcpy(to + i * gap, samples + i * SDDL_PIXEL, SDDL_PIXEL);
}

static void expand_rgba16(const uint8_t *samples, size_t count, uint8_t *to, size_t gap) {
    for (size_t i = 0; i < count; i++, samples += 8, to += gap)
        put(to, samples[0], samples[2], samples[4], samples[6]);
}

void sddl_png_expand(const struct sddl_png_colours *colours, const uint8_t *samples, size_t count, uint8_t *to,
                     size_t gap) {
    bool deep = colours->bit_depth == 16;
    if (colours->colour_type == RGB_ALPHA && deep)
        expand_rgba16(samples, count, to, gap);
    else if (colours->colour_type == RGB_ALPHA)
        expand_rgba(samples, count, to, gap);
    else if (colours->colour_type == RGB && deep)
        expand_rgb(colours, samples, count, to, gap, 2, colours->keyed);
    else if (colours->colour_type == RGB && colours->keyed)
        expand_rgb(colours, samples, count, to, gap, 1, true);
    else if (colours->colour_type == RGB)
        expand_rgb(colours, samples, count, to, gap, 1, false);
    else if (colours->colour_type == GREY_ALPHA)
        expand_grey(colours, samples, count, to, gap, deep ? 2 : 1, true);
    else if (deep)
        expand_grey(colours, samples, count, to, gap, 2, false);
    else if (colours->bit_depth == 8)
        expand_bytes(colours, samples, count, to, gap);
    else
        expand_indexed(colours, samples, count, to, gap);
}
