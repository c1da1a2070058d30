/* CVDisplayLink: macOS ticks us once per refresh of a display, on a thread of its own.
 *
 * Objective-C for the sake of @autoreleasepool alone: no classes, no messages, no blocks. Neither CoreVideo's thread
 * nor ours has a pool: what a framework autoreleases there would live as long as the thread. So the callback is one
 * pool from end to end, and so is every function that calls a framework.
 *
 * CoreVideo never gets a pointer. The callback's context is a key, an integer used once, whose remainder is a slot in a
 * table that is never freed: a callback that comes after its link was released finds another key there and does
 * nothing. */
#include <CoreGraphics/CoreGraphics.h>
#include <CoreVideo/CoreVideo.h>
#include <stdatomic.h>

#include "clocks/clock.h"
#include "platform/platform.h"

#pragma clang diagnostic ignored                                                                                       \
    "-Wdeprecated-declarations" /* since macOS 15; its successor needs an application's run loop */

enum { SLOTS = 64, DISPLAYS = 32 };

static const double FALLBACK_RATE = 60.0;
static const double MOST_MISSED = 1e6; /* a greater jump of the video time is a discontinuity */
static const int64_t NO_VIDEO_TIME = INT64_MIN;

typedef struct link_slot {
    atomic_bool in_use;
    CVDisplayLinkRef link; /* used by the thread that controls the clock */
    bool started;          /* likewise; true from start to stop */
    atomic_uintptr_t key;  /* of the link it serves, 0 = none */
    _Atomic(sddl_on_tick) on_tick;
    atomic_uintptr_t context;   /* of on_tick */
    _Atomic int64_t period;     /* where a time stamp gives none */
    _Atomic int64_t video_time; /* of the last tick */
} link_slot;

static link_slot slots[SLOTS];
static atomic_uintptr_t keys_used;

/* ---- periods: the time stamp's, else the link's nominal one, else the display mode's, else 60 Hz ----
 *
 * Whatever CoreVideo leaves at 0 makes an infinity or a NaN, which is_period() and sddl_period_or() turn down. */

static double stamped_seconds(const CVTimeStamp *output) {
    if (!(output->flags & kCVTimeStampVideoRefreshPeriodValid))
        return 0;
    double scalar = (output->flags & kCVTimeStampRateScalarValid) ? output->rateScalar : 1.0;
    return (double)output->videoRefreshPeriod / (output->videoTimeScale * scalar);
}

static double nominal_seconds(CVDisplayLinkRef link) {
    CVTime period = CVDisplayLinkGetNominalOutputVideoRefreshPeriod(link);
    return period.flags & kCVTimeIsIndefinite ? 0 : (double)period.timeValue / period.timeScale;
}

/* 0 for most built-in panels. */
static double mode_rate(CGDirectDisplayID display) {
    CGDisplayModeRef mode = CGDisplayCopyDisplayMode(display);
    if (!mode)
        return 0;
    double rate = CGDisplayModeGetRefreshRate(mode);
    CGDisplayModeRelease(mode);
    return rate;
}

static bool is_period(double seconds) {
    return sddl_period_or(seconds, 0) != 0;
}

static double link_rate(CVDisplayLinkRef link, CGDirectDisplayID display) {
    double seconds = link ? nominal_seconds(link) : 0;
    if (is_period(seconds))
        return 1 / seconds;
    double rate = mode_rate(display);
    return is_period(1 / rate) ? rate : FALLBACK_RATE;
}

/* ---- ticks, on CoreVideo's thread ---- */

/* When what is drawn now is shown. The core replaces implausible times, and makes them increase. */
static int64_t output_time(const CVTimeStamp *output, int64_t period) {
    if (output->flags & kCVTimeStampHostTimeValid)
        return sddl_host_time_to_ns(output->hostTime);
    return sddl_now() + period;
}

static int64_t missed_before(link_slot *slot, const CVTimeStamp *output) {
    CVOptionFlags needed = kCVTimeStampVideoTimeValid | kCVTimeStampVideoRefreshPeriodValid;
    if ((output->flags & needed) != needed || output->videoRefreshPeriod <= 0)
        return 0;
    int64_t last = atomic_exchange(&slot->video_time, output->videoTime);
    double refreshes = ((double)output->videoTime - (double)last) / (double)output->videoRefreshPeriod;
    if (last == NO_VIDEO_TIME || refreshes < 1 || refreshes > MOST_MISSED)
        return 0;
    return (int64_t)(refreshes + 0.5) - 1;
}

/* The tick is for the vsync one period before its output time, as CADisplayLink has it: target = timestamp + period. */
static void tick(uintptr_t key, const CVTimeStamp *output) {
    link_slot *slot = &slots[key % SLOTS];
    sddl_on_tick on_tick = atomic_load(&slot->on_tick);
    uintptr_t context = atomic_load(&slot->context);
    if (atomic_load(&slot->key) != key) /* asked last: the two were those of this key */
        return;
    int64_t period = sddl_period_or(stamped_seconds(output), atomic_load(&slot->period));
    int64_t target = output_time(output, period);
    sddl_tick made = {
        .timestamp = target - period, .target = target, .period = period, .missed = missed_before(slot, output)};
    on_tick(context, &made);
}

