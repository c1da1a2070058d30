/* PNG's row filters undone, a pixel in one vector where a pixel has several bytes. */
#include "png.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { NONE, SUB, UP, AVERAGE, PAETH };

enum { WIDE = 16 };

typedef uint8_t bytes __attribute__((vector_size(WIDE)));
typedef int16_t lanes __attribute__((vector_size(WIDE)));
typedef uint32_t quad __attribute__((vector_size(WIDE)));
typedef uint64_t pair __attribute__((vector_size(WIDE)));
typedef uint8_t half __attribute__((vector_size(WIDE / 2)));

#ifdef __clang__
#define SHUFFLED(kind, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLED(kind, a, b, ...) __builtin_shuffle(a, b, (kind){__VA_ARGS__})
#endif

/* Put together in a register: three bytes copied to memory and read back as eight would make the processor wait. */
SDDL_INLINE uint64_t load_pixel(const uint8_t *at, size_t step) {
    uint64_t value = 0;
    for (size_t i = step & ~(size_t)3; i < step; i++)
        value |= (uint64_t)at[i] << 8 * i;
    if (step == 8)
        value = sddl_load64(at);
    else if (step >= 4)
        value |= sddl_load32(at);
    return value;
}

SDDL_INLINE void store_pixel(uint8_t *at, uint64_t value, size_t step) {
    if (step == 8)
        sddl_store64(at, value);
    else if (step >= 4)
        sddl_store32(at, (uint32_t)value);
    for (size_t i = step & ~(size_t)3; i < step; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

SDDL_INLINE bytes load_bytes(const uint8_t *at, size_t step) {
    return (bytes)(pair){load_pixel(at, step), 0};
}

SDDL_INLINE lanes load_lanes(const uint8_t *at, size_t step) {
    const bytes zero = {0};
    return (lanes)SHUFFLED(bytes, load_bytes(at, step), zero, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

SDDL_INLINE void store_lanes(uint8_t *at, lanes from, size_t step) {
    store_pixel(at, (uint64_t)__builtin_convertvector(from, half), step);
}

/* What is one instruction each, which not every compiler finds in the plain form; the plain one serves as well. */
#ifdef __SSE2__
SDDL_INLINE lanes smaller(lanes a, lanes b) {
    return (lanes)_mm_min_epi16((__m128i)a, (__m128i)b);
}

SDDL_INLINE lanes larger(lanes a, lanes b) {
    return (lanes)_mm_max_epi16((__m128i)a, (__m128i)b);
}

SDDL_INLINE bytes rounded_up_mean(bytes a, bytes b) {
    return (bytes)_mm_avg_epu8((__m128i)a, (__m128i)b);
}
#else
SDDL_INLINE lanes smaller(lanes a, lanes b) {
    const lanes below = a < b;
    return (a & below) | (b & ~below);
}

SDDL_INLINE lanes larger(lanes a, lanes b) {
    const lanes below = a < b;
    return (b & below) | (a & ~below);
}

SDDL_INLINE bytes rounded_up_mean(bytes a, bytes b) {
    return (a | b) - ((a ^ b) >> 1);
}
#endif

static void unfilter_none(uint8_t *to, const uint8_t *row, size_t length) {
    if (to != row)
        memcpy(to, row, length);
}

/* Four pixels of four bytes become sums in three steps: of neighbours, of these, and with all to the left. */
SDDL_INLINE size_t add_up_quads(uint8_t *to, const uint8_t *row, size_t length) {
    const quad upper = {0, 0, ~0u, ~0u};
    quad left = {0};
    size_t i = 0;
    for (; length - i >= WIDE; i += WIDE) {
        pair stored;
        memcpy(&stored, row + i, WIDE);
        const bytes sums = (bytes)stored + (bytes)(stored << 32);
        const quad second = SHUFFLED(quad, (quad)sums, (quad)sums, 1, 1, 1, 1);
        const quad all = (quad)(sums + (bytes)(second & upper) + (bytes)left);
        memcpy(to + i, &all, WIDE);
        left = SHUFFLED(quad, all, all, 3, 3, 3, 3);
    }
    return i;
}

SDDL_INLINE void unfilter_sub(uint8_t *to, const uint8_t *row, size_t length, size_t step) {
    size_t i = step == 4 ? add_up_quads(to, row, length) : 0;
    bytes left = {0};
    if (i)
        left = load_bytes(to + i - step, step);
    for (; i < length; i += step) {
        left += load_bytes(row + i, step);
        store_pixel(to + i, ((pair)left)[0], step);
    }
}

static void unfilter_up(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length) {
    size_t i = 0;
    for (; length - i >= WIDE; i += WIDE) {
        bytes here, there;
        memcpy(&here, row + i, WIDE);
        memcpy(&there, above + i, WIDE);
        here += there;
        memcpy(to + i, &here, WIDE);
    }
    for (; i < length; i++)
        to[i] = (uint8_t)(row[i] + above[i]);
}

/* In complements, whose mean rounded up is the complement of the mean rounded down: two steps from pixel to pixel. */
SDDL_INLINE void unfilter_average(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step) {
    bytes left = ~(bytes){0}, up = left;
    for (size_t i = 0; i < length; i += step) {
        if (above)
            up = ~load_bytes(above + i, step);
        left = rounded_up_mean(left, up) - load_bytes(row + i, step);
        store_pixel(to + i, ((pair)~left)[0], step);
    }
}

/* With p = left + up - corner, the larger of the two is nearest to p if 3 corner - left - up is not above the smaller, the
 * smaller if that is not below the larger, and else the corner. If both hold, all three are the same. */
SDDL_INLINE void unfilter_paeth(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step) {
    lanes left = {0}, corner = {0};
    for (size_t i = 0; i < length; i += step) {
        const lanes up = load_lanes(above + i, step);
        const lanes bound = corner * 3 - up - left;
        const lanes low = smaller(left, up), high = larger(left, up);
        const lanes from_corner = ((low - corner) & ~(high > bound)) + ((high - corner) & ~(bound > low));
        left = (load_lanes(row + i, step) + corner + from_corner) & 255;
        store_lanes(to + i, left, step);
        corner = up;
    }
}

/* With `step` a constant, so that each width of pixel gets code of its own. */
SDDL_INLINE void unfilter_row(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step,
                              uint8_t filter) {
    if (filter == SUB || (filter == PAETH && !above))
        unfilter_sub(to, row, length, step);
    else if (filter == AVERAGE)
        unfilter_average(to, row, above, length, step);
    else
        unfilter_paeth(to, row, above, length, step);
}

void sddl_png_unfilter(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step) {
    const uint8_t filter = *row++;
    if (filter == NONE || (filter == UP && !above))
        unfilter_none(to, row, length);
    else if (filter == UP)
        unfilter_up(to, row, above, length);
    else if (step == 4)
        unfilter_row(to, row, above, length, 4, filter);
    else if (step == 3)
        unfilter_row(to, row, above, length, 3, filter);
    else if (step == 6)
        unfilter_row(to, row, above, length, 6, filter);
    else if (step == 1)
        unfilter_row(to, row, above, length, 1, filter);
    else if (step == 2)
        unfilter_row(to, row, above, length, 2, filter);
    else
        unfilter_row(to, row, above, length, 8, filter);
}
