/* CADisplayLink, macOS 14 and later: a screen of a running application ticks us, on a thread and a run loop of our
 * own.
 *
 * Objective-C for the sake of @autoreleasepool alone, as in corevideo.m: classes are looked up, the one class
 * is made and messages are sent by the runtime's C functions, see objc_send.h. How a link is made: screen_link.m.
 *
 * The link is its thread's: it is put on that run loop, calls back and is invalidated there alone. Nothing calls
 * back once the thread has ended, and stop() waits for that, so the target may hold its clock's address. A run loop
 * keeps a link, and a link its target, until it is invalidated: the end is explicit, never left to a dealloc. */
#include <CoreFoundation/CoreFoundation.h>
#include <stdlib.h>

#include "clocks/clock.h"
#include "clocks/objc_send.h"
#include "clocks/screen_link.h"
#include "platform/platform.h"

enum { DISPLAYS = 32 };

static const CFTimeInterval RUN_SECONDS =
    1;                                 /* s; one pass of the run loop has one pool, and ends after a source's work */
static const double MOST_MISSED = 1e6; /* a greater jump of the link's time is a discontinuity */
static const double LATEST = 9e9;      /* s; more would not fit into nanoseconds */

typedef struct quartz_clock {
    uint32_t display;
    sddl_on_tick on_tick;
    uintptr_t context; /* of on_tick */
    int64_t period;    /* if the link reports none */
    id link;           /* nil while stopped */
    pthread_t thread;
    CFRunLoopSourceRef stop_source;
    bool stopping;      /* this and what follows belongs to the thread, except for `loop` */
    double last_target; /* s */
    sddl_monitor monitor;
    CFRunLoopRef loop;
} quartz_clock;

/* ---- ticks, on the link's thread ---- */

/* Looking them up takes a lock of the runtime's: not at each tick, but once, by the control thread. */
static SEL timestamp_selector, target_selector, duration_selector;

static void look_up_selectors(void) {
    if (timestamp_selector)
        return;
    timestamp_selector = sel_registerName("timestamp");
    target_selector = sel_registerName("targetTimestamp");
    duration_selector = sel_registerName("duration");
}

static int64_t link_time(double seconds) {
    return seconds > 0 && seconds < LATEST ? (int64_t)(seconds * 1e9 + 0.5) : sddl_now();
}

/* The last target is when this tick should have come. */
static int64_t missed_before(quartz_clock *self, double timestamp, int64_t period) {
    double late = (timestamp - self->last_target) * 1e9 / (double)period;
    if (self->last_target == 0 || !(late >= 0.5 && late < MOST_MISSED))
        return 0;
    return (int64_t)(late + 0.5);
}

static void tick(quartz_clock *self, id link) {
    double timestamp = read_double(link, timestamp_selector), target = read_double(link, target_selector);
    int64_t usual = sddl_period_or(read_double(link, duration_selector), self->period);
    int64_t period = sddl_period_or(target - timestamp, usual);
    int64_t stamp = link_time(timestamp);
    sddl_tick made = {.timestamp = stamp,
                      .target = stamp + period,
                      .period = period,
                      .missed = missed_before(self, timestamp, period)};
    self->last_target = target;
    self->on_tick(self->context, &made);
}

static void display_link_callback(id target, SEL selector, id link) {
    @autoreleasepool {
        (void)selector;
        tick(sddl_screen_link_owner(target), link);
    }
}

/* ---- available displays, on any thread ---- */

static int available(void) {
    @autoreleasepool {
        return sddl_screen_links_available();
    }
}

static int displays(sddl_display *out, int capacity) {
    return sddl_clock_corevideo.displays(out, capacity);
}

/* ---- the link's thread ---- */

static void request_stop(void *info) {
    ((quartz_clock *)info)->stopping = true;
}

