/* From media time to a frame: a pure function, O(log n).
 *
 * A loop is one or two runs of frames in ascending or descending order: the first over all frames and, if the mode
 * bounces, the second in the other order over those between the first and the last. A finite bounce ends with one more
 * showing of the frame with which it began. While frames are still to come there is one loop of one run, and there may
 * be no frame at all. */
#include <stdlib.h>

#include "playback/player.h"

typedef struct frame_run {
    uint32_t lowest, highest;
    bool descending;
    int64_t begins;  /* media time within the loop */
    int64_t ordinal; /* of its first showing within the loop */
} frame_run;

static int64_t frame_begins(const sddl_timeline *timeline, uint32_t frame) {
    return frame == 0 ? 0 : timeline->ends[frame - 1];
}

static int64_t first_run_length(const sddl_timeline *timeline) {
    return timeline->count ? timeline->ends[timeline->count - 1] : 0;
}

static bool bounces(const sddl_timeline *timeline) {
    bool turns = timeline->mode == SDDL_BOUNCE || timeline->mode == SDDL_REVERSED_BOUNCE;
    return turns && timeline->count > 1 && !timeline->growing;
}

/* 0 = for ever. */
static int64_t known_loops(const sddl_timeline *timeline) {
    return timeline->growing ? 1 : timeline->loops;
}

bool sddl_timeline_descends(const sddl_timeline *timeline) {
    return timeline->mode == SDDL_REVERSE || timeline->mode == SDDL_REVERSED_BOUNCE;
}

int64_t sddl_timeline_period(const sddl_timeline *timeline) {
    int64_t back = bounces(timeline) ? timeline->ends[timeline->count - 2] - timeline->ends[0] : 0;
    return first_run_length(timeline) + back;
}

int64_t sddl_timeline_showings(const sddl_timeline *timeline) {
    int64_t count = timeline->count;
    return bounces(timeline) ? 2 * count - 2 : count;
}

static frame_run first_run(const sddl_timeline *timeline) {
    return (frame_run){0, timeline->count - 1, sddl_timeline_descends(timeline), 0, 0};
}

static frame_run second_run(const sddl_timeline *timeline) {
    return (frame_run){1, timeline->count - 2, !sddl_timeline_descends(timeline), first_run_length(timeline),
                       timeline->count};
}

static int64_t floor_divide(int64_t value, int64_t divisor) {
    int64_t quotient = value / divisor;
    return quotient * divisor > value ? quotient - 1 : quotient;
}

