/* Undoes PNG's row filters, with one vector per pixel if a pixel has several bytes. */
#include "imaging/png/vectors.h"

enum { NONE, SUB, UP, AVERAGE };

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

/* With `step` a constant, so that each width of pixel gets code of its own. */
SDDL_INLINE void unfilter_row(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step,
                              uint8_t filter) {
    if (filter == AVERAGE)
        unfilter_average(to, row, above, length, step);
    else
        unfilter_sub(to, row, length, step);
}

void sddl_png_unfilter(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step) {
    const uint8_t filter = *row++;
    if (filter == NONE || (filter == UP && !above))
        unfilter_none(to, row, length);
    else if (filter == UP)
        unfilter_up(to, row, above, length);
    else if (filter == SDDL_PNG_PAETH && above)
        sddl_png_unfilter_paeth(to, row, above, length, step);
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