static CVReturn output_callback(CVDisplayLinkRef link, const CVTimeStamp *now, const CVTimeStamp *output,
                                CVOptionFlags flags_in, CVOptionFlags *flags_out, void *context) {
    @autoreleasepool {
        (void)link, (void)now, (void)flags_in, (void)flags_out;
        tick((uintptr_t)context, output);
        return kCVReturnSuccess;
    }
}

/* ---- the clock, on the threads that control it ---- */

/* NULL while displays sleep or change. A link whose display is 0 is half made: it would crash once started. */
static CVDisplayLinkRef make_link(CGDirectDisplayID display) {
    CVDisplayLinkRef link = NULL;
    if (CVDisplayLinkCreateWithCGDisplay(display, &link) != kCVReturnSuccess || !link)
        return NULL;
    if (CVDisplayLinkGetCurrentCGDisplay(link) != kCGNullDirectDisplay)
        return link;
    CVDisplayLinkRelease(link);
    return NULL;
}

static link_slot *reserve_slot(void) {
    for (int i = 0; i < SLOTS; i++)
        if (!atomic_exchange(&slots[i].in_use, true))
            return &slots[i];
    return NULL;
}

static void free_slot(link_slot *slot) {
    atomic_store(&slot->key, 0);
    CVDisplayLinkRelease(slot->link);
    slot->link = NULL;
    atomic_store(&slot->in_use, false);
}

static int open_link(link_slot *slot, CGDirectDisplayID display, sddl_on_tick on_tick, uintptr_t context) {
    slot->link = make_link(display);
    if (!slot->link)
        return SDDL_E_CLOCK;
    uintptr_t key = (atomic_fetch_add(&keys_used, 1) + 1) * SLOTS + (uintptr_t)(slot - slots);
    atomic_store(&slot->on_tick, on_tick);
    atomic_store(&slot->context, context);
    atomic_store(&slot->period, (int64_t)((double)SDDL_SECOND / link_rate(slot->link, display)));
    atomic_store(&slot->key, key);
    CVReturn rc = CVDisplayLinkSetOutputCallback(slot->link, output_callback, (void *)key);
    return rc == kCVReturnSuccess ? SDDL_OK : SDDL_E_CLOCK;
}

static int create(uint32_t display, double refresh_rate, sddl_on_tick on_tick, uintptr_t context, void **clock) {
    (void)refresh_rate; /* a display has its own */
    @autoreleasepool {
        link_slot *slot = reserve_slot();
        if (!slot)
            return SDDL_E_MEMORY;
        int rc = open_link(slot, display ? display : CGMainDisplayID(), on_tick, context);
        if (rc != SDDL_OK)
            free_slot(slot);
        *clock = rc == SDDL_OK ? slot : NULL;
        return rc;
    }
}

static int start(void *clock) {
    link_slot *slot = clock;
    @autoreleasepool {
        atomic_store(&slot->video_time, NO_VIDEO_TIME);
        CVReturn rc = CVDisplayLinkStart(slot->link);
        slot->started = rc == kCVReturnSuccess || rc == kCVReturnDisplayLinkAlreadyRunning;
        return slot->started ? SDDL_OK : SDDL_E_CLOCK;
    }
}

static void stop(void *clock) {
    link_slot *slot = clock;
    @autoreleasepool {
        CVDisplayLinkStop(slot->link); /* an error says that it was not running */
        slot->started = false;
    }
}

static void destroy(void *clock) {
    if (((link_slot *)clock)->started)
        stop(clock); /* releasing a running link need not end its thread; each further stop may hang */
    @autoreleasepool {
        free_slot(clock);
    }
}

static int64_t period(void *clock) {
    return atomic_load(&((link_slot *)clock)->period);
}

/* ---- available displays, on any thread ---- */

static int available(void) {
    return 1;
}

static double display_rate(CGDirectDisplayID display) {
    double rate = mode_rate(display);
    if (is_period(1 / rate))
        return rate;
    CVDisplayLinkRef link = make_link(display);
    rate = link_rate(link, display);
    CVDisplayLinkRelease(link);
    return rate;
}

static int displays(sddl_display *out, int capacity) {
    @autoreleasepool {
        CGDirectDisplayID ids[DISPLAYS], main_display = CGMainDisplayID();
        uint32_t count = 0;
        if (CGGetActiveDisplayList(DISPLAYS, ids, &count) != kCGErrorSuccess)
            return 0;
        for (int i = 0; i < capacity && i < (int)count; i++)
            out[i] =
                (sddl_display){.id = ids[i], .is_main = ids[i] == main_display, .refresh_rate = display_rate(ids[i])};
        return (int)count;
    }
}

const sddl_clock_ops sddl_clock_corevideo = {
    .name = "corevideo",
    .is_display = true,
    .min_lifetime = 250 * SDDL_MILLISECOND,
    .available = available,
    .displays = displays,
    .create = create,
    .start = start,
    .stop = stop,
    .destroy = destroy,
    .period = period,
};
