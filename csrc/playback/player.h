/* Shared by the files of playback/ alone. */
#ifndef SDDL_PLAYER_H
#define SDDL_PLAYER_H

#include "core/core.h"

/* Media times stay within 73 years of 0, so that the sum of two of them cannot overflow. */
#define SDDL_MEDIA_LIMIT (INT64_MAX / 4)

enum { SDDL_MAX_FRAMES = 1 << 24, SDDL_RECENT = 16 };

/* ---- timeline.c: from media time to a frame, pure ---- */

typedef struct sddl_timeline {
    const int64_t *ends; /* cumulative durations: ends[count - 1] is the whole */
    uint32_t count;
    int32_t mode;
    uint32_t loops; /* 0 = for ever */
    bool growing;   /* more frames will come: until then there is one loop, in one direction, over those known so far */
    int64_t base;   /* the loop that begins at media time 0: not 0 where loops are further away than SDDL_MEDIA_LIMIT */
} sddl_timeline;

void sddl_timeline_at(const sddl_timeline *timeline, int64_t media_time, sddl_position *out);
/* The showing with that ordinal; `finished` is not 0 if the ordinal lies outside a finite timeline. */
void sddl_timeline_step(const sddl_timeline *timeline, int64_t step, sddl_position *out);
/* When a finite timeline begins; before any media time if that is too far away. */
int64_t sddl_timeline_start(const sddl_timeline *timeline);
/* When a finite timeline ends; INT64_MAX if it does not, or if there is no such media time. */
int64_t sddl_timeline_total(const sddl_timeline *timeline);
/* The showing of `frame` within `loop`; in the second half of a bounce if `returning`. */
void sddl_timeline_find(const sddl_timeline *timeline, uint32_t frame, int64_t loop, bool returning,
                        sddl_position *out);

/* Writes cumulative durations, beginning with `sum`, to `ends`. SDDL_E_ARGUMENT if a duration is not positive or their
 * sum exceeds SDDL_MEDIA_LIMIT. */
int sddl_timeline_sum(const int64_t *durations, uint32_t count, int64_t sum, int64_t *ends);
/* Whether a loop begins with the last frame. */
bool sddl_timeline_descends(const sddl_timeline *timeline);
/* Media time at which that loop begins; twice SDDL_MEDIA_LIMIT, or that below 0, if it is too far away. */
int64_t sddl_timeline_loop_begins(const sddl_timeline *timeline, int64_t loop);
/* The duration of one loop, and the number of its showings. */
int64_t sddl_timeline_period(const sddl_timeline *timeline);
int64_t sddl_timeline_showings(const sddl_timeline *timeline);

/* ---- media_time.c: everything with the source locked ---- */

/* The counts at the time of an event. */
typedef struct sddl_event_counts {
    uint64_t serial;
    int64_t frames_due, loops_done;
} sddl_event_counts;

typedef struct sddl_player {
    sddl_subscriber subscriber;

    /* guarded by the source's lock */
    sddl_timeline timeline; /* may have more loops than `loops`: one that has begun is played to its end */
    uint32_t loops;         /* the number of plays that the user has set */
    int32_t status, policy;
    double rate;
    bool starved;

    int64_t media; /* media time of the last tick, or at which playback continues */
    bool at_start; /* media time has not changed since the last rewind */
    bool anchored; /* else the target of the next tick becomes the anchor */
    int64_t anchor_time, anchor_media, last_target;

    bool posted; /* `step` is the showing that became due last: an event was posted for it */
    bool repeat; /* `step` becomes due again: a pause has dropped its event */
    int64_t step;
    int64_t frames_due, loops_done;            /* up to the last event */
    int64_t frames_confirmed, loops_confirmed; /* up to the last event that the reader has confirmed */
    uint64_t serial, confirmed_serial;         /* of the last event posted, and of the last one confirmed */
    uint64_t frame_serial;                     /* of the event that made `step` due */
    sddl_event_counts recent[SDDL_RECENT];     /* the last events, by serial */
    int64_t missed, missed_reported;           /* ticks lost */

    int64_t *ends; /* of the timeline; has memory for `capacity` frames */
    uint32_t capacity;
} sddl_player;

bool sddl_player_is_backward(const sddl_player *player);
/* The showing that is due, or that will be the first one. */
void sddl_player_position(const sddl_player *player, sddl_position *out);
/* Loops completed at that showing, in the direction of play. */
int64_t sddl_player_loops_done(const sddl_player *player, const sddl_position *position);
/* The loop index for users: counted from 0 in both directions. */
int64_t sddl_player_loop(const sddl_player *player, const sddl_position *position);
/* Media time from the start of loop 0 on, as far as it can be counted. */
int64_t sddl_player_media_time(const sddl_player *player);
/* Whether the reader has confirmed the frame that is due. */
bool sddl_player_is_shown(const sddl_player *player);
/* Counts all posted events as confirmed, with so many loops done. */
void sddl_player_confirm_all(sddl_player *player, int64_t loops_done);
/* Makes `media` the media time of the presentation time `time`. */
void sddl_player_anchor(sddl_player *player, int64_t time);
/* Ends the present schedule at the last tick: media time continues from `media`. */
void sddl_player_reanchor(sddl_player *player);
/* Sets `media` to the media time at that presentation time. */
void sddl_player_advance(sddl_player *player, int64_t target);
/* Nanoseconds from one presentation time to another; 0 if `to` is earlier. */
int64_t sddl_player_elapsed(int64_t from, int64_t to);
/* Whether playback waits until the number of frames is known: backwards, and in loops that begin with the last
 * frame. */
bool sddl_player_is_waiting(const sddl_player *player);

/* ---- tick.c: likewise ---- */

int64_t sddl_player_tick(sddl_subscriber *subscriber, const sddl_tick *tick, int64_t sequence);
/* Posts an event for the present showing between two ticks. */
void sddl_player_post_current(sddl_player *player);

/* ---- wakeup.c: likewise ---- */

/* The target at which the player needs its next tick: 0 = the next one, INT64_MAX = none. */
int64_t sddl_player_next_wakeup(const sddl_player *player);
/* Advances the player to the last vsync, as if it had been given every tick. To be called before a command or a
 * query. */
void sddl_player_sync_to_now(sddl_player *player);

/* ---- commands.c: likewise ---- */

/* Moves the player to the start of playback, in its direction and with the number of loops that was set. */
void sddl_player_rewind(sddl_player *player);
/* Renumbers loops: the present showing, of `loop`, becomes part of the loop that follows `done` others in the direction
 * of play. */
void sddl_player_rebase_loop(sddl_player *player, int64_t loop, int64_t done);
/* Makes `showing` the one that is due, or that will be first, with `offset` of its duration gone by. */
void sddl_player_place_in(sddl_player *player, const sddl_position *showing, int64_t offset);
/* SDDL_OK if the player can execute the command. The caller checks the other player of SDDL_OP_ALIGN. */
int sddl_player_check(const sddl_player *player, const sddl_command *command);
void sddl_player_apply(sddl_player *player, const sddl_command *command, const sddl_player *other);

#endif
