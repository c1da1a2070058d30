/* Counters and knobs: one lock, a leaf. */
#include "standin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static int64_t counters[STANDIN_COUNTER_COUNT];
static const char *const counter_names[] = {
#define STANDIN_NAME(name) #name,
    STANDIN_COUNTERS(STANDIN_NAME)
#undef STANDIN_NAME
};

#define STANDIN_VALUE(name, value) value,
static const double defaults[STANDIN_KNOB_COUNT] = {STANDIN_KNOBS(STANDIN_VALUE)};
static double knobs[STANDIN_KNOB_COUNT] = {STANDIN_KNOBS(STANDIN_VALUE)};
#undef STANDIN_VALUE
static const char *const knob_names[] = {
#define STANDIN_NAME(name, value) #name,
    STANDIN_KNOBS(STANDIN_NAME)
#undef STANDIN_NAME
};

static int find(const char *const *names, int count, const char *name) {
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

void standin_add(standin_counter counter, int64_t change) {
    pthread_mutex_lock(&lock);
    counters[counter] += change;
    if (counter == STANDIN_threads && counters[counter] > counters[STANDIN_threads_most])
        counters[STANDIN_threads_most] = counters[counter];
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

int64_t standin_count(const char *name) {
    int counter = find(counter_names, STANDIN_COUNTER_COUNT, name);
    pthread_mutex_lock(&lock);
    int64_t value = counter < 0 ? -1 : counters[counter];
    pthread_mutex_unlock(&lock);
    return value;
}

int standin_wait(const char *name, int64_t value, bool exactly, double seconds) {
    int counter = find(counter_names, STANDIN_COUNTER_COUNT, name);
    if (counter < 0)
        return -1;
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    int64_t nanoseconds = end.tv_nsec + (int64_t)(seconds * 1e9);
    end.tv_sec += nanoseconds / 1000000000;
    end.tv_nsec = nanoseconds % 1000000000;
    pthread_mutex_lock(&lock);
    int rc = 0;
    bool reached;
    while (!(reached = exactly ? counters[counter] == value : counters[counter] >= value) && rc == 0)
        rc = pthread_cond_clockwait(&changed, &lock, CLOCK_MONOTONIC, &end);
    pthread_mutex_unlock(&lock);
    return reached ? 0 : -1;
}

double standin_get(standin_knob knob) {
    pthread_mutex_lock(&lock);
    double value = knobs[knob];
    pthread_mutex_unlock(&lock);
    return value;
}

int standin_set(const char *name, double value) {
    int knob = find(knob_names, STANDIN_KNOB_COUNT, name);
    if (knob < 0)
        return -1;
    pthread_mutex_lock(&lock);
    knobs[knob] = value;
    standin_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return 0;
}

void standin_reset(void) {
    pthread_mutex_lock(&lock);
    memcpy(knobs, defaults, sizeof knobs);
    standin_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void standin_await_release(standin_knob knob) {
    pthread_mutex_lock(&lock);
    while (knobs[knob] != 0)
        standin_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

void standin_abort(const char *message) {
    fprintf(stderr, "stand-in: %s\n", message);
    abort();
}