/* Hands the loop over before anything that can take time: start() waits for it. */
static void open_loop(quartz_clock *self) {
    CFRunLoopRef loop = CFRunLoopGetCurrent();
    CFRetain(loop);
    CFRunLoopAddSource(loop, self->stop_source, kCFRunLoopDefaultMode);
    sddl_monitor_lock(&self->monitor);
    self->loop = loop;
    sddl_monitor_notify(&self->monitor);
    sddl_monitor_unlock(&self->monitor);
    id current = send((id)objc_getClass("NSRunLoop"), "currentRunLoop");
    send_with_two(self->link, "addToRunLoop:forMode:", current, kCFRunLoopDefaultMode);
}

static void *run(void *argument) {
    quartz_clock *self = argument;
    sddl_thread_wants_precision();
    @autoreleasepool {
        open_loop(self);
    }
    while (!self->stopping)
        @autoreleasepool {
            CFRunLoopRunInMode(kCFRunLoopDefaultMode, RUN_SECONDS, true);
        }
    @autoreleasepool {
        sddl_screen_link_end(self->link);
    }
    return NULL;
}

static void await_loop(quartz_clock *self) {
    sddl_monitor_lock(&self->monitor);
    while (!self->loop)
        sddl_monitor_wait_until(&self->monitor, INT64_MAX);
    sddl_monitor_unlock(&self->monitor);
}

/* ---- the clock, on the threads that control it ---- */

static int64_t listed_period(uint32_t display) {
    sddl_display listed[DISPLAYS];
    int count = displays(listed, DISPLAYS);
    for (int index = 0; index < count && index < DISPLAYS; index++)
        if (display ? listed[index].id == display : listed[index].is_main)
            return sddl_period_or(1 / listed[index].refresh_rate, SDDL_SECOND / 60);
    return SDDL_SECOND / 60;
}

static int create(uint32_t display, double refresh_rate, sddl_on_tick on_tick, uintptr_t context, void **clock) {
    (void)refresh_rate; /* a display has its own */
    quartz_clock *self = calloc(1, sizeof *self);
    if (!self)
        return SDDL_E_MEMORY;
    self->display = display;
    self->on_tick = on_tick;
    self->context = context;
    self->period = listed_period(display);
    sddl_monitor_init(&self->monitor, SDDL_RANK_TIMER);
    *clock = self;
    return SDDL_OK;
}

static int start_thread(quartz_clock *self) {
    CFRunLoopSourceContext context = {.info = self, .perform = request_stop};
    self->stop_source = CFRunLoopSourceCreate(NULL, 0, &context);
    self->stopping = false;
    self->last_target = 0;
    self->loop = NULL;
    int status = sddl_thread_start(&self->thread, "sddl-quartz", run, self);
    if (status == SDDL_OK) {
        await_loop(self);
        return SDDL_OK;
    }
    CFRelease(self->stop_source);
    sddl_screen_link_end(self->link);
    self->link = nil;
    return status;
}

/* An invalidated link cannot be used again: every start creates one. */
static int start(void *clock) {
    quartz_clock *self = clock;
    @autoreleasepool {
        if (!sddl_screen_links_available())
            return SDDL_E_CLOCK;
        look_up_selectors();
        self->link = sddl_screen_link_request(self->display, (IMP)display_link_callback, self);
        return self->link ? start_thread(self) : SDDL_E_CLOCK;
    }
}

/* The signal stays until the run loop has seen it, even if the loop has not begun yet. */
static void stop(void *clock) {
    quartz_clock *self = clock;
    if (!self->link)
        return;
    @autoreleasepool {
        CFRunLoopSourceSignal(self->stop_source);
        CFRunLoopWakeUp(self->loop);
        pthread_join(self->thread, NULL);
        CFRunLoopSourceInvalidate(self->stop_source);
        CFRelease(self->stop_source);
        CFRelease(self->loop);
        self->link = nil;
    }
}

static void destroy(void *clock) {
    quartz_clock *self = clock;
    stop(self);
    sddl_monitor_destroy(&self->monitor);
    free(self);
}

static int64_t period(void *clock) {
    return ((quartz_clock *)clock)->period;
}

const sddl_clock_ops sddl_clock_quartzcore = {
    .name = "quartzcore",
    .is_display = true,
    .available = available,
    .displays = displays,
    .create = create,
    .start = start,
    .stop = stop,
    .destroy = destroy,
    .period = period,
};
