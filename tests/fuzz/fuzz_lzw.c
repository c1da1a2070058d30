/* Code size, number of pixels, then data sub-blocks: whatever they are, nothing outside the buffers is touched. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int code_size = take(&data, &size) % 14 - 1;
    size_t pixels = take(&data, &size);
    pixels = (pixels | (size_t)take(&data, &size) << 8) * (1 + take(&data, &size) % 8u);
    size_t work_size = SDDL_LZW_LEAD + pixels + SDDL_LZW_SLACK, decoded = 1;
    uint8_t *blocks = exactly(size), *work = exactly(work_size);
    memcpy(blocks, data, size);
    int status = sddl_gif_lzw(blocks, size, code_size, work, work_size, pixels, &decoded);
    demand(status >= SDDL_PIXELS_WHOLE && status <= SDDL_PIXELS_BROKEN);
    demand(decoded <= pixels && (status != SDDL_PIXELS_WHOLE || decoded == pixels));
    free(blocks);
    free(work);
    return 0;
}
