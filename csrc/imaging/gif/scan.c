/* Indexes the blocks of a GIF file: the position of each frame, and its graphic control extension. */
#include "imaging/imaging.h"

enum {
    HEADER = 13,
    DESCRIPTOR = 10,
    TRAILER = 0x3B,
    EXTENSION = 0x21,
    IMAGE = 0x2C,
    GRAPHIC_CONTROL = 0xF9,
    CONTROL = 4, /* bytes of one */
    APPLICATION = 0xFF,
    LOOP_NAME = 11
};

struct scanner {
    const uint8_t *data;
    size_t size;
    sddl_gif_index *index;
};

static void forget_control(sddl_gif_index *index) {
    index->next_delay = index->next_transparent = -1;
    index->next_disposal = SDDL_DISPOSE_KEEP;
}

/* Behind the terminator of the sub-blocks at `position`; 0 if the data ends before it, in which case `skipped_to` is
 * how far it goes. */
static size_t skip_blocks(const struct scanner *scan, size_t position) {
    const uint8_t *data = scan->data;
    const size_t size = scan->size;
    if (scan->index->skipped_to > position)
        position = (size_t)scan->index->skipped_to;
    while (position < size) {
        /* most blocks are full: four of them are skipped at once, without waiting for each length to be loaded */
        while (size - position > 4 * 256 && data[position] == 255 && data[position + 256] == 255 &&
               data[position + 512] == 255 && data[position + 768] == 255)
            position += 4 * 256;
        size_t length = data[position];
        if (length == 0) {
            scan->index->skipped_to = 0;
            return position + 1;
        }
        position += length + 1;
    }
    scan->index->skipped_to = position;
    return 0;
}

static void read_control(sddl_gif_index *index, const uint8_t *block) {
    static const uint8_t disposals[8] = {SDDL_DISPOSE_KEEP,     SDDL_DISPOSE_KEEP,     SDDL_DISPOSE_BACKGROUND,
                                         SDDL_DISPOSE_PREVIOUS, SDDL_DISPOSE_PREVIOUS, SDDL_DISPOSE_KEEP,
                                         SDDL_DISPOSE_KEEP,     SDDL_DISPOSE_KEEP};
    index->next_disposal = disposals[block[0] >> 2 & 7];
    index->next_delay = (int32_t)sddl_little16(block + 1);
    index->next_transparent = block[0] & 1 ? block[3] : -1;
}

static bool is_loop_extension(const uint8_t *block) {
    return block[0] == LOOP_NAME &&
           (memcmp(block + 1, "NETSCAPE2.0", LOOP_NAME) == 0 || memcmp(block + 1, "ANIMEXTS1.0", LOOP_NAME) == 0);
}

/* No sub-block but the first is looked at, as in Chromium. */
static void read_loops(sddl_gif_index *index, const uint8_t *block) {
    if (block[0] == 3 && block[1] == 1)
        index->repetitions = (int32_t)sddl_little16(block + 2);
}

static bool read_extension(const struct scanner *scan) {
    sddl_gif_index *index = scan->index;
    size_t position = (size_t)index->position;
    if (scan->size - position < 3)
        return false;
    const uint8_t *body = scan->data + position + 2;
    size_t end = skip_blocks(scan, position + 2);
    if (end == 0)
        return false;
    if (body[-1] == GRAPHIC_CONTROL && (body[0] != CONTROL || body[1 + CONTROL] != 0)) {
        index->state = SDDL_SCAN_BROKEN;
        return false;
    }
    if (body[-1] == GRAPHIC_CONTROL)
        read_control(index, body + 1);
    else if (body[-1] == APPLICATION && is_loop_extension(body))
        read_loops(index, body + 1 + LOOP_NAME);
    index->position = end;
    return true;
}

static uint32_t table_entries(uint8_t flags) {
    return flags & 0x80 ? 2u << (flags & 7) : 0;
}

