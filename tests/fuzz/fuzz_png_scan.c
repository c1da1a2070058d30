/* A PNG file, its signature left out and its checksums mended: indexed at once and in steps with the same result. */
#include "fuzz.h"

#include "imaging/png/crc32.h"

static const uint8_t BEGINNING[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x30\x08\x06\0\0\0\xa1\x4b\x7c\x1f";

static void check_frames(const sddl_png_index *index, const sddl_png_frame *frames, const sddl_span *spans,
                         size_t size) {
    for (uint64_t i = 0; i < index->frame_count; i++) {
        demand(frames[i].first_span + frames[i].span_count <= index->span_count && frames[i].span_count);
        demand(frames[i].x + (uint64_t)frames[i].width <= index->width && frames[i].width);
        demand(frames[i].y + (uint64_t)frames[i].height <= index->height && frames[i].height);
        demand(frames[i].dependency.base < (int64_t)i && frames[i].dependency.key_frame <= (int64_t)i);
    }
    for (uint64_t i = 0; i < index->span_count; i++)
        demand(spans[i].begin <= spans[i].end && spans[i].end <= size);
    demand(index->still_first + index->still_count <= index->span_count);
    demand(index->palette.end <= size && index->transparency.end <= size);
}

/* So that the scanner goes on to what is in the chunks. */
static void mend_checksums(uint8_t *data, size_t size) {
    struct sddl_crc_table crc;
    sddl_crc_prepare(&crc);
    for (size_t at = 8, length; size - at >= 12; at += length + 12) {
        length = sddl_big32(data + at);
        if (length > size - at - 12)
            return;
        uint32_t sum = sddl_crc(&crc, data + at + 4, length + 4);
        for (int byte = 0; byte < 4; byte++)
            data[at + 8 + length + (size_t)byte] = (uint8_t)(sum >> (24 - 8 * byte));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    size_t begin = sizeof BEGINNING - 1, total = begin + size;
    uint8_t *data = exactly(total);
    memcpy(data, BEGINNING, begin);
    memcpy(data + begin, input, size);
    const size_t most = total / 12 + 1;
    sddl_png_frame *frames = (void *)exactly(most * sizeof *frames);
    sddl_span *spans = (void *)exactly(most * sizeof *spans);
    sddl_png_index at_once, index;
    memset(&index, 0, sizeof index);
    demand(sddl_png_scan(data, total, &index, frames, most, spans, most) >= 0);
    mend_checksums(data, total);
    memset(&at_once, 0, sizeof at_once);
    demand(sddl_png_scan(data, total, &at_once, frames, most, spans, most) == (int64_t)at_once.frame_count);
    demand(at_once.state != SDDL_SCAN_MORE);
    check_frames(&at_once, frames, spans, total);
    memset(&index, 0, sizeof index);
    while (index.state == SDDL_SCAN_MORE) {
        sddl_png_frame frame;
        sddl_span span;
        int64_t found = sddl_png_scan(data, total, &index, &frame, 1, &span, 1);
        demand(found >= 0 && (!found || memcmp(&frame, &frames[index.frame_count - 1], sizeof frame) == 0));
    }
    demand(memcmp(&at_once, &index, sizeof index) == 0);
    free(frames);
    free(spans);
    free(data);
    return 0;
}
