/* What the fuzzers share: buffers of exactly the size asked for, so that a sanitizer sees one byte too many. */
#ifndef SDDL_FUZZ_H
#define SDDL_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/imaging.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts, so that it counts as a crash. */
static inline void demand(int condition) {
    if (!condition)
        abort();
}

static inline uint8_t *exactly(size_t size) {
    uint8_t *memory = malloc(size ? size : 1);
    demand(memory != NULL);
    return memory;
}

static inline sddl_canvas new_canvas(uint32_t width, uint32_t height, size_t gap) {
    size_t stride = (size_t)width * 4 + gap, size = stride * (height - 1) + (size_t)width * 4;
    sddl_canvas canvas = {exactly(size), size, stride, width, height};
    memset(canvas.pixels, 0, size);
    return canvas;
}

/* The next byte of the input, 0 behind its end. */
static inline uint8_t take(const uint8_t **data, size_t *size) {
    if (*size == 0)
        return 0;
    *size -= 1;
    return *(*data)++;
}

#endif
