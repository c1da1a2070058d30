/* Counters and knobs of one part of the stand-in. */
#define _GNU_SOURCE /* pthread_cond_clockwait */
#include "fault_control.h"

#include "standin.h"

#include <string.h>
#include <time.h>

static int find(const char *const *names, int count, const char *name) {
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

int64_t fault_add(fault_control *control, unsigned counter, int64_t change) {
    pthread_mutex_lock(&control->lock);
    int64_t value = control->counters[counter] += change;
    pthread_cond_broadcast(&control->changed);
    pthread_mutex_unlock(&control->lock);
    return value;
}

void fault_raise(fault_control *control, unsigned counter, int64_t value) {
    pthread_mutex_lock(&control->lock);
    if (control->counters[counter] < value)
        control->counters[counter] = value;
    pthread_cond_broadcast(&control->changed);
    pthread_mutex_unlock(&control->lock);
}

int64_t fault_count(fault_control *control, const char *name) {
    int counter = find(control->counter_names, control->counter_count, name);
    pthread_mutex_lock(&control->lock);
    int64_t value = counter < 0 ? -1 : control->counters[counter];
    pthread_mutex_unlock(&control->lock);
    return value;
}

int fault_wait(fault_control *control, const char *name, int64_t value, bool exactly, double seconds) {
    int counter = find(control->counter_names, control->counter_count, name);
    if (counter < 0)
        return -1;
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    int64_t nanoseconds = end.tv_nsec + (int64_t)(seconds * 1e9);
    end.tv_sec += nanoseconds / 1000000000;
    end.tv_nsec = nanoseconds % 1000000000;
    pthread_mutex_lock(&control->lock);
    const int64_t *now = &control->counters[counter];
    int rc = 0;
    bool reached;
    while (!(reached = exactly ? *now == value : *now >= value) && rc == 0)
        rc = pthread_cond_clockwait(&control->changed, &control->lock, CLOCK_MONOTONIC, &end);
    pthread_mutex_unlock(&control->lock);
    return reached ? 0 : -1;
}

double fault_get(fault_control *control, unsigned knob) {
    pthread_mutex_lock(&control->lock);
    double value = control->knobs[knob];
    pthread_mutex_unlock(&control->lock);
    return value;
}

int fault_set(fault_control *control, const char *name, double value) {
    int knob = find(control->knob_names, control->knob_count, name);
    if (knob < 0)
        return -1;
    pthread_mutex_lock(&control->lock);
    control->knobs[knob] = value;
    standin_cond_broadcast(&control->changed);
    pthread_mutex_unlock(&control->lock);
    return 0;
}

void fault_reset(fault_control *control, const double *defaults) {
    pthread_mutex_lock(&control->lock);
    memcpy(control->knobs, defaults, (size_t)control->knob_count * sizeof *defaults);
    standin_cond_broadcast(&control->changed);
    pthread_mutex_unlock(&control->lock);
}

void fault_await_release(fault_control *control, unsigned knob) {
    pthread_mutex_lock(&control->lock);
    while (control->knobs[knob] != 0)
        standin_cond_wait(&control->changed, &control->lock);
    pthread_mutex_unlock(&control->lock);
}
