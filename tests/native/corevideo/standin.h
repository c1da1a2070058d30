/* A stand-in for the frameworks under clock_corevideo.m, so that this very file runs on Linux: CVDisplayLink over
 * pthreads, the display services, mach time and the autorelease pools. It counts what lives and misbehaves when told
 * to.
 *
 * Tests reach the functions marked STANDIN_API by ctypes in the module that contains them (see standin.py). To add a
 * counter or a knob, add its name below. */
#ifndef STANDIN_H
#define STANDIN_H

#define STANDIN_IMPLEMENTATION
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdbool.h>
#include <stdint.h>

#define STANDIN_API __attribute__((visibility("default")))

/* ---- counters ---- */

#define STANDIN_COUNTERS(X)                                                                                            \
    X(links)         /* alive */                                                                                       \
    X(links_created) /* ever */                                                                                        \
    X(threads)       /* of running links, alive */                                                                     \
    X(starts)        /* that succeeded, as the next */                                                                 \
    X(stops)                                                                                                           \
    X(callbacks) /* returned */                                                                                        \
    X(modes)     /* display modes alive */                                                                             \
    X(pushes)    /* of autorelease pools */                                                                            \
    X(pops)                                                                                                            \
    X(callback_pushes)  /* of those, within a callback, at its outermost level */                                      \
    X(objects)          /* autoreleased objects alive */                                                               \
    X(objects_made)     /* ever */                                                                                     \
    X(objects_unpooled) /* ever autoreleased where there was no pool */                                                \
    X(precise_threads)  /* threads that asked for the interactive quality of service */

typedef enum standin_counter {
#define STANDIN_NAME(name) STANDIN_##name,
    STANDIN_COUNTERS(STANDIN_NAME)
#undef STANDIN_NAME
        STANDIN_COUNTER_COUNT
} standin_counter;

/* -1: no such counter. */
STANDIN_API int64_t standin_count(const char *name);
/* Waits until a counter is at least (or, `exactly`, equal to) a value. 0, or -1 at the timeout. */
STANDIN_API int standin_wait(const char *name, int64_t value, bool exactly, double seconds);
void standin_add(standin_counter counter, int64_t change);

/* ---- knobs ---- */

#define STANDIN_KNOBS(X)                                                                                               \
    X(stop_waits, 1)           /* Stop waits until the link's thread is gone; else it returns at once ... */           \
    X(stragglers, 0)           /* ... and so many callbacks still come */                                              \
    X(create_result, 0)        /* what Create returns */                                                               \
    X(start_result, 0)         /* what Start returns */                                                                \
    X(callback_result, 0)      /* what SetOutputCallback returns */                                                    \
    X(display_zero, 0)         /* Create succeeds, but the link's current display is 0 */                              \
    X(list_result, 0)          /* what GetActiveDisplayList returns */                                                 \
    X(ticking, 1)              /* a started link calls back */                                                         \
    X(stamp_flags, 0xffff)     /* those of the time stamps' flags that are set */                                      \
    X(rate_scalar, 1)          /* of the time stamps */                                                                \
    X(nominal_flags, 0)        /* of the nominal period */                                                             \
    X(nominal_scale, 1000)     /* units per refresh of the nominal period, 0 = all zero */                             \
    X(timebase_numer, 1)       /* nanoseconds per tick of mach time: numer / denom */                                  \
    X(timebase_denom, 1)       /* */                                                                                   \
    X(objects_per_callback, 0) /* autoreleased within each callback */                                                 \
    X(objects_per_call, 1)     /* autoreleased within each other framework call */

typedef enum standin_knob {
#define STANDIN_NAME(name, value) STANDIN_KNOB_##name,
    STANDIN_KNOBS(STANDIN_NAME)
#undef STANDIN_NAME
        STANDIN_KNOB_COUNT
} standin_knob;

/* -1: no such knob. */
STANDIN_API int standin_set(const char *name, double value);
/* Every knob as it was at first. */
STANDIN_API void standin_reset(void);
double standin_get(standin_knob knob);

/* ---- displays: at first 1, an external one with 60 Hz, and 2, a built-in panel with 120 Hz ---- */

typedef struct standin_display {
    uint32_t id;
    double rate;      /* at which its links tick */
    double mode_rate; /* what its mode says */
} standin_display;

/* The first is the main display; 0 unplugs all. */
STANDIN_API int standin_set_displays(const standin_display *displays, int count);
bool standin_find_display(uint32_t id, standin_display *out);

/* ---- time ---- */

int64_t standin_now(void); /* nanoseconds */
uint64_t standin_host_time(int64_t now);

/* ---- the running callback, and pools ---- */

/* Runs every running link's callback on this thread, with the time stamps given. Returns how many. */
struct CVTimeStamp;
STANDIN_API int standin_deliver(const struct CVTimeStamp *now, const struct CVTimeStamp *output);
/* The same for the links that have been released: callbacks that straggle in too late. */
STANDIN_API int standin_deliver_late(const struct CVTimeStamp *now, const struct CVTimeStamp *output);

void standin_enter_callback(void);
void standin_leave_callback(void);
/* Called by every framework function: leaves behind what it autoreleases. */
void standin_framework_call(void);
/* Leaves behind what the running callback, if there is one on this thread, autoreleases. */
void standin_callback_objects(void);
/* Frees what a dying thread has autoreleased outside of all pools. */
void standin_pool_thread_end(void);

#define standin_abort_unless(condition, message) ((condition) ? (void)0 : standin_abort(message))
void standin_abort(const char *message);

#endif
