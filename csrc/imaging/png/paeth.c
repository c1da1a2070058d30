/* Undoes PNG's filter PAETH, which takes longest of all, as each pixel depends on the one to its left. */
#include "imaging/png/vectors.h"

/* With p = left + up - corner, the larger of the two is nearest to p if 3 corner - left - up is not above the smaller, the
 * smaller if that is not below the larger, and else the corner. If both hold, all three are the same. */
SDDL_INLINE lanes unfiltered(lanes stored, lanes left, lanes up, lanes corner) {
    const lanes bound = corner * 3 - up - left;
    const lanes low = smaller(left, up), high = larger(left, up);
    const lanes from_corner = ((low - corner) & ~(high > bound)) + ((high - corner) & ~(bound > low));
    return (stored + corner + from_corner) & 255;
}

SDDL_INLINE void unfilter_row(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step) {
    lanes left = {0}, corner = {0};
    for (size_t i = 0; i < length; i += step) {
        const lanes up = load_lanes(above + i, step);
        left = unfiltered(load_lanes(row + i, step), left, up, corner);
        store_lanes(to + i, left, step);
        corner = up;
    }
}

/* The lower halves of two vectors. */
SDDL_INLINE lanes halves(lanes first, lanes second) {
    return (lanes)SHUFFLED(pair, (pair)first, (pair)second, 0, 2);
}

SDDL_INLINE lanes load_two(const uint8_t *first, const uint8_t *second, size_t step) {
    return widened(load_pixel(first, step) | load_pixel(second, step) << 32);
}

/* A pixel of the first row and, in the upper halves, the one of the second that is below its left neighbour. */
SDDL_INLINE void unfilter_two(uint8_t *to, uint8_t *to_next, const uint8_t *row, const uint8_t *next,
                              const uint8_t *above, size_t length, size_t step) {
    const lanes none = {0};
    lanes corner = load_lanes(above, step);
    lanes left = unfiltered(load_lanes(row, step), none, corner, none);
    size_t i = step;
    store_lanes(to, left, step);
    for (; i < length; i += step) {
        const lanes up = halves(load_lanes(above + i, step), left);
        left = unfiltered(load_two(row + i, next + i - step, step), left, up, corner);
        const uint64_t both = narrowed(left);
        store_pixel(to + i, both, step);
        store_pixel(to_next + i - step, both >> 32, step);
        corner = up;
    }
    left = unfiltered(widened(load_pixel(next + i - step, step) << 32), left, halves(none, left), corner);
    store_pixel(to_next + i - step, narrowed(left) >> 32, step);
}

void sddl_png_unfilter_paeth(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step) {
    if (step == 4)
        unfilter_row(to, row, above, length, 4);
    else if (step == 3)
        unfilter_row(to, row, above, length, 3);
    else if (step == 6)
        unfilter_row(to, row, above, length, 6);
    else if (step == 1)
        unfilter_row(to, row, above, length, 1);
    else if (step == 2)
        unfilter_row(to, row, above, length, 2);
    else
        unfilter_row(to, row, above, length, 8);
}

bool sddl_png_is_pair(const uint8_t *row, const uint8_t *next, size_t step) {
    return *row == SDDL_PNG_PAETH && *next == SDDL_PNG_PAETH && (step == 3 || step == 4);
}

void sddl_png_unfilter_pair(uint8_t *to, uint8_t *to_next, const uint8_t *row, const uint8_t *next,
                            const uint8_t *above, size_t length, size_t step) {
    if (step == 4)
        unfilter_two(to, to_next, row + 1, next + 1, above, length, 4);
    else
        unfilter_two(to, to_next, row + 1, next + 1, above, length, 3);
}
