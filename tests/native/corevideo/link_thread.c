/* A started link's thread: a timer that wakes one and a half periods before the vsync it calls back for. */
#include "link.h"

#include <stdlib.h>

static const double FALLBACK_RATE = 60; /* as CoreVideo has it for displays that give no vsync */

static _Thread_local CVDisplayLinkRef io_link;

CVDisplayLinkRef standin_link_of_thread(void) {
    return io_link;
}

void standin_link_call_back(CVDisplayLinkRef link, const CVTimeStamp *now, const CVTimeStamp *output) {
    pthread_mutex_lock(&link->lock);
    CVDisplayLinkOutputCallback callback = link->callback;
    void *context = link->context;
    pthread_mutex_unlock(&link->lock);
    CVOptionFlags flags_out = 0;
    standin_enter_callback();
    callback(link, now, output, 0, &flags_out, context);
    standin_await_release(STANDIN_KNOB_callback_holds);
    standin_leave_callback();
}

static CVTimeStamp stamp(uint64_t host_time, int64_t vsync, int64_t period) {
    uint64_t flags = kCVTimeStampVideoTimeValid | kCVTimeStampHostTimeValid | kCVTimeStampVideoRefreshPeriodValid |
                     kCVTimeStampRateScalarValid;
    double wrong = standin_get(STANDIN_KNOB_stamp_period);
    return (CVTimeStamp){.videoTimeScale = (int32_t)SECOND,
                         .videoTime = vsync,
                         .hostTime = host_time,
                         .rateScalar = standin_get(STANDIN_KNOB_rate_scalar),
                         .videoRefreshPeriod = wrong < 0 ? period : (int64_t)wrong,
                         .flags = flags & (uint64_t)standin_get(STANDIN_KNOB_stamp_flags)};
}

static uint64_t stamped_host_time(const io_run *run) {
    switch ((standin_stamp_error)standin_get(STANDIN_KNOB_stamp_error)) {
    case STANDIN_STAMP_TWICE:
        return standin_host_time(run->first);
    case STANDIN_STAMP_BACKWARDS:
        return standin_host_time(2 * run->first - run->vsync);
    case STANDIN_STAMP_PAST:
        return 1;
    case STANDIN_STAMP_FUTURE:
        return INT64_MAX - 1;
    default:
        return standin_host_time(run->vsync);
    }
}

/* The rate that the link's display has for it; -1 once the display has gone. With the link locked. */
static double link_rate(CVDisplayLinkRef link) {
    standin_display display;
    if (!standin_find_display(link->display, &display))
        return -1;
    if (standin_get(STANDIN_KNOB_rate_kept) == 0)
        return display.rate;
    return link->rate > 0 ? link->rate : FALLBACK_RATE;
}

int64_t standin_link_period(CVDisplayLinkRef link) {
    double rate = link_rate(link);
    return rate < 0 ? 0 : (int64_t)((double)SECOND / (rate > 0 ? rate : FALLBACK_RATE) + 0.5);
}

static int64_t lead(int64_t period) {
    return (int64_t)((double)period * standin_get(STANDIN_KNOB_lead));
}

static bool is_wanted(const io_run *run) {
    return run->link->running && run->link->run == run->number;
}

/* Waits, link locked, for the next vsync's turn. False once the thread is to end. */
static bool wait_for_turn(io_run *run, int64_t period) {
    CVDisplayLinkRef link = run->link;
    int64_t turn = run->vsync - lead(period);
    int rc = 0;
    while (rc == 0 && (is_wanted(run) || link->stragglers))
        rc = standin_cond_wait_until(&link->changed, &link->lock, turn);
    standin_abort_unless(link->references > 0, "a link was released under its thread");
    if (is_wanted(run))
        return true;
    if (!link->stragglers)
        return false;
    link->stragglers--;
    return true;
}

/* `dumb`: its display gives no vsync. */
static void io_turn(io_run *run, int64_t period, bool silent, bool dumb) {
    if (!period) /* its display has gone: it waits for that for ever */
        return;
    int64_t late = standin_now() - (run->vsync - lead(period));
    if (late > period)
        run->vsync += late / period * period;
    int64_t stamped = dumb ? 0 : period;
    CVTimeStamp now = stamp(standin_host_time(standin_now()), run->vsync - period, stamped);
    CVTimeStamp output = stamp(stamped_host_time(run), run->vsync, stamped);
    if (!silent && standin_get(STANDIN_KNOB_ticking) != 0)
        standin_link_call_back(run->link, &now, &output);
    run->vsync += period;
}

/* With the link locked: what goes before a thread's first turn. */
static void begin(CVDisplayLinkRef link) {
    int64_t beginning = standin_now() + (int64_t)(standin_get(STANDIN_KNOB_thread_delay) * (double)SECOND);
    while (standin_now() < beginning)
        standin_cond_wait_until(&link->changed, &link->lock, beginning);
    standin_abort_unless(link->references > 0, "a link was released before its thread began");
}

void *standin_link_run(void *argument) {
    io_run run = *(io_run *)argument;
    CVDisplayLinkRef link = io_link = run.link;
    free(argument);
    pthread_setname_np(pthread_self(), "CVDisplayLink");
    pthread_mutex_lock(&link->lock);
    begin(link);
    for (;;) {
        int64_t period = standin_link_period(link);
        if (!period)
            run.vsync = standin_now() + SECOND / 60;
        if (!wait_for_turn(&run, period))
            break;
        bool silent = link->dead, dumb = link_rate(link) == 0;
        pthread_mutex_unlock(&link->lock);
        io_turn(&run, period, silent, dumb);
        pthread_mutex_lock(&link->lock);
    }
    link->threads--;
    standin_link_leave(link);
    standin_pool_thread_end();
    if (run.retains)
        standin_link_release(link);
    standin_add(STANDIN_threads, -1);
    return NULL;
}
