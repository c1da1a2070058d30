/* The counters and knobs of the application's part. */
#include "fault_control.h"
#include "quartz.h"

#define QUARTZ_NAME(name, ...) #name,
#define QUARTZ_VALUE(name, value) value,
static const char *const counter_names[] = {QUARTZ_COUNTERS(QUARTZ_NAME)};
static const char *const knob_names[] = {QUARTZ_KNOBS(QUARTZ_NAME)};
static double knobs[] = {QUARTZ_KNOBS(QUARTZ_VALUE)};
#undef QUARTZ_VALUE
#undef QUARTZ_NAME

static int64_t counters[QUARTZ_COUNTER_COUNT];
static fault_control control = FAULT_CONTROL(counter_names, counters, knob_names, knobs);

void quartz_add(quartz_counter counter, int64_t change) {
    fault_add(&control, counter, change);
}

int64_t quartz_count(const char *name) {
    return fault_count(&control, name);
}

int quartz_wait(const char *name, int64_t value, bool exactly, double seconds) {
    return fault_wait(&control, name, value, exactly, seconds);
}

double quartz_get(quartz_knob knob) {
    return fault_get(&control, knob);
}

int quartz_set(const char *name, double value) {
    if (fault_set(&control, name, value) != 0)
        return -1;
    pthread_mutex_lock(&quartz_lock);
    quartz_changed();
    pthread_mutex_unlock(&quartz_lock);
    return 0;
}
