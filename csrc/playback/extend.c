/* Adds frames to the timeline of a player whose animation is still being downloaded. */
#include <stdlib.h>
#include <string.h>

#include "playback/player.h"

/* Adds frames, for which there must be memory. The frame that is due stays due: in loops that begin with the last
 * frame, media time is changed for that. */
static void extend_timeline(sddl_player *player, uint32_t count, bool complete) {
    sddl_position former, present;
    sddl_player_position(player, &former);
    player->timeline.count += count;
    player->timeline.growing = !complete;
    if (player->at_start) {
        sddl_player_rewind(player);
        return;
    }
    if (sddl_timeline_descends(&player->timeline)) {
        sddl_timeline_find(&player->timeline, former.frame, 0, false, &present);
        sddl_player_place_in(player, &present, player->media - former.begins);
    }
    if (complete && player->timeline.count == 1)
        player->media = 0; /* media time waited at the end of the only frame, which is shown once */
    if (complete && sddl_player_is_backward(player) && !player->timeline.loops)
        sddl_player_rebase_loop(player, 0, 0); /* infinite timelines count loops upwards in both directions */
}

/* ---- memory for the frames: the clock's thread waits for the lock, so nothing is allocated or freed under it ---- */

static uint32_t capacity_for(uint32_t frames) {
    uint32_t room = 32;
    while (room < frames)
        room *= 2;
    return room;
}

/* Copies the player's durations to the larger memory and uses that; returns the memory to be freed. */
static int64_t *swap_storage(sddl_player *player, int64_t *larger, uint32_t capacity) {
    int64_t *former = player->ends;
    memcpy(larger, former, player->timeline.count * sizeof *larger);
    player->ends = larger;
    player->timeline.ends = larger;
    player->capacity = capacity;
    return former;
}

/* Locks the player's source once there is memory for `total` frames. On SDDL_E_MEMORY the source is unlocked. */
static int lock_with_room(sddl_player *player, uint32_t total) {
    sddl_source *source = player->subscriber.source;
    sddl_source_lock(source);
    if (player->capacity >= total)
        return SDDL_OK;
    sddl_source_unlock(source);
    uint32_t capacity = capacity_for(total);
    int64_t *memory = malloc(capacity * sizeof *memory);
    if (!memory)
        return SDDL_E_MEMORY;
    sddl_source_lock(source);
    if (player->capacity < total)
        memory = swap_storage(player, memory, capacity);
    sddl_source_unlock(source);
    free(memory);
    sddl_source_lock(source);
    return SDDL_OK;
}

static int append(sddl_player *player, uint32_t first, const int64_t *durations, uint32_t count, int complete) {
    const sddl_timeline *timeline = &player->timeline;
    if (player->subscriber.closed)
        return SDDL_E_HANDLE;
    if (!timeline->growing || first != timeline->count || (complete && first + count == 0))
        return SDDL_E_ARGUMENT;
    int64_t sum = first ? timeline->ends[first - 1] : 0;
    int status = sddl_timeline_sum(durations, count, sum, player->ends + first);
    if (status == SDDL_OK)
        extend_timeline(player, count, complete);
    return status;
}

int sddl_player_extend(sddl_handle handle, uint32_t first, const int64_t *durations, uint32_t count, int complete) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    if ((!durations && count) || first > SDDL_MAX_FRAMES || count > SDDL_MAX_FRAMES - first)
        return SDDL_E_ARGUMENT;
    sddl_player *player = sddl_handle_get(handle, SDDL_KIND_PLAYER);
    if (!player)
        return SDDL_E_HANDLE;
    status = lock_with_room(player, first + count);
    if (status == SDDL_OK) {
        status = append(player, first, durations, count, complete);
        sddl_source_unlock(player->subscriber.source);
    }
    sddl_object_release(player);
    return status;
}
