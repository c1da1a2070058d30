/* What a clock must provide. A clock file includes this header and platform/platform.h and knows nothing else of the core. */
#ifndef SDDL_CLOCK_H
#define SDDL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "include/sddisplaylink.h"

/* ---- vsync_grid.c ---- */

/* The period, or fallback where it lies outside 1 ms ... 1 s (NaN too). */
int64_t sddl_period_or(double seconds, int64_t fallback);

/* Where vsyncs lie, for a clock that knows it ahead. */
typedef struct sddl_grid {
    int64_t origin; /* vsync 0 */
    double period;  /* ns: a whole number would drift; 0 = not known */
} sddl_grid;

int64_t sddl_grid_vsync(const sddl_grid *grid, int64_t number);
/* The number of the first vsync that is not before `time`; INT64_MAX if that is INT64_MAX. */
int64_t sddl_grid_first(const sddl_grid *grid, int64_t time);

/* ---- what every clock is and does ---- */

typedef struct sddl_tick {
    int64_t timestamp; /* the vsync that this tick is for */
    int64_t target;    /* the vsync at which what is drawn now is shown */
    int64_t period;
    int64_t missed; /* vsyncs that the clock missed since its last tick, without those that no subscriber requested */
    bool synthetic;
    sddl_grid grid; /* given by a clock that can leave out ticks */
} sddl_tick;

/* What a running clock calls on its own thread, with the context that the clock was created with: an integer that stays
 * harmless for ever, as a tick of a clock that has been given up is dropped. No lock of the core is held when it is
 * called, and it calls no clock.
 *
 * Returns the earliest target at which a subscriber needs a tick: a clock that gives its grid may leave out the ticks
 * before that one, until `wake` requests an earlier one. 0 = the next tick, INT64_MAX = none. */
typedef int64_t (*sddl_on_tick)(uintptr_t context, const sddl_tick *tick);

/* `available` and `displays` may be called from any thread. The others are never called two at a time for one clock, nor on its
 * own thread: by the control thread, or in the case of a display's `stop` by a thread that the control thread has made for it.
 * `stop` ends the ticks soon: it need not wait for the one in flight. No lock is held. */
typedef struct sddl_clock_ops {
    const char *name;
    bool is_display;      /* it may stop ticking, and its stop may hang: both are watched */
    int64_t min_lifetime; /* least time from start to destroy: the clock's thread may not have begun yet */
    int (*available)(void);
    int (*displays)(sddl_display *out, int capacity);
    int (*create)(uint32_t display, double refresh_rate, sddl_on_tick on_tick, uintptr_t context, void **clock);
    int (*start)(void *clock);
    void (*stop)(void *clock);
    void (*destroy)(void *clock);
    int64_t (*period)(void *clock); /* as far as it is known before the first tick */
    /* Requests a tick at that target from a running clock that would leave it out. NULL for clocks that leave out
     * none. */
    void (*wake)(void *clock, int64_t target);
} sddl_clock_ops;

extern const sddl_clock_ops sddl_clock_timer;
extern const sddl_clock_ops sddl_clock_timer_synthetic; /* the same, with ticks marked as synthetic */
extern const sddl_clock_ops sddl_clock_corevideo;
extern const sddl_clock_ops sddl_clock_quartzcore;

/* The clock of that kind, or NULL where this build has none (a manual clock has none: its ticks come from its user). */
const sddl_clock_ops *sddl_clock_find(int kind);

#endif
