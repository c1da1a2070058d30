/* The counters and knobs of CoreVideo's part. */
#include "fault_control.h"
#include "standin.h"

#include <stdio.h>
#include <stdlib.h>

#define STANDIN_NAME(name, ...) #name,
#define STANDIN_VALUE(name, value) value,
static const char *const counter_names[] = {STANDIN_COUNTERS(STANDIN_NAME)};
static const char *const knob_names[] = {STANDIN_KNOBS(STANDIN_NAME)};
static const double defaults[] = {STANDIN_KNOBS(STANDIN_VALUE)};
static double knobs[] = {STANDIN_KNOBS(STANDIN_VALUE)};
#undef STANDIN_VALUE
#undef STANDIN_NAME

static int64_t counters[STANDIN_COUNTER_COUNT];
static fault_control control = FAULT_CONTROL(counter_names, counters, knob_names, knobs);

void standin_add(standin_counter counter, int64_t change) {
    int64_t value = fault_add(&control, counter, change);
    if (counter == STANDIN_threads)
        fault_raise(&control, STANDIN_threads_most, value);
}

int64_t standin_count(const char *name) {
    return fault_count(&control, name);
}

int standin_wait(const char *name, int64_t value, bool exactly, double seconds) {
    return fault_wait(&control, name, value, exactly, seconds);
}

double standin_get(standin_knob knob) {
    return fault_get(&control, knob);
}

int standin_set(const char *name, double value) {
    return fault_set(&control, name, value);
}

void standin_reset(void) {
    fault_reset(&control, defaults);
}

void standin_await_release(standin_knob knob) {
    fault_await_release(&control, knob);
}

void standin_abort(const char *message) {
    fprintf(stderr, "stand-in: %s\n", message);
    abort();
}
