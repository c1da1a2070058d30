/* A started link's thread: a timer that wakes one and a half periods before the vsync it calls back for. */
#include "link.h"

#include <stdlib.h>
#include <time.h>

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
    standin_leave_callback();
}

static CVTimeStamp stamp(int64_t time, int64_t vsync, int64_t period) {
    uint64_t flags = kCVTimeStampVideoTimeValid | kCVTimeStampHostTimeValid | kCVTimeStampVideoRefreshPeriodValid |
                     kCVTimeStampRateScalarValid;
    return (CVTimeStamp){.videoTimeScale = (int32_t)SECOND,
                         .videoTime = vsync,
                         .hostTime = standin_host_time(time),
                         .rateScalar = standin_get(STANDIN_KNOB_rate_scalar),
                         .videoRefreshPeriod = period,
                         .flags = flags & (uint64_t)standin_get(STANDIN_KNOB_stamp_flags)};
}

int64_t standin_link_period(CVDisplayLinkRef link) {
    standin_display display;
    return standin_find_display(link->display, &display) ? (int64_t)((double)SECOND / display.rate + 0.5) : 0;
}

static bool is_wanted(const io_run *run) {
    return run->link->running && run->link->run == run->number;
}

/* Waits, link locked, for the next vsync's turn. False once the thread is to end. */
static bool wait_for_turn(io_run *run, int64_t period) {
    CVDisplayLinkRef link = run->link;
    int64_t turn = run->vsync - period * 3 / 2;
    struct timespec deadline = {.tv_sec = turn / SECOND, .tv_nsec = turn % SECOND};
    int rc = 0;
    while (rc == 0 && (is_wanted(run) || link->stragglers))
        rc = pthread_cond_clockwait(&link->changed, &link->lock, CLOCK_MONOTONIC, &deadline);
    if (is_wanted(run))
        return true;
    if (!link->stragglers)
        return false;
    link->stragglers--;
    return true;
}

static void io_turn(io_run *run, int64_t period) {
    if (!period) /* its display has gone: it waits for that for ever */
        return;
    int64_t late = standin_now() - (run->vsync - period * 3 / 2);
    if (late > period)
        run->vsync += late / period * period;
    CVTimeStamp now = stamp(standin_now(), run->vsync - period, period);
    CVTimeStamp output = stamp(run->vsync, run->vsync, period);
    if (standin_get(STANDIN_KNOB_ticking) != 0)
        standin_link_call_back(run->link, &now, &output);
    run->vsync += period;
}

void *standin_link_run(void *argument) {
    io_run run = *(io_run *)argument;
    CVDisplayLinkRef link = io_link = run.link;
    free(argument);
    pthread_setname_np(pthread_self(), "CVDisplayLink");
    pthread_mutex_lock(&link->lock);
    for (;;) {
        int64_t period = standin_link_period(link);
        if (!period)
            run.vsync = standin_now() + SECOND / 60;
        if (!wait_for_turn(&run, period))
            break;
        pthread_mutex_unlock(&link->lock);
        io_turn(&run, period);
        pthread_mutex_lock(&link->lock);
    }
    link->threads--;
    standin_link_leave(link);
    standin_pool_thread_end();
    standin_link_release(link);
    standin_add(STANDIN_threads, -1);
    return NULL;
}
