/* GIF's LZW without a table of strings: each code stands for a run of indices that is already in the output. */
#include "imaging/gif/lzw.h"

enum {
    CODES = 4096,
    MAX_WIDTH = 12,
    MAX_CODE_SIZE = 11,
    SHORT = 32, /* indices moved at once, whatever the length of a run */
    GROUP = 4,  /* codes taken from 64 bits */
    INPUT = 4096
};
typedef uint8_t half __attribute__((vector_size(SHORT / 2)));
#define ONE_LONGER ((uint64_t)1 << 32)

SDDL_INLINE uint64_t run_of(size_t at, uint32_t length) {
    return (uint64_t)length << 32 | at;
}

SDDL_INLINE size_t run_at(uint64_t run) {
    return (uint32_t)run;
}

SDDL_INLINE uint32_t run_length(uint64_t run) {
    return (uint32_t)(run >> 32);
}

/* A string is a run of the output decoded so far: its offset from `base` in the low half, its length in the high half. So the
 * table is never copied from; the single indices lie in the lead before the output. Length 0: not a string. */
struct lzw {
    const uint8_t *blocks; /* sub-blocks not yet joined */
    const uint8_t *blocks_end;
    uint8_t *base; /* the work buffer */
    size_t position;
    size_t end; /* where the last index ends */
    uint64_t bits;
    unsigned have; /* the number of valid bits in `bits` */
    unsigned width;
    unsigned code_size;
    uint32_t clear;
    uint32_t next; /* code of the string to be added */
    uint64_t last; /* the string of the code before */
    bool fresh;    /* the code before was a clear code */
    bool ended;    /* no sub-blocks are left */
    const uint8_t *input;
    const uint8_t *input_end;
    uint64_t table[CODES];
    uint8_t joined[INPUT + 8];
};

/* Through registers, as the run may overlap what it is copied to. */
SDDL_INLINE void copy_short(uint8_t *to, const uint8_t *from) {
    half first, second;
    memcpy(&first, from, sizeof first);
    memcpy(&second, from + sizeof first, sizeof second);
    memcpy(to, &first, sizeof first);
    memcpy(to + sizeof first, &second, sizeof second);
}

/* By whole SHORTs, so up to SHORT - 1 bytes beyond the end. */
SDDL_INLINE void copy_run(uint8_t *to, const uint8_t *from, uint32_t length) {
    uint8_t *end = to + length;
    do {
        copy_short(to, from);
        to += SHORT;
        from += SHORT;
    } while (to < end);
}

static void forget_strings(struct lzw *lzw) {
    lzw->next = lzw->clear + 2;
    lzw->width = lzw->code_size + 1;
    lzw->fresh = true;
}

static void begin(struct lzw *lzw, const uint8_t *blocks, size_t size, int code_size, uint8_t *work, size_t pixels) {
    lzw->blocks = blocks;
    lzw->blocks_end = blocks + size;
    lzw->base = work;
    lzw->position = SDDL_LZW_LEAD;
    lzw->end = SDDL_LZW_LEAD + pixels;
    lzw->bits = lzw->last = 0;
    lzw->have = 0;
    lzw->input = lzw->input_end = lzw->joined;
    lzw->ended = false;
    lzw->code_size = (unsigned)code_size;
    lzw->clear = 1u << code_size;
    for (size_t i = 0; i < SDDL_LZW_LEAD; i++)
        work[i] = (uint8_t)i;
    for (uint32_t i = 0; i < lzw->clear; i++)
        lzw->table[i] = run_of(i & 255, 1);
    lzw->table[lzw->clear] = lzw->table[lzw->clear + 1] = 0;
    forget_strings(lzw);
}

/* Joins further sub-blocks to what is left of the input. */
static void join_blocks(struct lzw *lzw) {
    size_t left = (size_t)(lzw->input_end - lzw->input);
    memmove(lzw->joined, lzw->input, left);
    uint8_t *to = lzw->joined + left;
    while (!lzw->ended && lzw->joined + INPUT - to >= 255) {
        size_t there = (size_t)(lzw->blocks_end - lzw->blocks), length = there ? lzw->blocks[0] : 0;
        lzw->ended = length == 0 || length >= there; /* the terminator, or a block that is cut off */
        if (there == 0)
            break;
        length = sddl_smaller(length, there - 1);
        memcpy(to, lzw->blocks + 1, length);
        to += length;
        lzw->blocks += length + 1;
    }
    lzw->input = lzw->joined;
    lzw->input_end = to;
}

