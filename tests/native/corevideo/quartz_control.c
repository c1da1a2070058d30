/* Counters and knobs of the application's part. */
#include "quartz.h"

#include <string.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t counted = PTHREAD_COND_INITIALIZER;

static int64_t counters[QUARTZ_COUNTER_COUNT];
static const char *const counter_names[] = {
#define QUARTZ_NAME(name) #name,
    QUARTZ_COUNTERS(QUARTZ_NAME)
#undef QUARTZ_NAME
};

#define QUARTZ_VALUE(name, value) value,
static double knobs[] = {QUARTZ_KNOBS(QUARTZ_VALUE)};
#undef QUARTZ_VALUE
static const char *const knob_names[] = {
#define QUARTZ_NAME(name, value) #name,
    QUARTZ_KNOBS(QUARTZ_NAME)
#undef QUARTZ_NAME
};

static int find(const char *const *names, int count, const char *name) {
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

void quartz_add(quartz_counter counter, int64_t change) {
    pthread_mutex_lock(&lock);
    counters[counter] += change;
    pthread_cond_broadcast(&counted);
    pthread_mutex_unlock(&lock);
}

int64_t quartz_count(const char *name) {
    int counter = find(counter_names, QUARTZ_COUNTER_COUNT, name);
    pthread_mutex_lock(&lock);
    int64_t value = counter < 0 ? -1 : counters[counter];
    pthread_mutex_unlock(&lock);
    return value;
}

int quartz_wait(const char *name, int64_t value, bool exactly, double seconds) {
    int counter = find(counter_names, QUARTZ_COUNTER_COUNT, name);
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
        rc = pthread_cond_clockwait(&counted, &lock, CLOCK_MONOTONIC, &end);
    pthread_mutex_unlock(&lock);
    return reached ? 0 : -1;
}

double quartz_get(quartz_knob knob) {
    pthread_mutex_lock(&lock);
    double value = knobs[knob];
    pthread_mutex_unlock(&lock);
    return value;
}

int quartz_set(const char *name, double value) {
    int knob = find(knob_names, QUARTZ_KNOB_COUNT, name);
    if (knob < 0)
        return -1;
    pthread_mutex_lock(&lock);
    knobs[knob] = value;
    pthread_mutex_unlock(&lock);
    pthread_mutex_lock(&quartz_lock);
    quartz_changed();
    pthread_mutex_unlock(&quartz_lock);
    return 0;
}
