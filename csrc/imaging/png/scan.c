/* Indexes the chunks of a PNG file: the position of each animation frame's data, and how the frame is shown. */
#include "imaging/png/chunk.h"

enum { FRAME_CONTROL = 26, ANIMATION_CONTROL = 8, INDEXED = 3 /* colour type */ };

struct scanner {
    const uint8_t *data;
    size_t size;
    sddl_png_index *index;
    sddl_png_frame *frames; /* for those from first_frame on */
    sddl_span *spans;
    uint64_t first_frame;
    uint64_t first_span;
    const struct sddl_crc_table *crc;
};

static bool next_chunk(const struct scanner *scan, size_t position, struct sddl_png_chunk *chunk) {
    return sddl_png_next_chunk(scan->data, scan->size, position, scan->crc, chunk);
}

static void add_span(const struct scanner *scan, size_t begin, size_t end) {
    sddl_png_index *index = scan->index;
    scan->spans[index->span_count++ - scan->first_span] = (sddl_span){begin, end};
    if (index->has_control && index->control.span_count++ == 0)
        index->control.first_span = index->span_count - 1;
}

static void finish_frame(const struct scanner *scan) {
    sddl_png_index *index = scan->index;
    sddl_png_frame *frame = &index->control;
    const bool counted = index->counted;
    if (!index->has_control || frame->span_count == 0)
        return;
    index->has_control = index->counted = 0;
    if (counted || !index->animated || index->frame_count >= index->declared_frames)
        return;
    bool covers = frame->width == index->width && frame->height == index->height;
    frame->dependency = sddl_find_dependency(&index->next, index->frame_count, covers,
                                             frame->blend == SDDL_BLEND_SOURCE, frame->disposal);
    scan->frames[index->frame_count++ - scan->first_frame] = *frame;
}

static bool in_sequence(sddl_png_index *index, const uint8_t *number) {
    if (sddl_big32(number) != index->sequence)
        return false;
    index->sequence++;
    return true;
}

static bool inside(const sddl_png_frame *frame, uint32_t width, uint32_t height) {
    return frame->width && frame->height && frame->width <= width && frame->x <= width - frame->width &&
           frame->height <= height && frame->y <= height - frame->height;
}

static bool read_frame_control(const struct scanner *scan, const struct sddl_png_chunk *chunk) {
    sddl_png_index *index = scan->index;
    const uint8_t *body = chunk->body;
    finish_frame(scan);
    if (chunk->length != FRAME_CONTROL || !in_sequence(index, body))
        return false;
    const sddl_png_frame frame = {
        .width = sddl_big32(body + 4),
        .height = sddl_big32(body + 8),
        .x = sddl_big32(body + 12),
        .y = sddl_big32(body + 16),
        .delay_numerator = sddl_big16(body + 20),
        .delay_denominator = sddl_big16(body + 22),
        .disposal = body[24],
        .blend = body[25] ? SDDL_BLEND_OVER : SDDL_BLEND_SOURCE,
    };
    if (!inside(&frame, index->width, index->height) || body[24] > SDDL_DISPOSE_PREVIOUS || body[25] > 1)
        return false;
    if (!index->still_count && (frame.width != index->width || frame.height != index->height))
        return false;
    index->control = frame;
    index->has_control = 1;
    return true;
}

static bool read_animation_control(const struct scanner *scan, const struct sddl_png_chunk *chunk) {
    sddl_png_index *index = scan->index;
    struct sddl_png_chunk early;
    if (index->still_count || index->animated)
        return true; /* too late, or a second one */
    if (chunk->length != ANIMATION_CONTROL)
        return false;
    index->declared_frames = sddl_big32(chunk->body);
    index->plays = sddl_big32(chunk->body + 4);
    index->animated = index->declared_frames != 0 && index->declared_frames <= INT32_MAX && index->plays <= INT32_MAX;
    if (!index->animated || !index->early_control)
        return true;
    return next_chunk(scan, (size_t)index->early_control, &early) && read_frame_control(scan, &early);
}

static bool read_any_frame_control(const struct scanner *scan, const struct sddl_png_chunk *chunk) {
    if (scan->index->animated)
        return read_frame_control(scan, chunk);
    if (!scan->index->still_count)
        scan->index->early_control = chunk->begin - 8;
    return true;
}

static bool read_still_data(const struct scanner *scan, const struct sddl_png_chunk *chunk) {
    sddl_png_index *index = scan->index;
    if (index->still_count && index->previous != IDAT)
        return false;
    if (index->still_count++ == 0)
        index->still_first = index->span_count;
    add_span(scan, chunk->begin, chunk->begin + chunk->length);
    return true;
}

