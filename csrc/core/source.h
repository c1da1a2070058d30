/* A clock's slot, as source.c and control.c share it. */
#ifndef SDDL_SOURCE_H
#define SDDL_SOURCE_H

#include "core/core.h"

/* Slots are never freed, and a clock is told only its slot's number and a key: a late tick finds nothing to break. */
enum { SDDL_MAX_SOURCES = 1024 };

/* Mailboxes whose readers hear of a tick when all clients have; those of more are told at once. */
enum { SDDL_ANNOUNCED = 8 };

typedef struct sddl_retiring sddl_retiring;

struct sddl_source {
    sddl_mutex mutex;

    /* guarded by the mutex */
    sddl_source_state state;
    uint32_t keys_used;  /* every clock made for this slot gets a key of its own, */
    uint32_t native_key; /* so that ticks of those given up are known; 0 = none */
    uint32_t stand_in_key;
    int clock;
    uint32_t display;
    double refresh_rate;
    int users;
    sddl_client *first_active;
    uint32_t active;
    bool needs_control; /* the control thread has something to do here */
    int64_t idle_since; /* when the last active client went */
    int64_t period, ticks, last_timestamp, last_target;
    int64_t manual_now;
    sddl_grid grid; /* of the last tick */
    int64_t wanted; /* the earliest target at which a client wants its next tick: what the clock was told, or will be */
    bool wakes_clock;                          /* that is sooner than it was told */
    bool ticking;                              /* a tick is being handed out */
    sddl_mailbox *to_announce[SDDL_ANNOUNCED]; /* at its end */
    int to_announce_count;

    int64_t heard_at; /* when the display's clock last ticked */
    bool heard;       /* whether it has since it was started */

    /* the control thread's own */
    const sddl_clock_ops *ops;
    void *native;           /* the display's clock */
    void *stand_in;         /* the timer that ticks while `native` cannot be had, or says nothing */
    sddl_retiring *leaving; /* the display's clock while it is being stopped */
    bool leaves_for_good;   /* it is not to be started again */
    int64_t leaving_since;
    int64_t started_at, stopped_at;
    int64_t retry_at, retry_delay;
    int64_t recovered_at; /* when it came back after a failure; 0 = it has not failed */
    int64_t rechecked_at; /* up to when its period has been compared with its display's since */
    bool doubted;         /* it was made again because of that comparison */
};

int sddl_sources_init(void);
/* Slots that may be in use: all of a lower index. */
int sddl_sources_end(void);
sddl_source *sddl_source_at(int index);
/* What a clock made for this source gives back with each tick. */
uintptr_t sddl_source_context(const sddl_source *source, uint32_t key);
/* Whose tick it is: the source and, in `key`, which of its clocks. */
sddl_source *sddl_source_of(uintptr_t context, uint32_t *key);
/* Another use of the source that the handle names, or NULL. */
sddl_source *sddl_source_use(sddl_handle handle);
void sddl_source_unuse(sddl_source *source);
/* With the source locked: puts the client among those that get ticks, or takes it out. */
void sddl_source_list(sddl_source *source, sddl_client *client, bool active);
/* With the source locked: makes the slot free for another clock. */
void sddl_source_vacate(sddl_source *source);
void sddl_sources_count(sddl_stats *stats);

/* ---- ticks.c: with the source locked ---- */

/* Every clock's tick function: the context is that of sddl_source_context(). */
int64_t sddl_source_tick(uintptr_t context, const sddl_tick *tick);
/* A tick to every active client, its stamps made to increase. */
void sddl_source_run_tick(sddl_source *source, const sddl_tick *tick);

/* ---- demand.c: with the source locked ---- */

/* The next tick is the first of a clock: whatever was known of ticks to come is not so any more. */
void sddl_source_expect_first(sddl_source *source);

/* ---- stopper.c ---- */

/* Stops the clock on a thread of its own; NULL if there is none to be had. */
sddl_retiring *sddl_retire(const sddl_clock_ops *ops, void *clock);
/* Whether it has stopped; then `retiring` is gone and the clock the caller's again. */
bool sddl_retired(sddl_retiring *retiring, void **clock);
/* Leaves it and the clock to that thread; false if it has just stopped. */
bool sddl_retire_abandon(sddl_retiring *retiring);

/* ---- control.c ---- */

/* What the control thread does for all sources. When to do it again: a time, 0 = at once, INT64_MAX = not before something changes.
 * `at_rest`: no clock runs or is being stopped, so that the thread may end. */
typedef int64_t (*sddl_control_step)(bool exiting, bool *at_rest);

int sddl_control_init(sddl_control_step step);
/* Lets the control thread look at every source, starting it if need be. With no lock held. If there is no thread to be had, the
 * sources wait for the next poke: so whoever makes a clock necessary holds the thread before. */
void sddl_control_poke(void);
/* Makes sure that there is a control thread until sddl_control_unhold(): SDDL_OK, or why there is none to be had. With no lock
 * held. */
int sddl_control_hold(void);
void sddl_control_unhold(void);
/* The same, if it is running. */
void sddl_control_wake(void);
/* Stops every clock; false if `timeout` passed before all had stopped. */
bool sddl_control_stop(int64_t timeout);
void sddl_control_count(sddl_stats *stats);
void sddl_control_count_stall(void);
void sddl_control_count_abandoned(void);

/* ---- source_clocks.c: on the control thread, with the source locked, which is unlocked around calls of a clock ---- */

/* Makes the display's clock, if there is none, and starts it; false, and no clock, if that cannot be done now. */
bool sddl_native_start(sddl_source *source);
/* Stops it, and destroys it if `for_good`. A display's may take its time over it: see sddl_native_settle(). */
void sddl_native_retire(sddl_source *source, bool for_good);
/* When a clock that is stopping has to be looked at again; INT64_MAX if none is. */
int64_t sddl_native_settle(sddl_source *source);
void sddl_native_destroy(sddl_source *source);
/* The rate that the display has, as its clock's own list tells; 0 if it is not on it. */
double sddl_native_listed_rate(sddl_source *source);
/* Tells the clock, which leaves out ticks, what its clients want now. */
void sddl_native_wake(sddl_source *source);
/* Has a timer tick in the display's place, or ends that. */
void sddl_stand_in_start(sddl_source *source);
void sddl_stand_in_stop(sddl_source *source);

/* ---- supervise.c ---- */

/* A step of the control thread, which makes, starts, stops and destroys every clock. */
int64_t sddl_supervise_all(bool exiting, bool *at_rest);

#endif
