/* A clock's slot, as source.c and control.c share it. */
#ifndef SDDL_SOURCE_H
#define SDDL_SOURCE_H

#include "internal.h"

/* Slots are never freed, and a clock is told only its slot's number and generation: a late tick finds nothing to break. */
enum { SDDL_MAX_SOURCES = 1024 };

struct sddl_source {
    pthread_mutex_t mutex;

    /* guarded by the mutex */
    sddl_source_state state;
    uint32_t generation;
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

    /* the control thread's own */
    const sddl_clock_ops *ops;
    void *native;   /* the display's clock */
    void *stand_in; /* the timer that ticks while `native` cannot be had */
    int64_t started_at;
    int64_t retry_at;
};

int sddl_sources_init(void);
/* Slots that may be in use: all of a lower index. */
int sddl_sources_end(void);
sddl_source *sddl_source_at(int index);
uintptr_t sddl_source_context(const sddl_source *source);
/* Another use of the source that the handle names, or NULL. */
sddl_source *sddl_source_use(sddl_handle handle);
void sddl_source_unuse(sddl_source *source);
/* With the source locked: puts the client among those that get ticks, or takes it out. */
void sddl_source_list(sddl_source *source, sddl_client *client, bool active);
/* With the source locked: makes the slot free for another clock. */
void sddl_source_vacate(sddl_source *source);
/* With the source locked: a tick to every active client, its stamps made to increase. */
void sddl_source_run_tick(sddl_source *source, const sddl_tick *tick);
void sddl_sources_count(sddl_stats *stats);

/* ---- control.c ---- */

int sddl_control_init(void);
/* Lets the control thread look at every source, starting it if need be. With no lock held. */
int sddl_control_poke(void);
/* Stops every clock; false if `timeout` passed before all had stopped. */
bool sddl_control_stop(int64_t timeout);
void sddl_control_count(sddl_stats *stats);

#endif
