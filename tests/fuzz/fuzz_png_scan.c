/* A PNG file, its signature left out and its checksums wrong: counted and then indexed with the same result. */
#include "fuzz.h"

static const uint8_t BEGINNING[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x30\x08\x06\0\0\0\xa1\x4b\x7c\x1f";

static void check_frames(const sddl_png_index *index, const sddl_png_frame *frames, const sddl_span *spans,
                         size_t size) {
    for (uint64_t i = 0; i < index->frame_count; i++) {
        demand(frames[i].first_span + frames[i].span_count <= index->span_count && frames[i].span_count);
        demand(frames[i].x + (uint64_t)frames[i].width <= index->width && frames[i].width);
        demand(frames[i].y + (uint64_t)frames[i].height <= index->height && frames[i].height);
    }
    for (uint64_t i = 0; i < index->span_count; i++)
        demand(spans[i].begin <= spans[i].end && spans[i].end <= size);
    demand(index->still_first + index->still_count <= index->span_count);
    demand(index->palette.end <= size && index->transparency.end <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    size_t begin = sizeof BEGINNING - 1, total = begin + size;
    uint8_t *data = exactly(total);
    memcpy(data, BEGINNING, begin);
    memcpy(data + begin, input, size);
    sddl_png_index counted, index;
    demand(sddl_png_scan(data, total, 0, &counted, NULL, 0, NULL, 0) == SDDL_OK);
    sddl_png_frame *frames = (void *)exactly(counted.frame_count * sizeof *frames);
    sddl_span *spans = (void *)exactly(counted.span_count * sizeof *spans);
    demand(sddl_png_scan(data, total, 0, &index, frames, counted.frame_count, spans, counted.span_count) == SDDL_OK);
    demand(memcmp(&counted, &index, sizeof index) == 0);
    check_frames(&index, frames, spans, total);
    demand(sddl_png_scan(data, total, 1, &index, frames, counted.frame_count, spans, counted.span_count) == SDDL_OK);
    free(frames);
    free(spans);
    free(data);
    return 0;
}
