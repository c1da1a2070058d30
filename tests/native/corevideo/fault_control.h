/* Counters of objects and events in one part of the stand-in, and knobs that make that part misbehave. Each part has
 * names for its own in its header, and one fault_control. */
#ifndef FAULT_CONTROL_H
#define FAULT_CONTROL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct fault_control {
    pthread_mutex_t lock; /* a leaf: no other is taken while it is held */
    pthread_cond_t changed;
    const char *const *counter_names;
    int64_t *counters;
    int counter_count;
    const char *const *knob_names;
    double *knobs;
    int knob_count;
} fault_control;

#define FAULT_CONTROL(counter_names, counters, knob_names, knobs)                                                      \
    {PTHREAD_MUTEX_INITIALIZER,                                                                                        \
     PTHREAD_COND_INITIALIZER,                                                                                         \
     counter_names,                                                                                                    \
     counters,                                                                                                         \
     sizeof counters / sizeof *counters,                                                                               \
     knob_names,                                                                                                       \
     knobs,                                                                                                            \
     sizeof knobs / sizeof *knobs}

/* Returns the new value. */
int64_t fault_add(fault_control *control, unsigned counter, int64_t change);
/* Sets a counter that is lower to that value. */
void fault_raise(fault_control *control, unsigned counter, int64_t value);
/* -1: no such counter. */
int64_t fault_count(fault_control *control, const char *name);
/* Waits until a counter is at least (or, `exactly`, equal to) a value. 0, or -1 at the timeout. */
int fault_wait(fault_control *control, const char *name, int64_t value, bool exactly, double seconds);

double fault_get(fault_control *control, unsigned knob);
/* -1: no such knob. */
int fault_set(fault_control *control, const char *name, double value);
void fault_reset(fault_control *control, const double *defaults);
/* Waits until a knob is 0. */
void fault_await_release(fault_control *control, unsigned knob);

#endif
