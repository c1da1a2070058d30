/* PNG's row filters undone, a pixel in one vector where a pixel has several bytes. */
#include "png.h"

enum { NONE, SUB, UP, AVERAGE, PAETH };

enum { WIDE = 16 };

typedef uint8_t bytes __attribute__((vector_size(WIDE)));
typedef uint8_t pixel __attribute__((vector_size(8)));
typedef int16_t lanes __attribute__((vector_size(16)));

/* Put together in a register: three bytes copied to memory and read back as eight would make the processor wait. */
SDDL_INLINE pixel load_pixel(const uint8_t *at, size_t step) {
    uint64_t value = 0;
    for (size_t i = 0; i < (step & 3); i++)
        value |= (uint64_t)at[(step & ~(size_t)3) + i] << 8 * ((step & ~(size_t)3) + i);
    if (step == 8)
        value = sddl_load64(at);
    else if (step >= 4)
        value |= sddl_load32(at);
    return (pixel)value;
}

SDDL_INLINE void store_pixel(uint8_t *at, pixel from, size_t step) {
    const uint64_t value = (uint64_t)from;
    if (step == 8)
        sddl_store64(at, value);
    else if (step >= 4)
        sddl_store32(at, (uint32_t)value);
    for (size_t i = step & ~(size_t)3; i < step; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

SDDL_INLINE lanes widened(pixel value) {
    return __builtin_convertvector(value, lanes);
}

SDDL_INLINE pixel narrowed(lanes value) {
    return __builtin_convertvector(value, pixel);
}

SDDL_INLINE lanes magnitude(lanes value) {
    lanes sign = value >> 15;
    return (value ^ sign) - sign;
}

SDDL_INLINE lanes choose(lanes mask, lanes yes, lanes no) {
    return (yes & mask) | (no & ~mask);
}

SDDL_INLINE void unfilter_sub(uint8_t *row, size_t length, size_t step) {
    pixel left = {0};
    for (size_t i = 0; i < length; i += step) {
        left += load_pixel(row + i, step);
        store_pixel(row + i, left, step);
    }
}

static void unfilter_up(uint8_t *row, const uint8_t *above, size_t length) {
    size_t i = 0;
    for (; length - i >= WIDE; i += WIDE) {
        bytes here, there;
        memcpy(&here, row + i, WIDE);
        memcpy(&there, above + i, WIDE);
        here += there;
        memcpy(row + i, &here, WIDE);
    }
    for (; i < length; i++)
        row[i] = (uint8_t)(row[i] + above[i]);
}

SDDL_INLINE void unfilter_average(uint8_t *row, const uint8_t *above, size_t length, size_t step) {
    lanes left = {0}, up = {0};
    for (size_t i = 0; i < length; i += step) {
        if (above)
            up = widened(load_pixel(above + i, step));
        left = (widened(load_pixel(row + i, step)) + ((left + up) >> 1)) & 255;
        store_pixel(row + i, narrowed(left), step);
    }
}

SDDL_INLINE void unfilter_paeth(uint8_t *row, const uint8_t *above, size_t length, size_t step) {
    lanes left = {0}, corner = {0};
    for (size_t i = 0; i < length; i += step) {
        lanes up = widened(load_pixel(above + i, step));
        lanes from_left = up - corner, from_up = left - corner;
        lanes from_corner = magnitude(from_left + from_up);
        from_left = magnitude(from_left);
        from_up = magnitude(from_up);
        lanes best = choose((from_left <= from_up) & (from_left <= from_corner), left,
                            choose(from_up <= from_corner, up, corner));
        left = (widened(load_pixel(row + i, step)) + best) & 255;
        store_pixel(row + i, narrowed(left), step);
        corner = up;
    }
}

/* With `step` a constant, so that each width of pixel gets code of its own. */
SDDL_INLINE void unfilter_row(uint8_t *row, const uint8_t *above, size_t length, size_t step, uint8_t filter) {
    if (filter == SUB || (filter == PAETH && !above))
        unfilter_sub(row, length, step);
    else if (filter == AVERAGE)
        unfilter_average(row, above, length, step);
    else
        unfilter_paeth(row, above, length, step);
}

bool sddl_png_unfilter(uint8_t *row, const uint8_t *above, size_t length, size_t step) {
    uint8_t filter = *row++;
    if (filter == NONE || (filter == UP && !above))
        return true;
    if (filter > PAETH)
        return false;
    if (filter == UP)
        unfilter_up(row, above, length);
    else if (step == 4)
        unfilter_row(row, above, length, 4, filter);
    else if (step == 3)
        unfilter_row(row, above, length, 3, filter);
    else if (step == 6)
        unfilter_row(row, above, length, 6, filter);
    else if (step == 1)
        unfilter_row(row, above, length, 1, filter);
    else if (step == 2)
        unfilter_row(row, above, length, 2, filter);
    else
        unfilter_row(row, above, length, 8, filter);
    return true;
}