static void describe(sddl_gif_frame *frame, const sddl_gif_index *index, const uint8_t *descriptor) {
    *frame = (sddl_gif_frame){
        .x = sddl_little16(descriptor + 1),
        .y = sddl_little16(descriptor + 3),
        .width = sddl_little16(descriptor + 5),
        .height = sddl_little16(descriptor + 7),
        .delay = index->next_delay,
        .transparent = index->next_transparent,
        .disposal = (uint8_t)index->next_disposal,
        .interlaced = (descriptor[9] & 0x40) != 0,
        .palette_entries = table_entries(descriptor[9]),
        .palette = index->position + DESCRIPTOR,
    };
}

/* The first frame determines the size of the canvas. */
static void place(sddl_gif_frame *frame, sddl_gif_index *index) {
    const uint32_t right = frame->x + frame->width, bottom = frame->y + frame->height;
    if (index->frame_count == 0) {
        index->canvas_width = right > index->width ? right : index->width;
        index->canvas_height = bottom > index->height ? bottom : index->height;
    }
    bool covers = frame->x == 0 && frame->y == 0 && right >= index->canvas_width && bottom >= index->canvas_height;
    frame->dependency =
        sddl_find_dependency(&index->next, index->frame_count, covers, frame->transparent < 0, frame->disposal);
    index->frame_count++;
}

/* Returns how many frames were found: 0 if the data ends before the code size, as then there is no frame. */
static size_t read_image(const struct scanner *scan, sddl_gif_frame *frame) {
    sddl_gif_index *index = scan->index;
    size_t left = scan->size - (size_t)index->position;
    const uint8_t *descriptor = scan->data + index->position;
    if (left < DESCRIPTOR || left - DESCRIPTOR <= 3u * table_entries(descriptor[9]))
        return 0;
    describe(frame, index, descriptor);
    size_t codes = (size_t)frame->palette + 3u * frame->palette_entries;
    size_t end = skip_blocks(scan, codes + 1);
    if (end == 0 && index->more)
        return 0;
    frame->code_size = scan->data[codes];
    frame->begin = codes + 1;
    frame->end = end ? end : scan->size;
    frame->whole = end != 0;
    place(frame, index);
    index->position = frame->end;
    forget_control(index);
    return 1;
}

static bool begin(const struct scanner *scan) {
    const uint8_t *data = scan->data;
    if (scan->size < HEADER)
        return false;
    *scan->index = (sddl_gif_index){
        .width = sddl_little16(data + 6),
        .height = sddl_little16(data + 8),
        .palette = HEADER,
        .palette_entries = table_entries(data[10]),
        .repetitions = -1,
        .next = {-1, 0},
        .more = scan->index->more,
    };
    scan->index->position = HEADER + 3u * scan->index->palette_entries;
    forget_control(scan->index);
    return true;
}

/* One block; false where there is none. A frame is written if it is an image. */
static bool read_block(const struct scanner *scan, sddl_gif_frame *frame, size_t *count) {
    sddl_gif_index *index = scan->index;
    size_t found;
    switch (scan->data[index->position]) {
    case EXTENSION:
        return read_extension(scan);
    case IMAGE:
        found = read_image(scan, frame);
        *count += found;
        return found && frame->whole;
    case TRAILER:
        index->state = SDDL_SCAN_COMPLETE;
        return true;
    default:
        index->state = SDDL_SCAN_BROKEN;
        return false;
    }
}

int64_t sddl_gif_scan(const uint8_t *data, size_t size, sddl_gif_index *index, sddl_gif_frame *frames,
                      size_t capacity) {
    if (!data || !index || (!frames && capacity))
        return SDDL_E_ARGUMENT;
    const struct scanner scan = {data, size, index};
    if (index->position == 0 && !begin(&scan))
        return SDDL_E_ARGUMENT;
    size_t count = 0;
    while (index->state == SDDL_SCAN_MORE && count < capacity)
        if (index->position >= size || !read_block(&scan, frames + count, &count)) {
            if (index->more)
                break;
            index->state = SDDL_SCAN_BROKEN;
        }
    return (int64_t)count;
}

int sddl_gif_delays(const sddl_gif_frame *frames, size_t count, int64_t *nanoseconds) {
    if (count && (!frames || !nanoseconds))
        return SDDL_E_ARGUMENT;
    for (size_t i = 0; i < count; i++)
        nanoseconds[i] = frames[i].delay < 0 ? -1 : frames[i].delay * INT64_C(10000000);
    return SDDL_OK;
}
