/* A stand-in for the frameworks under clocks/corevideo.m, so that this very file runs on Linux: CVDisplayLink over
 * pthreads, the display services, mach time and the autorelease pools. It counts live objects, and misbehaves on
 * request.
 *
 * Tests reach the functions marked STANDIN_API by ctypes in the module that contains them (see standin.py). To add a
 * counter or a knob, add its name below. */
#ifndef STANDIN_H
#define STANDIN_H

#define STANDIN_IMPLEMENTATION
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define STANDIN_API __attribute__((visibility("default")))

/* ---- counters ---- */

#define STANDIN_COUNTERS(X)                                                                                            \
    X(links)         /* alive */                                                                                       \
    X(links_created) /* ever */                                                                                        \
    X(threads)       /* of running links, alive */                                                                     \
    X(threads_most)  /* at any one time */                                                                             \
    X(starts)        /* that succeeded, as the next */                                                                 \
    X(stops)                                                                                                           \
    X(callbacks)         /* returned */                                                                                \
    X(callbacks_running) /* now */                                                                                     \
    X(stops_hanging)     /* now */                                                                                     \
    X(modes)             /* display modes alive */                                                                     \
    X(pushes)            /* of autorelease pools */                                                                    \
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
    X(stop_hangs, 0)           /* Stop does not return, and the link ticks on, until this is 0 again */                \
    X(thread_retains, 1)       /* a link's thread keeps it alive; else to release it under its thread is an error */   \
    X(thread_delay, 0)         /* seconds from Start until the link's thread begins */                                 \
    X(restart_gap, 0)          /* seconds after a Stop in which Start fails */                                         \
    X(callback_holds, 0)       /* a callback, once begun, does not return until this is 0 again */                     \
    X(create_result, 0)        /* what Create returns */                                                               \
    X(start_result, 0)         /* what Start returns */                                                                \
    X(callback_result, 0)      /* what SetOutputCallback returns */                                                    \
    X(display_zero, 0)         /* Create succeeds, but the link's current display is 0 */                              \
    X(list_result, 0)          /* what GetActiveDisplayList returns */                                                 \
    X(ticking, 1)              /* a started link calls back */                                                         \
    X(rate_kept, 0)            /* a link keeps the rate that its display had when it was made, 60 Hz for 0 */          \
    X(lead, 1.5)               /* periods from a callback to the vsync that it is for */                               \
    X(stamp_flags, 0xffff)     /* those of the time stamps' flags that are set */                                      \
    X(stamp_period, -1)        /* nanoseconds, in the time stamps; -1 = the right ones */                              \
    X(stamp_error, 0)          /* what is wrong with their host time: a standin_stamp_error */                         \
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

typedef enum standin_stamp_error {
    STANDIN_STAMP_RIGHT,
    STANDIN_STAMP_TWICE,     /* always that of the first vsync */
    STANDIN_STAMP_BACKWARDS, /* as far before it as the vsync is after it */
    STANDIN_STAMP_PAST,      /* soon after the machine was switched on */
    STANDIN_STAMP_FUTURE     /* near 2^63 */
} standin_stamp_error;

/* -1: no such knob. */
STANDIN_API int standin_set(const char *name, double value);
/* Every knob as it was at first. */
STANDIN_API void standin_reset(void);
double standin_get(standin_knob knob);
/* Waits until a knob is 0. */
void standin_await_release(standin_knob knob);

/* ---- displays: at first 1, an external one with 60 Hz, and 2, a built-in panel with 120 Hz ---- */

typedef struct standin_display {
    uint32_t id;
    double rate;      /* at which its links tick; 0 = it gives no vsync, they tick at 60 Hz and stamp no period */
    double mode_rate; /* what its mode says */
} standin_display;

/* The first is the main display; 0 unplugs all. */
STANDIN_API int standin_set_displays(const standin_display *displays, int count);
bool standin_find_display(uint32_t id, standin_display *out);

/* ---- what links do of themselves ---- */

/* The links there are never tick again, whatever is done with them; they say that they run. */
STANDIN_API void standin_kill_links(void);
/* The links that run stop, as they do when the user of the machine changes. */
STANDIN_API void standin_end_links(void);

/* ---- time (time.c) ----
 *
 * Real, or virtual: then it stands still but for standin_advance(), and whatever waits, in the library or here, waits for that. A
 * test of seconds takes none. */

int64_t standin_now(void); /* nanoseconds */
uint64_t standin_host_time(int64_t now);

/* Virtual time may begin only while there is no thread of the library's or of a link's. */
STANDIN_API void standin_set_virtual(bool virtual_time);
/* Lets time pass, from one thing that waits for it to the next; each time, and on return, every native thread has done what it
 * had to and waits again. `at_once`: in one leap, as for a machine that was busy elsewhere. */
STANDIN_API void standin_advance(int64_t nanoseconds, bool at_once);

/* The waits and threads that know both times; the library's own calls are led here by darwin/pthread.h. */
int standin_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
/* 0, or ETIMEDOUT from `deadline` of standin_now() on; INT64_MAX = none. */
int standin_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline);
int standin_cond_broadcast(pthread_cond_t *cond);
int standin_thread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);

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
