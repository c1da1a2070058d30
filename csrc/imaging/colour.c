/* Pixels from the colours of a file to those of sRGB. */
#include "imaging/imaging.h"

enum { LIGHT_BITS = 16, STEP_BITS = 12 }; /* of light, and of the steps between which a value of sRGB is looked up */

SDDL_INLINE uint8_t encoded(const sddl_colours *colours, const int32_t *row, const int64_t *light) {
    const int shift = 2 * LIGHT_BITS - STEP_BITS;
    int64_t sum = row[0] * light[0] + row[1] * light[1] + row[2] * light[2] + ((int64_t)1 << (shift - 1));
    int64_t step = sum < 0 ? 0 : sum >> shift;
    return colours->encoded[step > (1 << STEP_BITS) ? 1 << STEP_BITS : step];
}

static void convert_row(uint8_t *to, const uint8_t *from, size_t width, const sddl_colours *colours) {
    uint8_t before[SDDL_PIXEL] = {0}, after[SDDL_PIXEL] = {0};
    for (size_t x = 0; x < width; x++, to += SDDL_PIXEL, from += SDDL_PIXEL) {
        if (x == 0 || memcmp(before, from, SDDL_PIXEL) != 0) { /* neighbours are often the same */
            memcpy(before, from, SDDL_PIXEL);
            const int64_t light[3] = {colours->light[0][from[0]], colours->light[1][from[1]],
                                      colours->light[2][from[2]]};
            for (int channel = 0; channel < 3; channel++)
                after[channel] = encoded(colours, colours->matrix + 3 * channel, light);
            after[3] = from[3];
        }
        memcpy(to, after, SDDL_PIXEL);
    }
}

int sddl_convert_colours(const sddl_canvas *target, const sddl_canvas *source, const sddl_colours *colours) {
    if (!sddl_canvases_match(target, source) || !colours)
        return SDDL_E_ARGUMENT;
    for (size_t y = 0; y < target->height; y++)
        convert_row(sddl_pixel_at(target, 0, y), sddl_pixel_at(source, 0, y), target->width, colours);
    return SDDL_OK;
}
