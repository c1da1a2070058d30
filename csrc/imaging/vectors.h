/* Vectors of sixteen bytes; compilers make SSE2 or NEON of them, and plain code where there is neither. */
#ifndef SDDL_VECTORS_H
#define SDDL_VECTORS_H

#include "imaging/imaging.h"

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

/* Eight bytes to lanes of their own. */
SDDL_INLINE lanes widened(uint64_t value) {
    const bytes from = (bytes)(pair){value, 0}, zero = {0};
    return (lanes)SHUFFLED(bytes, from, zero, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

SDDL_INLINE uint64_t narrowed(lanes from) {
    return (uint64_t)__builtin_convertvector(from, half);
}

#endif
