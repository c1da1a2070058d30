/* What each command does to a player. Everything here runs with the source locked, between two ticks. */
#include <math.h>

#include "playback/player.h"

void sddl_player_rewind(sddl_player *player) {
    player->timeline.loops = player->loops;
    player->timeline.base = 0;
    bool from_end = sddl_player_is_backward(player) && player->loops;
    if (from_end && sddl_timeline_total(&player->timeline) > SDDL_MEDIA_LIMIT && !player->timeline.growing)
        player->timeline.base = (int64_t)player->loops - 1;
    player->media = from_end ? sddl_timeline_total(&player->timeline) - 1 : 0;
    player->at_start = true;
    player->anchored = player->posted = player->repeat = false;
    sddl_player_confirm_all(player, 0);
}

/* The last event has not been confirmed: for users, what it reports has not happened yet. */
static bool has_unconfirmed(const sddl_player *player) {
    return player->confirmed_serial < player->serial;
}

static void play(sddl_player *player) {
    if (player->status == SDDL_PLAYING || (player->status == SDDL_FINISHED && has_unconfirmed(player)))
        return;
    if (player->status != SDDL_PAUSED) {
        if (player->status == SDDL_FINISHED)
            sddl_player_rewind(player);
        player->posted = player->repeat = false;
        sddl_player_confirm_all(player, player->loops_done);
        sddl_subscriber_new_epoch(&player->subscriber);
    }
    player->status = SDDL_PLAYING;
    player->anchored = false;
    sddl_subscriber_set_active(&player->subscriber, true);
}

/* An event that the reader has not confirmed is dropped, and posted again after the pause. */
static void pause(sddl_player *player) {
    if (player->status != SDDL_PLAYING && !(player->status == SDDL_FINISHED && has_unconfirmed(player)))
        return;
    player->status = SDDL_PAUSED;
    player->repeat = player->posted && !sddl_player_is_shown(player);
    player->loops_done = player->loops_confirmed;
    sddl_subscriber_set_active(&player->subscriber, false);
    sddl_subscriber_new_epoch(&player->subscriber);
}

static void stop(sddl_player *player) {
    player->status = SDDL_STOPPED;
    sddl_player_rewind(player);
    sddl_subscriber_set_active(&player->subscriber, false);
    sddl_subscriber_new_epoch(&player->subscriber);
}

/* Continues from `media`, and shows the frame there even if it was shown before. */
static void jump(sddl_player *player, int64_t media) {
    sddl_position position;
    player->media = media;
    player->at_start = player->anchored = player->posted = player->repeat = false;
    sddl_player_position(player, &position);
    sddl_player_confirm_all(player, sddl_player_loops_done(player, &position));
    sddl_subscriber_new_epoch(&player->subscriber);
}

/* Whether media times can be counted from loop 0 on in that loop, and in the one that follows. */
static bool is_near(const sddl_player *player, int64_t loop) {
    int64_t most = SDDL_MEDIA_LIMIT / sddl_timeline_period(&player->timeline) - 2;
    return -most <= loop && loop <= most;
}

static void seek(sddl_player *player, uint32_t frame, int64_t loop) {
    sddl_position position;
    sddl_player_position(player, &position);
    bool returning =
        position.step - position.loop * sddl_timeline_showings(&player->timeline) >= player->timeline.count;
    bool descends = sddl_player_is_backward(player) && !player->timeline.loops && !player->timeline.growing;
    int64_t target = loop < 0 ? position.loop : descends ? -1 - loop : loop;
    player->timeline.base = is_near(player, target) ? 0 : target;
    sddl_timeline_find(&player->timeline, frame, target, returning, &position);
    jump(player, position.begins);
    if (player->status == SDDL_FINISHED)
        player->status = SDDL_PAUSED;
    if (player->status != SDDL_PLAYING)
        sddl_player_post_current(player);
}

void sddl_player_rebase_loop(sddl_player *player, int64_t loop, int64_t done) {
    int64_t last = player->timeline.loops ? (int64_t)player->timeline.loops - 1 : -1;
    int64_t shift = (sddl_player_is_backward(player) ? last - done : done) - loop;
    player->step += shift * sddl_timeline_showings(&player->timeline);
    player->timeline.base += shift;
    int64_t media = sddl_player_media_time(player);
    if (!is_near(player, loop + shift) || media > SDDL_MEDIA_LIMIT || media < -SDDL_MEDIA_LIMIT)
        return;
    player->media = media;
    player->timeline.base = 0;
}

/* Under the policies that show every frame, media time may have passed the end of the timeline. */
static void clamp_to_timeline(sddl_player *player) {
    int64_t start = sddl_timeline_start(&player->timeline), total = sddl_timeline_total(&player->timeline);
    player->media = player->media < start ? start : player->media >= total ? total - 1 : player->media;
}

/* Loops are counted from the other end now, which is no event for users. */
static void recount_loops(sddl_player *player, int64_t loops_done) {
    player->loops_done = player->loops_confirmed = loops_done;
    for (int index = 0; index < SDDL_RECENT; index++)
        player->recent[index].loops_done = loops_done;
}