/* The frame within whose part of the cumulative durations `time` lies. */
static uint32_t frame_at(const sddl_timeline *timeline, int64_t time) {
    uint32_t low = 0, high = timeline->count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (timeline->ends[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t sddl_timeline_loop_begins(const sddl_timeline *timeline, int64_t loop) {
    int64_t period = sddl_timeline_period(timeline), most = SDDL_MEDIA_LIMIT / period + 1;
    int64_t loops = loop - timeline->base;
    return loops > most ? 2 * SDDL_MEDIA_LIMIT : loops < -most ? -2 * SDDL_MEDIA_LIMIT : loops * period;
}

static void fill_position(const sddl_timeline *timeline, frame_run run, int64_t loop, uint32_t frame,
                          sddl_position *out) {
    int64_t start = frame_begins(timeline, frame), end = timeline->ends[frame];
    int64_t before = run.descending ? timeline->ends[run.highest] - end : start - frame_begins(timeline, run.lowest);
    int64_t ordinal = run.ordinal + (run.descending ? run.highest - frame : frame - run.lowest);
    out->step = loop * sddl_timeline_showings(timeline) + ordinal;
    out->begins = sddl_timeline_loop_begins(timeline, loop) + run.begins + before;
    out->ends = out->begins + (end - start);
    /* the last showing of a finite bounce lies where another loop would begin */
    out->loop = timeline->loops && loop >= timeline->loops ? (int64_t)timeline->loops - 1 : loop;
    out->frame = frame;
    out->finished = 0;
}

int64_t sddl_timeline_start(const sddl_timeline *timeline) {
    return timeline->base ? sddl_timeline_loop_begins(timeline, 0) : 0;
}

int64_t sddl_timeline_total(const sddl_timeline *timeline) {
    int64_t period = sddl_timeline_period(timeline), loops = known_loops(timeline), left = loops - timeline->base;
    if (loops == 0 || (left > 1 && left > SDDL_MEDIA_LIMIT / period))
        return INT64_MAX;
    uint32_t first = sddl_timeline_descends(timeline) ? timeline->count - 1 : 0;
    int64_t closing = bounces(timeline) ? timeline->ends[first] - frame_begins(timeline, first) : 0;
    return (left == 1 ? period : sddl_timeline_loop_begins(timeline, loops)) + closing;
}

static int64_t last_step(const sddl_timeline *timeline) {
    int64_t closing = bounces(timeline) ? 1 : 0, loops = known_loops(timeline);
    return loops == 0 ? INT64_MAX : loops * sddl_timeline_showings(timeline) + closing - 1;
}

void sddl_timeline_step(const sddl_timeline *timeline, int64_t step, sddl_position *out) {
    int64_t last = last_step(timeline);
    int32_t finished = step > last ? 1 : known_loops(timeline) && step < 0 ? -1 : 0;
    if (timeline->count == 0) {
        *out = (sddl_position){.finished = finished};
        return;
    }
    step = finished > 0 ? last : finished < 0 ? 0 : step;
    int64_t loop = floor_divide(step, sddl_timeline_showings(timeline));
    int64_t ordinal = step - loop * sddl_timeline_showings(timeline);
    frame_run run = ordinal < timeline->count ? first_run(timeline) : second_run(timeline);
    uint32_t offset = (uint32_t)(ordinal - run.ordinal);
    fill_position(timeline, run, loop, run.descending ? run.highest - offset : run.lowest + offset, out);
    out->finished = finished;
}

void sddl_timeline_at(const sddl_timeline *timeline, int64_t media_time, sddl_position *out) {
    if (known_loops(timeline) && media_time < sddl_timeline_start(timeline)) {
        sddl_timeline_step(timeline, -1, out);
        return;
    }
    if (media_time >= sddl_timeline_total(timeline)) {
        sddl_timeline_step(timeline, last_step(timeline) + 1, out);
        return;
    }
    int64_t whole = floor_divide(media_time, sddl_timeline_period(timeline));
    int64_t phase = media_time - whole * sddl_timeline_period(timeline);
    frame_run run = phase < first_run_length(timeline) ? first_run(timeline) : second_run(timeline);
    int64_t offset = phase - run.begins;
    int64_t time =
        run.descending ? timeline->ends[run.highest] - 1 - offset : frame_begins(timeline, run.lowest) + offset;
    fill_position(timeline, run, timeline->base + whole, frame_at(timeline, time), out);
}

void sddl_timeline_find(const sddl_timeline *timeline, uint32_t frame, int64_t loop, bool returning,
                        sddl_position *out) {
    bool in_second_run = returning && bounces(timeline) && frame > 0 && frame < timeline->count - 1;
    fill_position(timeline, in_second_run ? second_run(timeline) : first_run(timeline), loop, frame, out);
}

int sddl_timeline_sum(const int64_t *durations, uint32_t count, int64_t sum, int64_t *ends) {
    for (uint32_t frame = 0; frame < count; frame++) {
        if (durations[frame] <= 0 || durations[frame] > SDDL_MEDIA_LIMIT - sum)
            return SDDL_E_ARGUMENT;
        sum += durations[frame];
        ends[frame] = sum;
    }
    return SDDL_OK;
}

int sddl_timeline_locate(const int64_t *durations, uint32_t count, int mode, uint32_t loops, int64_t media_time,
                         sddl_position *out) {
    bool known = mode >= SDDL_NORMAL && mode <= SDDL_REVERSED_BOUNCE;
    bool within = media_time <= SDDL_MEDIA_LIMIT && media_time >= -SDDL_MEDIA_LIMIT;
    if (durations == NULL || out == NULL || count == 0 || count > SDDL_MAX_FRAMES || !known || !within)
        return SDDL_E_ARGUMENT;
    int64_t *ends = malloc(count * sizeof *ends);
    if (ends == NULL)
        return SDDL_E_MEMORY;
    int status = sddl_timeline_sum(durations, count, 0, ends);
    if (status == SDDL_OK) {
        sddl_timeline timeline = {ends, count, mode, loops, false, 0};
        sddl_timeline_at(&timeline, media_time, out);
    }
    free(ends);
    return status;
}
