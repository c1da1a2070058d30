/* The chunks of a PNG file: where the data of each animation frame lies and how it is shown. */
#include "crc32.h"

enum {
    SIGNATURE = 8,
    HEADER = 13,
    OVERHEAD = 12, /* of a chunk: length, kind, checksum */
    FRAME_CONTROL = 26,
    ANIMATION_CONTROL = 8
};

#define KIND(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

struct chunk {
    uint32_t kind;
    const uint8_t *body;
    size_t begin;
    size_t length;
};

struct scanner {
    const uint8_t *data;
    size_t size;
    sddl_png_index *index;
    sddl_png_frame *frames;
    size_t frame_capacity;
    sddl_span *spans;
    size_t span_capacity;
    const struct sddl_crc_table *crc; /* NULL: checksums are taken on trust */
    sddl_png_frame control;           /* the frame control chunk whose data is being read */
    bool controlled;                  /* there is one */
    uint64_t frame_count;             /* without regard to how many were announced */
    uint32_t sequence;
    uint32_t previous;  /* kind of the chunk before */
    struct chunk early; /* the last frame control chunk that came before the animation's; kind 0 = none */
};

static void add_span(struct scanner *scan, size_t begin, size_t end) {
    if (scan->index->span_count < scan->span_capacity)
        scan->spans[scan->index->span_count] = (sddl_span){begin, end};
    scan->index->span_count++;
    if (scan->controlled && scan->control.span_count++ == 0)
        scan->control.first_span = scan->index->span_count - 1;
}

static void finish_frame(struct scanner *scan) {
    if (!scan->controlled || scan->control.span_count == 0)
        return;
    if (scan->frame_count < scan->frame_capacity)
        scan->frames[scan->frame_count] = scan->control;
    scan->frame_count++;
    scan->controlled = false;
}

static bool in_sequence(struct scanner *scan, const uint8_t *number) {
    if (sddl_big32(number) != scan->sequence)
        return false;
    scan->sequence++;
    return true;
}

static bool inside(const sddl_png_frame *frame, uint32_t width, uint32_t height) {
    return frame->width && frame->height && frame->width <= width && frame->x <= width - frame->width &&
           frame->height <= height && frame->y <= height - frame->height;
}

static bool read_frame_control(struct scanner *scan, const struct chunk *chunk) {
    const sddl_png_index *index = scan->index;
    const uint8_t *body = chunk->body;
    finish_frame(scan);
    if (chunk->length != FRAME_CONTROL || !in_sequence(scan, body))
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
    scan->control = frame;
    scan->controlled = true;
    return true;
}

static bool read_animation_control(struct scanner *scan, const struct chunk *chunk) {
    sddl_png_index *index = scan->index;
    if (index->still_count || index->animated)
        return true; /* too late, or a second one */
    if (chunk->length != ANIMATION_CONTROL)
        return false;
    index->announced = sddl_big32(chunk->body);
    index->plays = sddl_big32(chunk->body + 4);
    index->animated = index->announced != 0 && index->announced <= INT32_MAX;
    return !index->animated || !scan->early.kind || read_frame_control(scan, &scan->early);
}

static bool read_any_frame_control(struct scanner *scan, const struct chunk *chunk) {
    if (scan->index->animated)
        return read_frame_control(scan, chunk);
    if (!scan->index->still_count)
        scan->early = *chunk;
    return true;
}

static bool read_still_data(struct scanner *scan, const struct chunk *chunk) {
    sddl_png_index *index = scan->index;
    if (index->still_count && scan->previous != KIND('I', 'D', 'A', 'T'))
        return false;
    if (index->still_count++ == 0)
        index->still_first = index->span_count;
    add_span(scan, chunk->begin, chunk->begin + chunk->length);
    return true;
}

static bool read_frame_data(struct scanner *scan, const struct chunk *chunk) {
    if (chunk->length < 4 || !scan->controlled || !scan->index->still_count || !in_sequence(scan, chunk->body))
        return false;
    add_span(scan, chunk->begin + 4, chunk->begin + chunk->length);
    return true;
}

static void keep_first(const struct scanner *scan, sddl_span *span, const struct chunk *chunk) {
    if (span->begin == span->end && !scan->index->still_count)
        *span = (sddl_span){chunk->begin, chunk->begin + chunk->length};
}

