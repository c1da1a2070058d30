/* The public functions of players: look up handles, check arguments, lock the source. */
#include <stdlib.h>

#include "playback/player.h"

enum { INITIAL_CAPACITY = 32 }; /* frames, if none is known yet */
enum { FEW_PLAYERS = 8 };       /* of one command */

static void free_player(sddl_player *player) {
    if (player)
        free(player->ends);
    free(player);
}

static void destroy(sddl_object *object) {
    sddl_subscriber_fini((sddl_subscriber *)object);
    free_player((sddl_player *)object);
}

/* A player with memory for so many frames, and none of them yet; NULL without memory. */
static sddl_player *new_player(uint32_t capacity) {
    sddl_player *player = calloc(1, sizeof *player);
    int64_t *ends = malloc(capacity * sizeof *ends);
    if (!player || !ends) {
        free(player);
        free(ends);
        return NULL;
    }
    player->ends = ends;
    player->capacity = capacity;
    player->timeline = (sddl_timeline){.ends = ends, .mode = SDDL_NORMAL, .growing = true};
    player->rate = 1;
    player->at_start = true;
    player->subscriber.object.destroy = destroy;
    player->subscriber.tick = sddl_player_tick;
    return player;
}

int sddl_player_open(sddl_handle source, sddl_handle mailbox, const int64_t *durations, uint32_t count,
                     sddl_handle *out) {
    if (!out || (durations ? count == 0 || count > SDDL_MAX_FRAMES : count != 0))
        return SDDL_E_ARGUMENT;
    sddl_player *player = new_player(durations ? count : INITIAL_CAPACITY);
    int status = player ? sddl_timeline_sum(durations, count, 0, player->ends) : SDDL_E_MEMORY;
    if (status == SDDL_OK) {
        player->timeline.count = count;
        player->timeline.growing = !durations;
        status = sddl_subscriber_init(&player->subscriber, SDDL_KIND_PLAYER, source, mailbox);
    }
    if (status != SDDL_OK)
        free_player(player);
    else
        *out = player->subscriber.handle;
    return status;
}

/* ---- commands ---- */

static void release_all(void **players, uint32_t count) {
    while (count-- > 0)
        sddl_object_release(players[count]);
}

/* References to all of the players if they are on one source, else to none. For SDDL_OP_ALIGN the other player comes
 * last. */
static int get_all(const sddl_handle *handles, uint32_t count, uint32_t all, sddl_handle other, void **players) {
    for (uint32_t index = 0; index < all; index++) {
        players[index] = sddl_handle_get(index < count ? handles[index] : other, SDDL_KIND_PLAYER);
        if (players[index] && ((sddl_subscriber *)players[index])->source == ((sddl_subscriber *)players[0])->source)
            continue;
        int status = players[index] ? SDDL_E_SOURCE : SDDL_E_HANDLE;
        release_all(players, index + (status == SDDL_E_SOURCE));
        return status;
    }
    return SDDL_OK;
}

/* With the source locked, and the player advanced to the present. */
static sddl_player_info info_of(const sddl_player *player) {
    sddl_position position;
    sddl_player_position(player, &position);
    return (sddl_player_info){
        .status = player->status,
        .mode = player->timeline.mode,
        .policy = player->policy,
        .loops = player->loops,
        .rate = player->rate,
        .frame = position.frame,
        .epoch = player->subscriber.epoch,
        .loop = sddl_player_loop(player, &position),
        .loops_done = player->loops_done,
        .media_time = sddl_player_media_time(player),
        .frames_due = player->frames_due,
        .missed = player->missed,
    };
}

/* With the source of all players locked. */
static int apply_all(void **players, uint32_t count, uint32_t all, const sddl_command *command, sddl_player_info *out) {
    int status = SDDL_OK;
    sddl_source *source = ((sddl_subscriber *)players[0])->source;
    for (uint32_t index = 0; index < all && status == SDDL_OK; index++)
        status = sddl_player_check(players[index], command);
    for (uint32_t index = 0; index < all && status == SDDL_OK; index++)
        sddl_player_sync_to_now(players[index]);
    for (uint32_t index = 0; index < count && status == SDDL_OK; index++) {
        sddl_player_apply(players[index], command, players[all - 1]);
        sddl_source_request_tick(source, sddl_player_next_wakeup(players[index]));
        if (out)
            out[index] = info_of(players[index]);
    }
    return status;
}

static int lock_and_apply(void **players, uint32_t count, uint32_t all, const sddl_command *command,
                          sddl_player_info *out) {
    sddl_source *source = ((sddl_subscriber *)players[0])->source;
    bool starts = command->op == SDDL_OP_PLAY || command->op == SDDL_OP_ALIGN;
    int status = SDDL_OK;
    if (!starts)
        sddl_source_lock(source);
    else if ((status = sddl_source_lock_to_start(source)) != SDDL_OK)
        return status;
    status = apply_all(players, count, all, command, out);
    if (starts)
        sddl_source_unlock_to_start(source);
    else
        sddl_source_unlock(source);
    return status;
}

