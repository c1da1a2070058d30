/* The part of the stand-in under clocks/quartzcore.m: a few classes behind the runtime's C functions (objc.c), run loops
 * (runloop.c), an application with screens (quartz.c) and their CADisplayLinks (quartz_link.c). Counters and knobs of
 * its own, like those of standin.h; tests reach them through quartz.py. */
#ifndef STANDIN_QUARTZ_H
#define STANDIN_QUARTZ_H

#include "standin.h"

#include <CoreFoundation/CoreFoundation.h>
#include <objc/runtime.h>
#include <stdatomic.h>

#define QUARTZ_COUNTERS(X)                                                                                             \
    X(display_links)      /* alive */                                                                                  \
    X(display_links_made) /* ever */                                                                                   \
    X(targets)            /* instances alive of classes made at run time */                                            \
    X(sources)            /* of run loops, alive */                                                                    \
    X(performed)          /* sources, ever */                                                                          \
    X(run_loops)          /* alive, without the main thread's */                                                       \
    X(paused)             /* links, ever */                                                                            \
    X(invalidated)        /* links, ever */                                                                            \
    X(ticks)              /* callbacks returned */                                                                     \
    X(leftovers)          /* objects that callbacks left autoreleased behind */                                        \
    X(making)             /* links now, held by make_holds */

typedef enum quartz_counter {
#define QUARTZ_NAME(name) QUARTZ_##name,
    QUARTZ_COUNTERS(QUARTZ_NAME)
#undef QUARTZ_NAME
        QUARTZ_COUNTER_COUNT
} quartz_counter;

#define QUARTZ_KNOBS(X)                                                                                                \
    X(macos, 14)       /* its version: before 14 there is no CADisplayLink */                                          \
    X(application, 0)  /* 0 = AppKit is not loaded, 1 = it is, 2 = with an NSApplication, 3 = which runs */            \
    X(main_answers, 1) /* the application's thread serves its run loop */                                              \
    X(make_fails, 0)   /* a screen gives no link */                                                                    \
    X(other_copies, 0) /* of this library in the process, which have classes of their own */                           \
    X(make_holds, 0)   /* a screen takes its time, until this is 0 again, and then gives one */                        \
    X(ticking, 1)      /* links call back */                                                                           \
    X(stamp_nan, 0)    /* the links' times are no numbers */

typedef enum quartz_knob {
#define QUARTZ_NAME(name, value) QUARTZ_KNOB_##name,
    QUARTZ_KNOBS(QUARTZ_NAME)
#undef QUARTZ_NAME
        QUARTZ_KNOB_COUNT
} quartz_knob;

STANDIN_API int64_t quartz_count(const char *name); /* -1: no such counter */
STANDIN_API int quartz_wait(const char *name, int64_t value, bool exactly, double seconds);
STANDIN_API int quartz_set(const char *name, double value);
void quartz_add(quartz_counter counter, int64_t change);
double quartz_get(quartz_knob knob);

/* The application: a thread, which is the main one from then on. It ends with the process. */
STANDIN_API int quartz_start_application(void);

/* ---- objc.c ---- */

typedef struct object {
    Class isa;
    atomic_int references;
} object;

/* Adds a class, or methods to one, before any other use of the runtime: quartz_classes() of quartz.c does. */
Class quartz_class(const char *name, void (*dealloc)(id));
void quartz_method(Class to, bool of_class, const char *selector, IMP implementation);
void quartz_classes(void);
void quartz_initialize(id made, Class of);
id quartz_retain(id object);
IMP quartz_find_method(id receiver, SEL selector); /* as a message does */
void quartz_release(id object);

/* ---- quartz_link.c ---- */

id quartz_make_link(uint32_t display, id target, SEL action); /* nil if the knobs say so; autoreleased */
void quartz_link_methods(void);

/* ---- runloop.c ---- */

/* All with the one lock of run loops and links held where it says so. */
extern pthread_mutex_t quartz_lock;
void quartz_changed(void);                /* with the lock held: run loops and the application look again */
void quartz_wait_until(int64_t deadline); /* with the lock held */
void quartz_become_main(void);
bool quartz_is_main(void);
/* With the lock held: when the next link of the loop is due, or the deadline; and one that is due now, retained. */
int64_t quartz_next_due(CFRunLoopRef loop, int64_t deadline);
id quartz_due_link(CFRunLoopRef loop);
void quartz_fire(id link); /* without the lock, on the loop's thread */
bool quartz_has_links(CFRunLoopRef loop);

#endif