/* Decodes groups of codes of one width, up to a code that needs special treatment, which is left to step(). */
SDDL_INLINE void run_groups(struct lzw *lzw, bool full) {
    uint8_t *const base = lzw->base;
    const unsigned width = lzw->width;
    const uint64_t mask = ((uint64_t)1 << width) - 1;
    const uint32_t room = full ? 2 * CODES : 1u << width; /* the last code of a width is step()'s */
    const size_t end = lzw->end;
    const uint8_t *input = lzw->input, *const input_end = lzw->input_end;
    size_t position = lzw->position;
    uint64_t bits = lzw->bits, last = lzw->last;
    unsigned have = lzw->have;
    uint32_t next = lzw->next;
    while (input_end - input >= 8 && next + GROUP < room && position < end) {
        bits |= sddl_load64(input) << have;
        input += (63 - have) >> 3;
        have |= 56;
        for (int i = 0; i < GROUP; i++) {
            uint32_t code = (uint32_t)(bits & mask);
            uint64_t run;
            if (SDDL_UNLIKELY(code >= next)) {
                if (code != next)
                    goto out;
                run = last + ONE_LONGER;
            } else {
                run = lzw->table[code];
            }
            uint32_t length = run_length(run);
            const uint8_t *from = base + run_at(run);
            uint8_t *to = base + position;
            if (SDDL_LIKELY(length - 1 < SHORT)) {
                copy_short(to, from);
            } else {
                if (length == 0 || position + length > end)
                    goto out;
                copy_run(to, from, length);
            }
            if (!full) {
                if (SDDL_UNLIKELY(code == next))
                    to[length - 1] = from[0];
                lzw->table[next++] = last + ONE_LONGER;
            }
            last = run_of(position, length);
            position += length;
            bits >>= width;
            have -= width;
        }
    }
out:
    lzw->input = input;
    lzw->position = position;
    lzw->bits = bits;
    lzw->last = last;
    lzw->have = have;
    lzw->next = next;
}

static bool next_code(struct lzw *lzw, uint32_t *code) {
    while (lzw->have < lzw->width) {
        if (lzw->input == lzw->input_end) {
            join_blocks(lzw);
            if (lzw->input == lzw->input_end)
                return false;
        }
        lzw->bits |= (uint64_t)*lzw->input++ << lzw->have;
        lzw->have += 8;
    }
    *code = (uint32_t)(lzw->bits & ((1u << lzw->width) - 1));
    lzw->bits >>= lzw->width;
    lzw->have -= lzw->width;
    return true;
}

static void put(struct lzw *lzw, uint64_t run, bool repeats_itself) {
    uint32_t length = run_length(run);
    size_t left = lzw->end - lzw->position;
    uint8_t *to = lzw->base + lzw->position;
    copy_run(to, lzw->base + run_at(run), length <= left ? length : (uint32_t)left);
    if (repeats_itself && length <= left)
        to[length - 1] = to[0];
    lzw->last = run_of(lzw->position, length);
    lzw->position += length;
}

/* One code, whatever it is. */
static int step(struct lzw *lzw) {
    uint32_t code;
    if (!next_code(lzw, &code))
        return SDDL_PIXELS_CUT;
    if (code == lzw->clear) {
        forget_strings(lzw);
        return SDDL_PIXELS_WHOLE;
    }
    if (code == lzw->clear + 1)
        return SDDL_PIXELS_SHORT;
    if (code > (lzw->fresh ? lzw->clear : lzw->next))
        return SDDL_PIXELS_BROKEN;
    uint64_t added = lzw->last + ONE_LONGER;
    bool repeats_itself = code == lzw->next;
    put(lzw, repeats_itself ? added : lzw->table[code], repeats_itself);
    if (!lzw->fresh && lzw->next < CODES)
        lzw->table[lzw->next++] = added;
    if (lzw->next >= 1u << lzw->width && lzw->width < MAX_WIDTH)
        lzw->width++; /* with code sizes below 2 after the very first code */
    lzw->fresh = false;
    return SDDL_PIXELS_WHOLE;
}

static int run(struct lzw *lzw) {
    while (lzw->position < lzw->end) {
        if (lzw->input_end - lzw->input < 8 && !lzw->ended)
            join_blocks(lzw);
        if (!lzw->fresh && lzw->next == CODES)
            run_groups(lzw, true);
        else if (!lzw->fresh)
            run_groups(lzw, false);
        int status = lzw->position < lzw->end ? step(lzw) : SDDL_PIXELS_WHOLE;
        if (status != SDDL_PIXELS_WHOLE)
            return status;
    }
    return SDDL_PIXELS_WHOLE;
}

int sddl_gif_lzw(const uint8_t *blocks, size_t size, uint8_t code_size, uint8_t *work, size_t work_size, size_t pixels,
                 size_t *decoded) {
    struct lzw lzw;
    const size_t margins = SDDL_LZW_LEAD + SDDL_LZW_SLACK;
    if (!work || work_size < margins || work_size - margins < pixels || pixels > UINT32_MAX - margins)
        return SDDL_E_ARGUMENT;
    *decoded = 0;
    if (code_size > MAX_CODE_SIZE)
        return SDDL_PIXELS_BROKEN;
    begin(&lzw, blocks, size, code_size, work, pixels);
    int status = run(&lzw);
    *decoded = (lzw.position < lzw.end ? lzw.position : lzw.end) - SDDL_LZW_LEAD;
    return status;
}