static bool read_frame_data(const struct scanner *scan, const struct sddl_png_chunk *chunk) {
    sddl_png_index *index = scan->index;
    if (chunk->length < 4 || !index->has_control || !index->still_count || !in_sequence(index, chunk->body))
        return false;
    add_span(scan, chunk->begin + 4, chunk->begin + chunk->length);
    return true;
}

static void keep_first(const struct scanner *scan, sddl_span *span, const struct sddl_png_chunk *chunk) {
    if (span->begin == span->end && !scan->index->still_count)
        *span = (sddl_span){chunk->begin, chunk->begin + chunk->length};
}

/* False if the chunk makes the animation invalid. */
static bool read_chunk(const struct scanner *scan, const struct sddl_png_chunk *chunk) {
    switch (chunk->kind) {
    case IDAT:
        return read_still_data(scan, chunk);
    case KIND('P', 'L', 'T', 'E'):
        keep_first(scan, &scan->index->palette, chunk);
        return !scan->index->still_count || !scan->index->animated;
    case KIND('t', 'R', 'N', 'S'):
        if (scan->index->colour_type != INDEXED || scan->index->palette.begin != scan->index->palette.end)
            keep_first(scan, &scan->index->transparency, chunk);
        return true;
    case KIND('a', 'c', 'T', 'L'):
        return read_animation_control(scan, chunk);
    case KIND('f', 'c', 'T', 'L'):
        return read_any_frame_control(scan, chunk);
    case FDAT:
        return !scan->index->animated || read_frame_data(scan, chunk);
    default:
        return true;
    }
}

/* Ends the scan, at the proper end of the file or not: the last frame gets no more data. */
static void end(const struct scanner *scan, int state) {
    sddl_png_index *index = scan->index;
    const uint64_t before = index->frame_count;
    finish_frame(scan);
    index->uncertain = state == SDDL_SCAN_BROKEN && index->frame_count > before;
    index->state = state;
}

/* One chunk; false if more data has to come first. */
static bool step(const struct scanner *scan) {
    sddl_png_index *index = scan->index;
    struct sddl_png_chunk chunk;
    bool whole = next_chunk(scan, (size_t)index->position, &chunk);
    if (!whole && index->more)
        return false;
    if (chunk.kind == KIND('I', 'E', 'N', 'D')) {
        finish_frame(scan);
        end(scan, index->bad_animation ? SDDL_SCAN_BROKEN : SDDL_SCAN_COMPLETE);
    } else if (!whole) {
        end(scan, SDDL_SCAN_BROKEN); /* whether the chunks before hold all of the frame is to be tried */
    } else if (!read_chunk(scan, &chunk)) {
        if (index->still_count)
            end(scan, SDDL_SCAN_BROKEN);
        index->animated = index->still_count && index->animated;
        index->bad_animation = 1; /* the still picture may be yet to come */
    }
    index->previous = chunk.kind;
    index->position = whole ? chunk.begin + chunk.length + 4 : scan->size;
    return true;
}

int64_t sddl_png_scan(const uint8_t *data, size_t size, sddl_png_index *index, sddl_png_frame *frames,
                      size_t frame_capacity, sddl_span *spans, size_t span_capacity) {
    struct sddl_crc_table crc;
    if (!data || !index || (!frames && frame_capacity) || (!spans && span_capacity) || index->position > size)
        return SDDL_E_ARGUMENT;
    sddl_crc_prepare(&crc);
    if (index->position == 0 && !sddl_png_read_header(data, size, &crc, index))
        return SDDL_E_ARGUMENT;
    const struct scanner scan = {
        data, size, index, frames, spans, index->frame_count, index->span_count, &crc,
    };
    while (index->state == SDDL_SCAN_MORE && index->frame_count - scan.first_frame < frame_capacity &&
           index->span_count - scan.first_span < span_capacity)
        if (!step(&scan))
            break;
    return (int64_t)(index->frame_count - scan.first_frame);
}

int sddl_png_count_frame(sddl_png_index *index, sddl_png_frame *frame) {
    if (!index || !frame)
        return SDDL_E_ARGUMENT;
    const struct scanner scan = {.index = index, .frames = frame, .first_frame = index->frame_count};
    if (!index->has_control || index->counted || !index->animated || index->frame_count >= index->declared_frames)
        return 0;
    finish_frame(&scan);
    if (index->frame_count == scan.first_frame)
        return 0; /* none of its data has come */
    index->has_control = index->counted = 1;
    return 1;
}

int sddl_png_delays(const sddl_png_frame *frames, size_t count, int64_t *nanoseconds) {
    if (count && (!frames || !nanoseconds))
        return SDDL_E_ARGUMENT;
    for (size_t i = 0; i < count; i++) {
        const uint32_t denominator = frames[i].delay_denominator;
        nanoseconds[i] = frames[i].delay_numerator * INT64_C(1000000000) / (denominator ? denominator : 100);
    }
    return SDDL_OK;
}
