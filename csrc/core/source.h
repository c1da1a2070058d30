/* A clock's slot, as source.c and control.c share it. */
#ifndef SDDL_SOURCE_H
#define SDDL_SOURCE_H

#include "core/core.h"

/* Slots are never freed, and a clock knows only its slot's number and a key: a tick that comes too late cannot access
 * freed memory. */
enum { SDDL_MAX_SOURCES = 1024 };

/* How many mailboxes can have their readers woken at the end of a tick; the readers of further ones are woken at
 * once. */
enum { SDDL_MAX_DEFERRED = 8 };

typedef struct sddl_async_stop sddl_async_stop;

struct sddl_source {
    sddl_mutex mutex;

    /* guarded by the mutex */
    sddl_source_state state;
    uint32_t keys_used;  /* every clock of this slot gets a key of its own: */
    uint32_t native_key; /* ticks of abandoned clocks carry another one; 0 = none */
    uint32_t fallback_key;
    int clock;
    uint32_t display;
    double refresh_rate;
    int users;
    sddl_subscriber *first_active;
    uint32_t active;
    bool needs_control; /* the control thread has to look at this source */
    int64_t idle_since; /* when the last active subscriber was removed */
    int64_t period, last_timestamp, last_target;
    int64_t ticks, sequence; /* given so far; number of the last one, which counts missed refreshes, too */
    int64_t manual_now;
    sddl_grid grid;                            /* of the last tick */
    int64_t requested;                         /* the earliest target at which a subscriber needs a tick */
    bool must_wake_clock;                      /* the clock sleeps too long for `requested` */
    bool ticking;                              /* a tick is being handed out */
    sddl_mailbox *deferred[SDDL_MAX_DEFERRED]; /* mailboxes whose readers are woken at its end */
    int deferred_count;

    int64_t native_ticked_at; /* when the display's clock last ticked */
    bool native_ticked;       /* whether it has ticked since it was started */

    /* the control thread's own */
    const sddl_clock_ops *ops;
    void *native;              /* the display's clock */
    void *fallback;            /* the timer that ticks while `native` cannot be created or is silent */
    sddl_async_stop *stopping; /* the display's clock while it is being stopped */
    bool then_destroy;         /* destroy it once it has stopped */
    int64_t stopping_since;
    int64_t started_at, stopped_at;
    int64_t retry_at, retry_delay;
    int64_t recovered_at; /* when the display's clock ticked again after a failure; 0 = no failure */
    int64_t rechecked_at; /* time up to which its period has been compared with its display's */
    bool remade_for_rate; /* the clock was created anew because of that comparison */
};

int sddl_sources_init(void);
/* The index behind the last slot that may be in use. */
int sddl_sources_end(void);
sddl_source *sddl_source_at(int index);
/* The context that a clock of this source passes with each tick. */
uintptr_t sddl_source_context(const sddl_source *source, uint32_t key);
/* The source that a tick belongs to and, in `key`, which of its clocks ticked. */
sddl_source *sddl_source_of(uintptr_t context, uint32_t *key);
/* The source that the handle names, with one more user, or NULL. */
sddl_source *sddl_source_acquire(sddl_handle handle);
void sddl_source_release(sddl_source *source);
/* With the source locked: adds the subscriber to those that get ticks, or removes it. */
void sddl_source_set_active(sddl_source *source, sddl_subscriber *subscriber, bool active);
/* With the source locked: frees the slot for another clock. */
void sddl_source_reset_slot(sddl_source *source);
void sddl_sources_count(sddl_stats *stats);

/* ---- ticks.c: with the source locked ---- */

/* Every clock's tick function: the context is that of sddl_source_context(). */
int64_t sddl_source_tick(uintptr_t context, const sddl_tick *tick);
/* Gives a tick to every active subscriber, with timestamps that increase. */
void sddl_source_run_tick(sddl_source *source, const sddl_tick *tick);

/* ---- demand.c: with the source locked ---- */

/* The next tick is the first of a clock: forgets the grid and what was requested. */
void sddl_source_reset_demand(sddl_source *source);

/* ---- stopper.c ---- */

/* Stops the clock on a thread of its own; NULL if no thread can be started. */
sddl_async_stop *sddl_stop_async(const sddl_clock_ops *ops, void *clock);
/* Whether the clock has stopped; if so, frees `async_stop` and returns the clock to the caller. */
bool sddl_async_stop_finished(sddl_async_stop *async_stop, void **clock);
/* Leaves the clock to the stopping thread, which destroys it; false if the clock has just stopped. */
bool sddl_async_stop_abandon(sddl_async_stop *async_stop);

/* ---- control.c ---- */

/* What the control thread does for all sources. Returns when to do it again: a time, 0 = at once, INT64_MAX = once
 * something changes. Sets `is_idle` if no clock runs or is being stopped, so that the thread may end. */
typedef int64_t (*sddl_control_step)(bool exiting, bool *is_idle);

int sddl_control_init(sddl_control_step step);
/* Has the control thread look at every source, and starts the thread if need be. With no lock held. If no thread can be
 * started, the sources wait for the next poke: so a change that makes a clock necessary first calls
 * sddl_control_acquire(). */
void sddl_control_poke(void);
/* Makes sure that there is a control thread until sddl_control_release(): SDDL_OK, or why none can be started. With no
 * lock held. */
int sddl_control_acquire(void);
void sddl_control_release(void);
/* The same if the thread is running. */
void sddl_control_wake(void);
/* Stops every clock; false if `timeout` passed before all had stopped. */
bool sddl_control_stop(int64_t timeout);
void sddl_control_count(sddl_stats *stats);
void sddl_control_count_stall(void);
void sddl_control_count_abandoned(void);

/* ---- source_clocks.c: on the control thread, with the source locked, which is unlocked around calls of a clock ---- */

/* Creates the display's clock if there is none, and starts it. False if that fails: then there is no clock. */
bool sddl_native_start(sddl_source *source);
/* Stops the clock, and destroys it if `then_destroy`. A display's clock stops on another thread: see
 * sddl_native_finish_stop(). */
void sddl_native_stop(sddl_source *source, bool then_destroy);
/* Completes a stop that has returned and abandons one that takes too long. Returns when to look again; INT64_MAX if no
 * clock is being stopped. */
int64_t sddl_native_finish_stop(sddl_source *source);
void sddl_native_destroy(sddl_source *source);
/* The display's refresh rate in the list of displays of its clock; 0 if the display is not listed. */
double sddl_native_listed_rate(sddl_source *source);
/* Wakes a clock that leaves out ticks for the tick that is requested now. */
void sddl_native_wake(sddl_source *source);
/* Starts and stops the timer that ticks in the display's place. */
void sddl_fallback_start(sddl_source *source);
void sddl_fallback_stop(sddl_source *source);

/* ---- supervise.c ---- */

/* One step of the control thread, which creates, starts, stops and destroys every clock. */
int64_t sddl_supervise_all(bool exiting, bool *is_idle);

#endif