/* A finite timeline is traversed in the other direction; an infinite one continues to count loops, once all its frames
 * are known. */
static void reverse_direction(sddl_player *player, double rate) {
    sddl_position position;
    sddl_player_position(player, &position);
    int64_t done = sddl_player_loops_done(player, &position);
    player->rate = rate;
    if (!player->timeline.loops) {
        if (!player->timeline.growing)
            sddl_player_rebase_loop(player, position.loop, done);
        return;
    }
    clamp_to_timeline(player);
    if (player->status != SDDL_FINISHED)
        recount_loops(player, sddl_player_loops_done(player, &position));
}

static void set_rate(sddl_player *player, double rate) {
    bool reverses = (rate < 0) != sddl_player_is_backward(player);
    if (reverses && !player->at_start)
        reverse_direction(player, rate);
    player->rate = rate;
    if (reverses && player->at_start)
        sddl_player_rewind(player);
    sddl_player_reanchor(player);
}

void sddl_player_place_in(sddl_player *player, const sddl_position *showing, int64_t offset) {
    int64_t last = showing->ends - showing->begins - 1;
    player->media = showing->begins + (offset < 0 ? 0 : offset > last ? last : offset);
    player->step = showing->step;
    sddl_player_reanchor(player);
}

static void set_mode(sddl_player *player, int32_t mode) {
    if (player->timeline.mode == mode)
        return;
    sddl_position former, position;
    sddl_player_position(player, &former);
    player->timeline.mode = mode;
    if (player->at_start) {
        sddl_player_rewind(player);
        return;
    }
    sddl_timeline_find(&player->timeline, former.frame, former.loop, false, &position);
    sddl_player_place_in(player, &position, player->media - former.begins);
}

static void set_loops(sddl_player *player, uint32_t loops) {
    player->loops = loops;
    if (player->at_start) {
        sddl_player_rewind(player);
        return;
    }
    sddl_position position;
    sddl_player_position(player, &position);
    if (player->timeline.growing) {
        player->timeline.loops = loops;
        recount_loops(player, sddl_player_loops_done(player, &position));
        return;
    }
    int64_t done = sddl_player_loops_done(player, &position);
    bool is_past = loops && done >= loops;
    player->timeline.loops = !is_past ? loops : (uint32_t)(done < UINT32_MAX ? done + 1 : UINT32_MAX);
    sddl_player_rebase_loop(player, position.loop, done);
    sddl_player_reanchor(player);
}

static void align(sddl_player *player, const sddl_player *other) {
    if (player == other)
        return;
    player->rate = other->rate;
    stop(player);
    if (other->status == SDDL_FINISHED)
        return;
    player->status = other->status;
    sddl_subscriber_set_active(&player->subscriber, player->status == SDDL_PLAYING);
    if (other->at_start || !player->timeline.count)
        return;
    player->timeline.base = other->timeline.base; /* not 0 only for players of more than 73 years */
    jump(player, other->media);
    player->anchored = other->anchored;
    player->anchor_time = other->anchor_time;
    player->anchor_media = other->anchor_media;
    player->last_target = other->last_target;
    if (player->status != SDDL_PLAYING)
        sddl_player_post_current(player);
}

/* Whether there is such a loop. */
static bool has_loop(const sddl_player *player, int64_t loop) {
    if (loop == -1)
        return true;
    if (player->timeline.growing)
        return loop == 0;
    return loop == 0 || (loop > 0 && (player->timeline.loops ? loop < player->timeline.loops : is_near(player, loop)));
}

int sddl_player_check(const sddl_player *player, const sddl_command *command) {
    bool fits = true;
    if (player->subscriber.closed)
        return SDDL_E_HANDLE;
    switch (command->op) {
    case SDDL_OP_SEEK:
        fits = command->frame < player->timeline.count && has_loop(player, command->loop);
        break;
    case SDDL_OP_RATE:
        fits = isfinite(command->rate);
        break;
    case SDDL_OP_MODE:
        fits = command->value <= SDDL_REVERSED_BOUNCE;
        break;
    case SDDL_OP_POLICY:
        fits = command->value <= SDDL_CATCH_UP;
        break;
    default:
        fits = command->op >= SDDL_OP_PLAY && command->op <= SDDL_OP_ALIGN;
    }
    return fits ? SDDL_OK : SDDL_E_ARGUMENT;
}

void sddl_player_apply(sddl_player *player, const sddl_command *command, const sddl_player *other) {
    switch (command->op) {
    case SDDL_OP_PLAY:
        play(player);
        break;
    case SDDL_OP_PAUSE:
        pause(player);
        break;
    case SDDL_OP_STOP:
        stop(player);
        break;
    case SDDL_OP_SEEK:
        seek(player, command->frame, command->loop);
        break;
    case SDDL_OP_RATE:
        set_rate(player, command->rate);
        break;
    case SDDL_OP_MODE:
        set_mode(player, (int32_t)command->value);
        break;
    case SDDL_OP_LOOPS:
        set_loops(player, command->value);
        break;
    case SDDL_OP_POLICY:
        player->policy = (int32_t)command->value;
        break;
    default:
        align(player, other);
    }
}
