/* Shared by the files of playback/ alone. */
#ifndef SDDL_PLAYER_H
#define SDDL_PLAYER_H

#include "core/core.h"

/* Media times stay within 73 years of 0, so that no sum of two of them can overflow. */
#define SDDL_MEDIA_LIMIT (INT64_MAX / 4)

enum { SDDL_MAX_FRAMES = 1 << 24, SDDL_RECENT = 16 };

/* ---- timeline.c: from media time to a frame, pure ---- */

typedef struct sddl_timeline {
    const int64_t *ends; /* cumulative durations: ends[count - 1] is the whole */
    uint32_t count;
    int32_t mode;
    uint32_t loops; /* 0 = for ever */
    bool growing;   /* more frames are to come: until then it is one loop, outward, over those that are there */
    int64_t base;   /* the loop that begins at media time 0: not 0 where loops are further away than SDDL_MEDIA_LIMIT */
} sddl_timeline;

void sddl_timeline_at(const sddl_timeline *timeline, int64_t media_time, sddl_position *out);
/* The showing with that ordinal; `finished` tells whether it lies outside a finite timeline. */
void sddl_timeline_step(const sddl_timeline *timeline, int64_t step, sddl_position *out);
/* When a finite timeline begins; before any media time if that is too far away. */
int64_t sddl_timeline_start(const sddl_timeline *timeline);
/* When a finite timeline ends; INT64_MAX if it does not, or if there is no such media time. */
int64_t sddl_timeline_total(const sddl_timeline *timeline);
/* The showing of `frame` within `loop`; on the way back (bounce) if `returning`. */
void sddl_timeline_find(const sddl_timeline *timeline, uint32_t frame, int64_t loop, bool returning,
                        sddl_position *out);

/* Cumulative durations, on top of `sum`, into `ends`; SDDL_E_ARGUMENT if one is not positive or all of them exceed
 * SDDL_MEDIA_LIMIT. */
int sddl_timeline_sum(const int64_t *durations, uint32_t count, int64_t sum, int64_t *ends);
/* Whether a loop begins with the last frame. */
bool sddl_timeline_falls(const sddl_timeline *timeline);
/* Media time at which that loop begins; twice SDDL_MEDIA_LIMIT, or that below 0, if it is too far away. */
int64_t sddl_timeline_loop_begins(const sddl_timeline *timeline, int64_t loop);
/* How long one loop takes, and how many showings it has. */
int64_t sddl_timeline_period(const sddl_timeline *timeline);
int64_t sddl_timeline_showings(const sddl_timeline *timeline);

/* ---- media_time.c: everything with the source locked ---- */

/* How far things were with an event. */
typedef struct sddl_told {
    uint64_t serial;
    int64_t frames_due, loops_done;
} sddl_told;

typedef struct sddl_player {
    sddl_client client;

    /* guarded by the source's lock */
    sddl_timeline timeline; /* may have more loops than asked for: one that has begun is played out */
    uint32_t loops;         /* asked for */
    int32_t status, policy;
    double rate;
    bool starved;

    int64_t media; /* media time of the last tick, or from which play goes on */
    bool at_start; /* nothing has moved it since the last rewind */
    bool anchored; /* else the next tick's target becomes the anchor */
    int64_t anchor_time, anchor_media, last_target;

    bool posted; /* `step` is the showing that became due last */
    bool repeat; /* it becomes due again: a pause has dropped its event */
    int64_t step;
    int64_t frames_due, loops_done;   /* up to the last event */
    int64_t frames_told, loops_told;  /* up to the last one that was acted on */
    uint64_t serial, told_serial;     /* of these two */
    uint64_t frame_serial;            /* of the event that said that `step` is due */
    sddl_told recent[SDDL_RECENT];    /* the last events, by serial */
    int64_t missed, missed_announced; /* ticks lost */

    int64_t *ends; /* of the timeline, with room for more */
    uint32_t capacity;
} sddl_player;

bool sddl_player_backward(const sddl_player *player);
/* The showing that is due, or will be first. */
void sddl_player_position(const sddl_player *player, sddl_position *out);
/* Loops completed at that showing, in the direction of play. */
int64_t sddl_player_loops_done(const sddl_player *player, const sddl_position *position);
/* The loop as users are told it: counted from 0 in both directions. */
int64_t sddl_player_loop(const sddl_player *player, const sddl_position *position);
/* Media time from the start of loop 0 on, as far as it can be counted. */
int64_t sddl_player_media_time(const sddl_player *player);
/* Whether the frame that is due was acted on. */
bool sddl_player_is_shown(const sddl_player *player);
/* Whatever was posted counts as acted on, with that many loops done. */
void sddl_player_settle(sddl_player *player, int64_t loops_done);
/* Makes `media` the media time of the presentation time `time`. */
void sddl_player_anchor(sddl_player *player, int64_t time);
/* The last tick is where the present schedule ends: goes on from `media`. */
void sddl_player_anchor_again(sddl_player *player);
/* Media time at that presentation time. */
void sddl_player_advance(sddl_player *player, int64_t target);
/* From one presentation time to another; 0 if `to` is earlier. */
int64_t sddl_player_elapsed(int64_t from, int64_t to);
/* Going back, and a loop that begins with the last frame, wait for the end to be known. */
bool sddl_player_is_waiting(const sddl_player *player);

/* ---- tick.c: likewise ---- */

int64_t sddl_player_tick(sddl_client *client, const sddl_tick *tick, int64_t sequence);
/* Posts the present showing between two ticks. */
void sddl_player_show_now(sddl_player *player);

/* ---- wakeup.c: likewise ---- */

/* The target at which it has something to do again: 0 = the next one, INT64_MAX = none. */
int64_t sddl_player_wants(const sddl_player *player);
/* Brings it to where a tick at every vsync so far would have brought it: before it is told or asked something. */
void sddl_player_catch_up(sddl_player *player);

/* ---- commands.c: likewise ---- */

/* Puts the player where play begins, for its direction and the loops asked for. */
void sddl_player_rewind(sddl_player *player);
/* Moves the present showing, which is of `loop`, into the loop that follows `done` others in the direction of play. */
void sddl_player_shift_loops(sddl_player *player, int64_t loop, int64_t done);
/* Makes it the showing that is due, or will be first, `offset` of its time gone by. */
void sddl_player_settle_in(sddl_player *player, const sddl_position *showing, int64_t offset);
/* Whether it can do that; SDDL_OP_ALIGN's other player is the caller's to check. */
int sddl_player_check(const sddl_player *player, const sddl_command *command);
void sddl_player_obey(sddl_player *player, const sddl_command *command, const sddl_player *other);

#endif
