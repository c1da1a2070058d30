/* Pixels in vectors, for the filters of PNG. */
#ifndef SDDL_PNG_VECTORS_H
#define SDDL_PNG_VECTORS_H

#include "imaging/png/png.h"
#include "imaging/vectors.h"

#ifdef __SSE2__
#include <emmintrin.h>
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
    return widened(load_pixel(at, step));
}

SDDL_INLINE void store_lanes(uint8_t *at, lanes from, size_t step) {
    store_pixel(at, narrowed(from), step);
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

#endif
