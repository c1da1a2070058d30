/* Players: what a tick makes of the media time, and which event comes of it. */
#include <stdlib.h>

#include "playback/player.h"

#define RESYNC (300 * SDDL_SECOND) /* the system slept: what it slept through is not made up for */

/* ---- where the player is ---- */

bool sddl_player_backward(const sddl_player *player) {
    return player->rate < 0;
}

void sddl_player_position(const sddl_player *player, sddl_position *out) {
    if (player->posted)
        sddl_timeline_step(&player->timeline, player->step, out);
    else
        sddl_timeline_at(&player->timeline, player->media, out);
}

int64_t sddl_player_loop(const sddl_player *player, const sddl_position *position) {
    return player->timeline.loops == 0 && position->loop < 0 ? -1 - position->loop : position->loop;
}

int64_t sddl_player_loops_done(const sddl_player *player, const sddl_position *position) {
    bool counts_down = player->timeline.loops && sddl_player_backward(player);
    return counts_down ? player->timeline.loops - 1 - position->loop : sddl_player_loop(player, position);
}

bool sddl_player_is_shown(const sddl_player *player) {
    return player->told_serial >= player->frame_serial;
}

void sddl_player_settle(sddl_player *player, int64_t loops_done) {
    player->loops_done = player->loops_told = loops_done;
    player->frames_told = player->frames_due;
    player->told_serial = player->serial;
}

/* ---- media time ---- */

