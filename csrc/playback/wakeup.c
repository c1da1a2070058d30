/* Computes a player's next wake-up, and advances the player to the present before a command or a query. */
#include "playback/player.h"

#define LONGEST_SLEEP SDDL_SECOND /* so that five minutes between two ticks always mean that the system slept */

/* The presentation time at which media time leaves the showing. Rounded so that it is never too late. */
static int64_t showing_ends_at(const sddl_player *player, const sddl_position *showing) {
    bool back = sddl_player_is_backward(player);
    int64_t distance = back ? player->anchor_media - showing->begins + 1 : showing->ends - player->anchor_media;
    double delay = ((double)distance - 0.5) / (back ? -player->rate : player->rate) * (1 - 1e-15);
    bool is_far = player->last_target > INT64_MAX / 2; /* virtual time may be anything */
    int64_t latest = (is_far ? INT64_MAX / 2 : player->last_target) + LONGEST_SLEEP;
    if (!(delay < (double)sddl_player_elapsed(player->anchor_time, latest)))
        return latest;
    int64_t whole = (int64_t)delay;
    return player->anchor_time + whole + ((double)whole < delay);
}

int64_t sddl_player_next_wakeup(const sddl_player *player) {
    if (!player->subscriber.active)
        return INT64_MAX;
    if (player->policy != SDDL_SKIP || player->timeline.growing || !player->posted || !player->anchored)
        return 0;
    sddl_position due;
    sddl_timeline_step(&player->timeline, player->step, &due);
    bool is_outside = player->media < due.begins || player->media >= due.ends; /* aligned with a longer player */
    bool is_unposted =
        sddl_player_loops_done(player, &due) != player->loops_done; /* the showing is part of another loop now */
    if (is_outside || is_unposted)
        return 0;
    return player->rate == 0 ? INT64_MAX : showing_ends_at(player, &due);
}

void sddl_player_sync_to_now(sddl_player *player) {
    if (!player->subscriber.active || !player->anchored)
        return;
    int64_t present = sddl_source_last_vsync(player->subscriber.source);
    if (present <= player->last_target)
        return;
    sddl_player_advance(player, present);
    player->last_target = present;
}