int sddl_player_command(const sddl_handle *handles, uint32_t count, const sddl_command *command,
                        sddl_player_info *out) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    if (!handles || !command || count == 0 || count == UINT32_MAX)
        return SDDL_E_ARGUMENT;
    uint32_t all = count + (command->op == SDDL_OP_ALIGN);
    void *few[FEW_PLAYERS]; /* so that stopping one player needs no memory */
    void **players = all <= FEW_PLAYERS ? few : malloc(all * sizeof *players);
    if (!players)
        return SDDL_E_MEMORY;
    status = get_all(handles, count, all, command->other, players);
    if (status == SDDL_OK) {
        status = lock_and_apply(players, count, all, command, out);
        release_all(players, all);
    }
    if (players != few)
        free(players);
    return status;
}

/* ---- one player ---- */

/* The player, locked and retained, or an error; `status`: whether calls may proceed. */
static int enter_if(int status, sddl_handle handle, sddl_player **out) {
    if (status != SDDL_OK)
        return status;
    *out = sddl_handle_get(handle, SDDL_KIND_PLAYER);
    if (!*out)
        return SDDL_E_HANDLE;
    sddl_source_lock((*out)->subscriber.source);
    return SDDL_OK;
}

static int lock_player(sddl_handle handle, sddl_player **out) {
    return enter_if(sddl_usable(), handle, out);
}

static int unlock_player(sddl_player *player, int result) {
    sddl_source_unlock(player->subscriber.source);
    sddl_object_release(player);
    return result;
}

int sddl_player_get_info(sddl_handle handle, sddl_player_info *out) {
    if (!out)
        return SDDL_E_ARGUMENT;
    sddl_player *player;
    int status = enter_if(sddl_queryable(), handle, &player);
    if (status != SDDL_OK)
        return status;
    sddl_player_sync_to_now(player);
    *out = info_of(player);
    return unlock_player(player, SDDL_OK);
}

/* Confirms events up to `serial`. An event that a pause has dropped may still be confirmed, by a reader that had read
 * it: then its frame is not due again. */
static void confirm(sddl_player *player, uint64_t serial) {
    uint64_t last = serial < player->serial ? serial : player->serial;
    const sddl_event_counts *counts = &player->recent[last % SDDL_RECENT];
    if (serial <= player->confirmed_serial)
        return;
    player->confirmed_serial = serial;
    if (counts->serial != last)
        return;
    player->frames_confirmed = counts->frames_due;
    if (player->status != SDDL_PAUSED)
        player->loops_confirmed = counts->loops_done;
}

int sddl_player_confirm(sddl_handle handle, uint64_t serial) {
    sddl_player *player;
    int status = lock_player(handle, &player);
    if (status != SDDL_OK)
        return status;
    confirm(player, serial);
    return unlock_player(player, SDDL_OK);
}

int sddl_player_set_starved(sddl_handle handle, int on) {
    sddl_player *player;
    int status = lock_player(handle, &player);
    if (status != SDDL_OK)
        return status;
    player->starved = on;
    return unlock_player(player, SDDL_OK);
}

/* Lists the frames that follow the due one; returns how many. */
static int list_upcoming(const sddl_player *player, uint32_t *out, int capacity) {
    sddl_position position;
    sddl_player_position(player, &position);
    int count = 0;
    for (; count < capacity; count++) {
        sddl_timeline_step(&player->timeline, position.step + (sddl_player_is_backward(player) ? -1 : 1), &position);
        if (position.finished)
            break;
        out[count] = position.frame;
    }
    return count;
}

int sddl_player_upcoming(sddl_handle handle, uint32_t *out, int capacity) {
    if (!out || capacity < 0)
        return SDDL_E_ARGUMENT;
    sddl_player *player;
    int status = lock_player(handle, &player);
    if (status != SDDL_OK)
        return status;
    return unlock_player(player, list_upcoming(player, out, capacity));
}

int sddl_player_confirm_shown(sddl_handle handle, uint32_t epoch, uint64_t serial, sddl_shown_info *out) {
    if (!out)
        return SDDL_E_ARGUMENT;
    sddl_player *player;
    int status = lock_player(handle, &player);
    if (status != SDDL_OK)
        return status == SDDL_E_HANDLE ? 0 : status;
    if (player->subscriber.closed || player->subscriber.epoch != epoch)
        return unlock_player(player, 0);
    confirm(player, serial);
    out->now = sddl_source_now(player->subscriber.source);
    out->count = (uint32_t)list_upcoming(player, out->upcoming, SDDL_UPCOMING);
    return unlock_player(player, 1);
}