static int64_t clamp(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

int64_t sddl_player_elapsed(int64_t from, int64_t to) {
    uint64_t difference = to > from ? (uint64_t)to - (uint64_t)from : 0;
    return difference > INT64_MAX ? INT64_MAX : (int64_t)difference;
}

/* Rounded half away from zero, as llround() does, but without the mathematical library. */
static int64_t scaled(int64_t time, double rate) {
    double product = (double)time * rate;
    if (product >= (double)SDDL_MEDIA_LIMIT || product <= -(double)SDDL_MEDIA_LIMIT)
        return product > 0 ? SDDL_MEDIA_LIMIT : -SDDL_MEDIA_LIMIT;
    int64_t whole = (int64_t)product;
    double rest = product - (double)whole;
    return whole + (rest >= 0.5) - (rest <= -0.5);
}

void sddl_player_anchor(sddl_player *player, int64_t time) {
    player->anchored = true;
    player->anchor_time = time;
    player->anchor_media = player->media;
}

void sddl_player_anchor_again(sddl_player *player) {
    if (player->anchored)
        sddl_player_anchor(player, player->last_target);
}

/* Going back, and a loop that begins with the last frame, wait for the end to be known. */
static bool is_waiting(const sddl_player *player) {
    const sddl_timeline *timeline = &player->timeline;
    return timeline->growing && (!timeline->count || sddl_player_backward(player) || sddl_timeline_falls(timeline));
}

/* The last frame that is there stays until the next one has come: time goes on from there, none of it is lost. */
static void stay_within_reach(sddl_player *player) {
    int64_t end = sddl_timeline_total(&player->timeline);
    if (!player->timeline.growing || player->media < end)
        return;
    player->media = end;
    player->anchored = false;
}

void sddl_player_advance(sddl_player *player, int64_t target) {
    if (!player->anchored || sddl_player_elapsed(player->last_target, target) > RESYNC)
        sddl_player_anchor(player, target);
    int64_t media = player->anchor_media + scaled(sddl_player_elapsed(player->anchor_time, target), player->rate);
    player->media = clamp(media, -SDDL_MEDIA_LIMIT, SDDL_MEDIA_LIMIT);
    player->at_start = false;
    stay_within_reach(player);
}

/* ---- which showing is due: each says whether play has ended with it ---- */

static bool is_still(const sddl_player *player) {
    return player->timeline.count == 1 && !player->timeline.growing;
}

static bool is_end(const sddl_player *player, const sddl_position *due) {
    bool passed = due->finished == (sddl_player_backward(player) ? -1 : 1);
    return is_still(player) || (passed && !player->timeline.growing);
}

/* Time waits at the end of the loop in which a frame is still being decoded. */
static void stay_in_loop(sddl_player *player, sddl_position *due) {
    const sddl_timeline *timeline = &player->timeline;
    sddl_position awaited;
    sddl_timeline_step(timeline, player->step, &awaited);
    if (due->loop == awaited.loop && !due->finished)
        return;
    int64_t begin = awaited.loop * sddl_timeline_period(timeline);
    bool last = timeline->loops && awaited.loop == (int64_t)timeline->loops - 1;
    int64_t end = last ? sddl_timeline_total(timeline) : begin + sddl_timeline_period(timeline);
    player->media = sddl_player_backward(player) ? begin : end - 1;
    sddl_player_anchor(player, player->last_target);
    sddl_timeline_at(timeline, player->media, due);
}

static bool choose_absolute(sddl_player *player, sddl_position *next) {
    sddl_timeline_at(&player->timeline, player->media, next);
    if (player->starved && player->posted && !player->timeline.growing)
        stay_in_loop(player, next);
    return is_end(player, next);
}

/* Makes media time lie within the showing: what has been lost before it is not made up for. */
static void drop_lateness(sddl_player *player, const sddl_position *showing) {
    int64_t media = player->media;
    player->media = media >= showing->ends ? showing->begins : media < showing->begins ? showing->ends - 1 : media;
    if (player->media != media)
        sddl_player_anchor(player, player->last_target);
}

/* One step at a time, and only once the present frame has been shown. */
static bool choose_next(sddl_player *player, sddl_position *next) {
    sddl_position due;
    sddl_timeline_at(&player->timeline, player->media, &due);
    *next = due;
    if (!player->posted)
        return is_still(player);
    sddl_timeline_step(&player->timeline, player->step, next);
    bool is_shown = sddl_player_is_shown(player);
    if (!is_shown && !player->repeat)
        return false;
    if (is_shown && due.step == player->step)
        return is_end(player, &due);
    if (is_shown)
        sddl_timeline_step(&player->timeline, player->step + (due.step > player->step ? 1 : -1), next);
    if (player->policy == SDDL_NO_SKIP)
        drop_lateness(player, next);
    return is_still(player);
}

/* ---- events ---- */

/* The frame is due: counts it, and whatever was passed over or dropped before it. */
static void take_step(sddl_player *player, const sddl_position *next, sddl_event *event) {
    int64_t passed = next->step > player->step ? next->step - player->step : player->step - next->step;
    int64_t fresh = player->posted ? passed : 1;
    event->advanced = fresh + (player->repeat ? player->frames_due - player->frames_told : 0);
    player->frames_due += fresh;
    player->posted = true;
    player->repeat = false;
    player->step = next->step;
}

static void post(sddl_player *player, const sddl_position *next, sddl_event *event) {
    event->frame = next->frame;
    event->loop = sddl_player_loop(player, next);
    event->loops_done = player->loops_done;
    event->missed = player->missed - player->missed_announced;
    player->missed_announced = player->missed;
    sddl_client_post(&player->client, event);
    player->serial = player->client.serial;
    if (event->flags & SDDL_EVENT_FRAME)
        player->frame_serial = player->serial;
    player->recent[player->serial % SDDL_RECENT] = (sddl_told){player->serial, player->frames_due, player->loops_done};
}

/* Posts an event if there is anything to say. */
static void announce(sddl_player *player, const sddl_position *next, bool finished, sddl_event *event) {
    bool again = player->repeat && !sddl_player_is_shown(player);
    bool is_due = !player->posted || again || next->step != player->step;
    bool counts = finished && player->timeline.count > 1;
    int64_t loops_done = counts ? player->timeline.loops : sddl_player_loops_done(player, next);
    uint32_t news = (is_due ? SDDL_EVENT_FRAME : 0U) | (loops_done > player->loops_done ? SDDL_EVENT_LOOP : 0U) |
                    (finished ? SDDL_EVENT_FINISHED : 0U);
    player->loops_done = loops_done;
    event->flags |= news;
    if (is_due)
        take_step(player, next, event);
    if (news)
        post(player, next, event);
    if (finished) {
        player->status = SDDL_FINISHED;
        sddl_client_set_active(&player->client, false);
    }
}

int64_t sddl_player_tick(sddl_client *client, const sddl_tick *tick, int64_t sequence) {
    sddl_player *player = (sddl_player *)client;
    player->missed += clamp(tick->missed, 0, SDDL_MEDIA_LIMIT - player->missed);
    bool waits = is_waiting(player);
    if (!waits)
        sddl_player_advance(player, tick->target);
    player->last_target = tick->target;
    player->anchored = player->anchored && !waits;
    if (player->at_start)
        return 0; /* not even the first frame is known */
    sddl_position next;
    bool finished = player->policy == SDDL_SKIP ? choose_absolute(player, &next) : choose_next(player, &next);
    sddl_event event = {
        .flags = tick->synthetic ? SDDL_EVENT_SYNTHETIC : 0,
        .sequence = sequence,
        .timestamp = tick->timestamp,
        .target = tick->target,
        .period = tick->period,
    };
    announce(player, &next, finished, &event);
    return sddl_player_wants(player);
}

void sddl_player_show_now(sddl_player *player) {
    sddl_position present;
    sddl_timeline_at(&player->timeline, player->media, &present);
    sddl_event event = {.timestamp = player->last_target, .target = player->last_target};
    announce(player, &present, false, &event);
}