/* False from where the animation makes no sense any more. */
static bool read_chunk(struct scanner *scan, const struct chunk *chunk) {
    switch (chunk->kind) {
    case KIND('I', 'D', 'A', 'T'):
        return read_still_data(scan, chunk);
    case KIND('P', 'L', 'T', 'E'):
        keep_first(scan, &scan->index->palette, chunk);
        return true;
    case KIND('t', 'R', 'N', 'S'):
        keep_first(scan, &scan->index->transparency, chunk);
        return true;
    case KIND('a', 'c', 'T', 'L'):
        return read_animation_control(scan, chunk);
    case KIND('f', 'c', 'T', 'L'):
        return read_any_frame_control(scan, chunk);
    case KIND('f', 'd', 'A', 'T'):
        return !scan->index->animated || read_frame_data(scan, chunk);
    default:
        return true;
    }
}

/* False if the chunk is cut off or damaged; its kind is known even so, if that much is there. */
static bool next_chunk(const struct scanner *scan, size_t position, struct chunk *chunk) {
    const uint8_t *at = scan->data + position;
    size_t left = scan->size - position;
    chunk->kind = left >= 8 ? sddl_big32(at + 4) : 0;
    if (left < OVERHEAD || sddl_big32(at) > left - OVERHEAD)
        return false;
    chunk->body = at + 8;
    chunk->begin = position + 8;
    chunk->length = sddl_big32(at);
    return !scan->crc || sddl_crc(scan->crc, at + 4, chunk->length + 4) == sddl_big32(chunk->body + chunk->length);
}

/* Reads chunks to IEND; false if the file breaks off before, or its animation does. */
static bool read_chunks(struct scanner *scan) {
    size_t position = SIGNATURE + HEADER + OVERHEAD;
    bool intact = true;
    for (struct chunk chunk;; position = chunk.begin + chunk.length + 4, scan->previous = chunk.kind) {
        bool whole = next_chunk(scan, position, &chunk);
        if (chunk.kind == KIND('I', 'E', 'N', 'D'))
            break;
        if (!whole) {
            if (chunk.kind == KIND('I', 'D', 'A', 'T') || chunk.kind == KIND('f', 'd', 'A', 'T'))
                scan->control.span_count = 0; /* the damage goes through this frame's own data */
            return false;
        }
        if (read_chunk(scan, &chunk))
            continue;
        if (scan->index->still_count)
            return false;
        scan->index->animated = 0; /* the still picture is yet to come */
        intact = false;
    }
    finish_frame(scan);
    return intact;
}

static bool read_header(const uint8_t *data, size_t size, const struct sddl_crc_table *crc, sddl_png_index *index) {
    const uint8_t *at = data + SIGNATURE;
    if (size < SIGNATURE + HEADER + OVERHEAD || sddl_big32(at) != HEADER ||
        sddl_big32(at + 4) != KIND('I', 'H', 'D', 'R') ||
        sddl_crc(crc, at + 4, HEADER + 4) != sddl_big32(at + 8 + HEADER))
        return false;
    *index = (sddl_png_index){
        .width = sddl_big32(at + 8),
        .height = sddl_big32(at + 12),
        .bit_depth = at[16],
        .colour_type = at[17],
        .interlaced = at[20],
    };
    return true;
}

int sddl_png_scan(const uint8_t *data, size_t size, int check_crc, sddl_png_index *index, sddl_png_frame *frames,
                  size_t frame_capacity, sddl_span *spans, size_t span_capacity) {
    struct sddl_crc_table crc;
    if (!data || !index || (!frames && frame_capacity) || (!spans && span_capacity))
        return SDDL_E_ARGUMENT;
    sddl_crc_prepare(&crc);
    if (!read_header(data, size, &crc, index))
        return SDDL_E_ARGUMENT;
    struct scanner scan = {
        .data = data,
        .size = size,
        .index = index,
        .frames = frames,
        .frame_capacity = frame_capacity,
        .spans = spans,
        .span_capacity = span_capacity,
        .crc = check_crc ? &crc : NULL,
    };
    bool complete = read_chunks(&scan);
    uint64_t before = scan.frame_count;
    finish_frame(&scan);
    if (index->animated)
        index->frame_count = scan.frame_count < index->announced ? scan.frame_count : index->announced;
    index->state = complete ? SDDL_SCAN_COMPLETE : SDDL_SCAN_BROKEN;
    index->uncertain = !complete && index->frame_count > before;
    return SDDL_OK;
}
