/* CADisplayLinks: each ticks at its display's vsyncs, for the last one that there was, on the thread of its run loop.
 *
 * To invalidate one on another thread aborts. */
#include "quartz.h"

#include <math.h>
#include <stdlib.h>

enum { LINKS = 64 };

static const double FALLBACK_RATE = 60;

typedef struct display_link {
    object base;
    uint32_t display;
    id target; /* retained, until invalidate */
    SEL selector;
    bool paused;
    CFRunLoopRef loop; /* that it is on, and that retains it */
    int64_t vsync;     /* the next one */
    double timestamp, target_timestamp, duration;
} display_link;

static Class link_class;
static object run_loop;
static display_link *links[LINKS]; /* on run loops; guarded by quartz_lock */

/* ---- display links ---- */

id quartz_make_link(uint32_t display, id target, SEL action) {
    if (quartz_get(QUARTZ_KNOB_make_fails) != 0)
        return nil;
    quartz_add(QUARTZ_making, 1);
    pthread_mutex_lock(&quartz_lock);
    while (quartz_get(QUARTZ_KNOB_make_holds) != 0)
        quartz_wait_until(INT64_MAX);
    pthread_mutex_unlock(&quartz_lock);
    quartz_add(QUARTZ_making, -1);
    display_link *made = calloc(1, sizeof *made);
    standin_abort_unless(made != NULL, "out of memory");
    quartz_initialize((id)made, link_class);
    atomic_store(&made->base.references, 0); /* autoreleased: a caller that keeps it retains it first */
    made->display = display;
    made->target = quartz_retain(target);
    made->selector = action;
    quartz_add(QUARTZ_display_links, 1);
    quartz_add(QUARTZ_display_links_made, 1);
    return (id)made;
}

static void end_link(id ended) {
    display_link *link = (display_link *)ended;
    if (link->target)
        quartz_release(link->target);
    quartz_add(QUARTZ_display_links, -1);
    free(link);
}

static id current_run_loop(id self, SEL selector) {
    (void)self, (void)selector;
    return (id)&run_loop;
}

static int64_t period_of(const display_link *link) {
    standin_display display;
    if (!standin_find_display(link->display, &display))
        return 0;
    return (int64_t)(1e9 / (display.rate > 0 ? display.rate : FALLBACK_RATE) + 0.5);
}

static void add_link(id self, SEL selector, id loop, CFRunLoopMode mode) {
    (void)selector;
    display_link *link = (display_link *)self;
    standin_abort_unless(loop == (id)&run_loop && mode == kCFRunLoopDefaultMode, "a link put on another loop");
    standin_abort_unless(link->target && !link->loop, "a link that cannot be put on a loop");
    quartz_retain(self);
    pthread_mutex_lock(&quartz_lock);
    int place = 0;
    while (links[place])
        standin_abort_unless(++place < LINKS, "too many links");
    links[place] = link;
    link->loop = CFRunLoopGetCurrent();
    link->vsync = standin_now() + period_of(link);
    pthread_mutex_unlock(&quartz_lock);
}

static void set_paused(id self, SEL selector, BOOL paused) {
    (void)selector;
    pthread_mutex_lock(&quartz_lock);
    ((display_link *)self)->paused = paused;
    pthread_mutex_unlock(&quartz_lock);
    quartz_add(QUARTZ_paused, paused);
}

static void invalidate(id self, SEL selector) {
    (void)selector;
    display_link *link = (display_link *)self;
    CFRunLoopRef loop = link->loop;
    standin_abort_unless(!loop || loop == CFRunLoopGetCurrent(), "a link was invalidated off its thread");
    pthread_mutex_lock(&quartz_lock);
    for (int i = 0; i < LINKS; i++)
        if (links[i] == link)
            links[i] = NULL;
    link->loop = NULL;
    id target = link->target;
    link->target = nil;
    pthread_mutex_unlock(&quartz_lock);
    quartz_add(QUARTZ_invalidated, 1);
    if (target)
        quartz_release(target);
    if (loop)
        quartz_release(self);
}

static double shown(double seconds) {
    return quartz_get(QUARTZ_KNOB_stamp_nan) != 0 ? (double)NAN : seconds;
}

static double timestamp(id self, SEL selector) {
    (void)selector;
    return shown(((display_link *)self)->timestamp);
}

static double target_timestamp(id self, SEL selector) {
    (void)selector;
    return shown(((display_link *)self)->target_timestamp);
}

static double duration(id self, SEL selector) {
    (void)selector;
    return shown(((display_link *)self)->duration);
}

/* ---- links on run loops ---- */

bool quartz_has_links(CFRunLoopRef loop) {
    for (int i = 0; i < LINKS; i++)
        if (links[i] && links[i]->loop == loop)
            return true;
    return false;
}

static bool is_ticking(const display_link *link, CFRunLoopRef loop) {
    return link && link->loop == loop && !link->paused && period_of(link) && quartz_get(QUARTZ_KNOB_ticking) != 0;
}

int64_t quartz_next_due(CFRunLoopRef loop, int64_t deadline) {
    int64_t next = deadline;
    for (int i = 0; i < LINKS; i++)
        if (is_ticking(links[i], loop) && links[i]->vsync < next)
            next = links[i]->vsync;
    return next;
}

id quartz_due_link(CFRunLoopRef loop) {
    for (int i = 0; i < LINKS; i++)
        if (is_ticking(links[i], loop) && links[i]->vsync <= standin_now())
            return quartz_retain((id)links[i]);
    return nil;
}

static double in_seconds(int64_t time) {
    return (double)time * 1e-9;
}

/* For the last vsync there was, and the next one. */
static void stamp(display_link *link) {
    int64_t period = period_of(link), now = standin_now();
    period = period ? period : 1;
    link->vsync += (now - link->vsync) / period * period;
    link->timestamp = in_seconds(link->vsync);
    link->target_timestamp = in_seconds(link->vsync + period);
    link->duration = in_seconds(period);
    link->vsync += period;
}

void quartz_fire(id due) {
    display_link *link = (display_link *)due;
    stamp(link);
    id target = quartz_retain(link->target);
    IMP action = quartz_find_method(target, link->selector);
    int64_t before = standin_count("objects");
    standin_enter_callback();
    ((void (*)(id, SEL, id))action)(target, link->selector, due);
    standin_leave_callback();
    quartz_add(QUARTZ_leftovers, standin_count("objects") - before);
    quartz_add(QUARTZ_ticks, 1);
    quartz_release(target);
    quartz_release(due);
}

void quartz_link_methods(void) {
    link_class = quartz_class("CADisplayLink", end_link);
    quartz_method(link_class, false, "addToRunLoop:forMode:", (IMP)add_link);
    quartz_method(link_class, false, "setPaused:", (IMP)set_paused);
    quartz_method(link_class, false, "invalidate", (IMP)invalidate);
    quartz_method(link_class, false, "timestamp", (IMP)timestamp);
    quartz_method(link_class, false, "targetTimestamp", (IMP)target_timestamp);
    quartz_method(link_class, false, "duration", (IMP)duration);
    Class loop_class = quartz_class("NSRunLoop", NULL);
    quartz_initialize((id)&run_loop, loop_class);
    quartz_method(loop_class, true, "currentRunLoop", (IMP)current_run_loop);
}
