/* Pixels from the colours of a file to those of sRGB. */
#include "imaging/imaging.h"

enum { LIGHT_BITS = 16, STEP_BITS = 12 }; /* of light, and of the steps at which a value of sRGB or a factor is given */
enum { MOST_GAINS = 2, MOST_RANGE_BITS = 30 };

static bool are_gains_valid(const sddl_colours *colours) {
    for (int gain = 0; gain < colours->gain_count && gain < MOST_GAINS; gain++)
        if (colours->gains[gain].range_bits < STEP_BITS || colours->gains[gain].range_bits > MOST_RANGE_BITS)
            return false;
    return colours->gain_count >= 0 && colours->gain_count <= MOST_GAINS;
}

/* A product of light and a number in units of 1/65536 as light again, so that the next product has room. */
static int64_t light_of(int64_t product) {
    const int64_t most = (int64_t)1 << MOST_RANGE_BITS, light = product / ((int64_t)1 << LIGHT_BITS);
    return light > most ? most : light < -most ? -most : light;
}

static int64_t weighted(const int32_t *weights, const int64_t *light) {
    return light_of(weights[0] * light[0] + weights[1] * light[1] + weights[2] * light[2]);
}

static int64_t brightest(const int64_t *light) {
    int64_t most = light[0] > light[1] ? light[0] : light[1];
    return most > light[2] ? most : light[2];
}

static void apply_gain(const sddl_gain *gain, int64_t *light) {
    const bool is_weighted = gain->weights[0] || gain->weights[1] || gain->weights[2];
    int64_t level = is_weighted ? weighted(gain->weights, light) : brightest(light),
            range = (int64_t)1 << gain->range_bits;
    level = level < 0 ? 0 : level > range ? range : level;
    const int shift = gain->range_bits - STEP_BITS;
    const int64_t step = level >> shift, rest = level - (step << shift);
    int64_t factor = gain->factors[step];
    if (rest)
        factor += (gain->factors[step + 1] - factor) * rest / ((int64_t)1 << shift);
    for (int channel = 0; channel < 3; channel++)
        light[channel] = light_of(light[channel] * factor);
}

static void apply_gains(const sddl_colours *colours, int64_t *light) {
    int64_t wide[3];
    for (int channel = 0; channel < 3; channel++)
        wide[channel] = weighted(colours->wide + 3 * channel, light);
    for (int gain = 0; gain < colours->gain_count; gain++)
        apply_gain(&colours->gains[gain], wide);
    memcpy(light, wide, sizeof wide);
}

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
            int64_t light[3] = {colours->light[0][from[0]], colours->light[1][from[1]], colours->light[2][from[2]]};
            if (colours->gain_count)
                apply_gains(colours, light);
            for (int channel = 0; channel < 3; channel++)
                after[channel] = encoded(colours, colours->matrix + 3 * channel, light);
            after[3] = from[3];
        }
        memcpy(to, after, SDDL_PIXEL);
    }
}

int sddl_convert_colours(const sddl_canvas *target, const sddl_canvas *source, const sddl_colours *colours) {
    if (!sddl_canvases_match(target, source) || !colours || !are_gains_valid(colours))
        return SDDL_E_ARGUMENT;
    for (size_t y = 0; y < target->height; y++)
        convert_row(sddl_pixel_at(target, 0, y), sddl_pixel_at(source, 0, y), target->width, colours);
    return SDDL_OK;
}
