/* A player's media time: computed from presentation times, the anchor and the rate, and located on the timeline. */
#include "playback/player.h"

#define RESYNC (300 * SDDL_SECOND) /* after so long the system must have slept, which is not made up for */

/* ---- where the player is ---- */

bool sddl_player_is_backward(const sddl_player *player) {
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
    bool counts_down = player->timeline.loops && sddl_player_is_backward(player);
    return counts_down ? player->timeline.loops - 1 - position->loop : sddl_player_loop(player, position);
}

int64_t sddl_player_media_time(const sddl_player *player) {
    int64_t base = player->timeline.base;
    if (!base)
        return player->media;
    int64_t period = sddl_timeline_period(&player->timeline), most = SDDL_MEDIA_LIMIT / period;
    return base > most ? INT64_MAX : base < -most ? -INT64_MAX : base * period + player->media;
}

bool sddl_player_is_shown(const sddl_player *player) {
    return player->confirmed_serial >= player->frame_serial;
}

void sddl_player_confirm_all(sddl_player *player, int64_t loops_done) {
    player->loops_done = player->loops_confirmed = loops_done;
    player->frames_confirmed = player->frames_due;
    player->confirmed_serial = player->serial;
}

/* ---- media time ---- */

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

void sddl_player_reanchor(sddl_player *player) {
    if (player->anchored)
        sddl_player_anchor(player, player->last_target);
}

bool sddl_player_is_waiting(const sddl_player *player) {
    const sddl_timeline *timeline = &player->timeline;
    return timeline->growing &&
           (!timeline->count || sddl_player_is_backward(player) || sddl_timeline_descends(timeline));
}

/* The last known frame stays until the next one has come: media time waits at its end and continues from there. */
static void clamp_to_known_end(sddl_player *player) {
    int64_t end = sddl_timeline_total(&player->timeline);
    if (!player->timeline.growing || player->media < end)
        return;
    player->media = end;
    player->anchored = false;
}

/* Counts media time from a later or earlier loop on before media time leaves SDDL_MEDIA_LIMIT, as long as loops can be counted,
 * and the showing that is due is near media time. */
static void count_from_here(sddl_player *player, int64_t target) {
    const sddl_timeline *timeline = &player->timeline;
    bool follows = player->policy == SDDL_SKIP && !timeline->growing;
    if (!follows || (player->media < SDDL_MEDIA_LIMIT / 2 && player->media > -SDDL_MEDIA_LIMIT / 2))
        return;
    int64_t period = sddl_timeline_period(timeline), loops = player->media / period;
    int64_t most = SDDL_MEDIA_LIMIT / 8 / timeline->count; /* so that steps can be counted in every mode, and turned */
    int64_t base = timeline->base + loops;
    if (base > most || base < -most)
        return;
    player->timeline.base = base;
    player->media -= loops * period;
    sddl_player_anchor(player, target);
}

void sddl_player_advance(sddl_player *player, int64_t target) {
    if (!player->anchored || sddl_player_elapsed(player->last_target, target) > RESYNC)
        sddl_player_anchor(player, target);
    int64_t media = player->anchor_media + scaled(sddl_player_elapsed(player->anchor_time, target), player->rate);
    player->media = sddl_max64(-SDDL_MEDIA_LIMIT, sddl_min64(media, SDDL_MEDIA_LIMIT));
    player->at_start = false;
    clamp_to_known_end(player);
    count_from_here(player, target);
}
