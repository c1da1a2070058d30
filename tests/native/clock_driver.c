/* In the core's place above clocks/corevideo.m: keeps the ticks that it is given, and lets a test call the clock's functions,
 * which are static, through the clock's table. */
#include <mach/mach_time.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "clocks/clock.h"
#include "platform/platform.h"

enum { MOST = 64 };

typedef struct driver_tick {
    uint64_t context;
    int64_t timestamp, target, period, missed;
} driver_tick;

int driver_create(uint32_t display, uint64_t context, void **clock);
int driver_start(void *clock);
void driver_stop(void *clock);
void driver_destroy(void *clock);
int driver_displays(sddl_display *out, int capacity);
int driver_take(driver_tick *out);
bool driver_wait_until(int64_t deadline);
bool driver_wait_for_notify(int64_t deadline);
void driver_call_with_lock_held(void);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static driver_tick ticks[MOST];
static int count;

static int64_t keep(uintptr_t context, const sddl_tick *tick) {
    pthread_mutex_lock(&lock);
    if (count < MOST)
        ticks[count++] = (driver_tick){context, tick->timestamp, tick->target, tick->period, tick->missed};
    pthread_mutex_unlock(&lock);
    return 0;
}

/* The ticks since the last call, `MOST` at most. */
int driver_take(driver_tick *out) {
    pthread_mutex_lock(&lock);
    int taken = count;
    for (int i = 0; i < taken; i++)
        out[i] = ticks[i];
    count = 0;
    pthread_mutex_unlock(&lock);
    return taken;
}

int driver_create(uint32_t display, uint64_t context, void **clock) {
    return sddl_clock_corevideo.create(display, 60, keep, context, clock);
}

int driver_start(void *clock) {
    return sddl_clock_corevideo.start(clock);
}

void driver_stop(void *clock) {
    sddl_clock_corevideo.stop(clock);
}

void driver_destroy(void *clock) {
    sddl_clock_corevideo.destroy(clock);
}

int driver_displays(sddl_display *out, int capacity) {
    return sddl_clock_corevideo.displays(out, capacity);
}

/* Waits on a monitor that is never notified. */
bool driver_wait_until(int64_t deadline) {
    sddl_monitor monitor;
    sddl_monitor_init(&monitor, SDDL_RANK_TIMER);
    sddl_monitor_lock(&monitor);
    bool in_time;
    do
        in_time = sddl_monitor_wait_until(&monitor, deadline);
    while (in_time && sddl_now() < deadline);
    sddl_monitor_unlock(&monitor);
    sddl_monitor_destroy(&monitor);
    return in_time;
}

typedef struct notified {
    sddl_monitor monitor;
    bool done;
} notified;

static void *notify(void *argument) {
    notified *self = argument;
    sddl_thread_wants_precision();
    sddl_monitor_lock(&self->monitor);
    self->done = true;
    sddl_monitor_notify(&self->monitor);
    sddl_monitor_unlock(&self->monitor);
    return NULL;
}

/* Waits on a monitor that another thread notifies. */
bool driver_wait_for_notify(int64_t deadline) {
    notified self = {.done = false};
    pthread_t thread;
    sddl_monitor_init(&self.monitor, SDDL_RANK_TIMER);
    sddl_monitor_lock(&self.monitor);
    bool in_time = sddl_thread_start(&thread, "driver", notify, &self) == SDDL_OK;
    while (in_time && !self.done)
        in_time = sddl_monitor_wait_until(&self.monitor, deadline);
    sddl_monitor_unlock(&self.monitor);
    pthread_join(thread, NULL);
    sddl_monitor_destroy(&self.monitor);
    return in_time;
}

/* What the core never does. */
void driver_call_with_lock_held(void) {
    sddl_mutex mutex;
    sddl_mutex_init(&mutex, SDDL_RANK_SOURCE);
    sddl_mutex_lock(&mutex);
    sddl_clock_corevideo.displays(NULL, 0);
}
