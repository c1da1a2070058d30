/* A player's tick: finds the showing that is due at the new media time, and posts an event if that has changed. */
#include "playback/player.h"

/* ---- which showing is due: each function returns whether playback ends with it ---- */

static bool is_still(const sddl_player *player) {
    return player->timeline.count == 1 && !player->timeline.growing;
}

static bool is_end(const sddl_player *player, const sddl_position *due) {
    bool passed = due->finished == (sddl_player_is_backward(player) ? -1 : 1);
    return is_still(player) || (passed && !player->timeline.growing);
}

/* Keeps media time within the loop in which a frame is still being decoded. */
static void clamp_to_loop(sddl_player *player, sddl_position *due) {
    const sddl_timeline *timeline = &player->timeline;
    sddl_position awaited;
    sddl_timeline_step(timeline, player->step, &awaited);
    if (due->loop == awaited.loop && !due->finished)
        return;
    int64_t begin = sddl_timeline_loop_begins(timeline, awaited.loop);
    bool last = timeline->loops && awaited.loop == (int64_t)timeline->loops - 1;
    int64_t end = last ? sddl_timeline_total(timeline) : begin + sddl_timeline_period(timeline);
    player->media = sddl_player_is_backward(player) ? begin : end - 1;
    sddl_player_anchor(player, player->last_target);
    sddl_timeline_at(timeline, player->media, due);
}

static bool choose_absolute(sddl_player *player, sddl_position *next) {
    sddl_timeline_at(&player->timeline, player->media, next);
    if (player->starved && player->posted && !player->timeline.growing)
        clamp_to_loop(player, next);
    return is_end(player, next);
}

/* Moves media time into the showing: lateness is dropped and not made up for. */
static void drop_lateness(sddl_player *player, const sddl_position *showing) {
    int64_t media = player->media;
    player->media = media >= showing->ends ? showing->begins : media < showing->begins ? showing->ends - 1 : media;
    if (player->media != media)
        sddl_player_anchor(player, player->last_target);
}

/* The next showing, and only once the present one has been confirmed. */
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

/* Counts the frame that is due, and those that were passed over or dropped before it. */
static void count_step(sddl_player *player, const sddl_position *next, sddl_event *event) {
    int64_t passed = next->step > player->step ? next->step - player->step : player->step - next->step;
    int64_t fresh = player->posted ? passed : 1;
    event->advanced = sddl_add_counts(fresh, player->repeat ? player->frames_due - player->frames_confirmed : 0);
    player->frames_due = sddl_add_counts(player->frames_due, fresh);
    player->posted = true;
    player->repeat = false;
    player->step = next->step;
}

static void post(sddl_player *player, const sddl_position *next, sddl_event *event) {
    event->frame = next->frame;
    event->loop = sddl_player_loop(player, next);
    event->loops_done = player->loops_done;
    event->missed = player->missed - player->missed_reported;
    player->missed_reported = player->missed;
    sddl_subscriber_post(&player->subscriber, event);
    player->serial = player->subscriber.serial;
    if (event->flags & SDDL_EVENT_FRAME)
        player->frame_serial = player->serial;
    player->recent[player->serial % SDDL_RECENT] =
        (sddl_event_counts){player->serial, player->frames_due, player->loops_done};
}

/* Posts an event if a frame is due, a loop is done, or playback has finished. */
static void post_if_due(sddl_player *player, const sddl_position *next, bool finished, sddl_event *event) {
    bool again = player->repeat && !sddl_player_is_shown(player);
    bool is_due = !player->posted || again || next->step != player->step;
    bool counts = finished && player->timeline.count > 1;
    int64_t loops_done = counts ? player->timeline.loops : sddl_player_loops_done(player, next);
    uint32_t changes = (is_due ? SDDL_EVENT_FRAME : 0U) | (loops_done > player->loops_done ? SDDL_EVENT_LOOP : 0U) |
                       (finished ? SDDL_EVENT_FINISHED : 0U);
    player->loops_done = loops_done;
    event->flags |= changes;
    if (is_due)
        count_step(player, next, event);
    if (changes)
        post(player, next, event);
    if (finished) {
        player->status = SDDL_FINISHED;
        sddl_subscriber_set_active(&player->subscriber, false);
    }
}

int64_t sddl_player_tick(sddl_subscriber *subscriber, const sddl_tick *tick, int64_t sequence) {
    sddl_player *player = (sddl_player *)subscriber;
    player->missed += sddl_max64(0, sddl_min64(tick->missed, SDDL_MEDIA_LIMIT - player->missed));
    bool waits = sddl_player_is_waiting(player);
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
    post_if_due(player, &next, finished, &event);
    return sddl_player_next_wakeup(player);
}

void sddl_player_post_current(sddl_player *player) {
    sddl_position present;
    sddl_timeline_at(&player->timeline, player->media, &present);
    sddl_event event = {.timestamp = player->last_target, .target = player->last_target};
    post_if_due(player, &present, false, &event);
}
