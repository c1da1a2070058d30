/* Pixels in vectors, for the filters of PNG. */
#ifndef SDDL_PNG_VECTORS_H
#define SDDL_PNG_VECTORS_H

#include "png.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* Eight bytes to lanes of their own. */
SDDL_INLINE lanes widened(uint64_t value) {
    const bytes from = (bytes)(pair){value, 0}, zero = {0};
    return (lanes)SHUFFLED(bytes, from, zero, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

SDDL_INLINE uint64_t narrowed(lanes from) {
    return (uint64_t)__builtin_convertvector(from, half);
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
