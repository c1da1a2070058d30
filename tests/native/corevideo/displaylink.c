/* CVDisplayLink over pthreads. Every started link has a thread of its own, which holds a reference to the link:
 * releasing a running link does not end it. A released link stays in the list for ever, so that its use is detected. */
#include "link.h"

#include <stdlib.h>

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static CVDisplayLinkRef all_links;

void standin_link_enter(CVDisplayLinkRef link) {
    standin_abort_unless(link != NULL, "called with no link");
    pthread_mutex_lock(&link->lock);
    standin_abort_unless(link->references > 0, "link used after its release");
}

void standin_link_leave(CVDisplayLinkRef link) {
    standin_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
}

void standin_link_release(CVDisplayLinkRef link) {
    standin_link_enter(link);
    bool last = --link->references == 0;
    standin_link_leave(link);
    if (last)
        standin_add(STANDIN_links, -1);
}

static CVDisplayLinkRef first_link(void) {
    pthread_mutex_lock(&list_lock);
    CVDisplayLinkRef link = all_links;
    pthread_mutex_unlock(&list_lock);
    return link;
}

static int deliver(bool released, const CVTimeStamp *now, const CVTimeStamp *output) {
    int count = 0;
    for (CVDisplayLinkRef link = first_link(); link; link = link->next) {
        pthread_mutex_lock(&link->lock);
        bool wanted = link->callback && (released ? link->references == 0 : link->running);
        pthread_mutex_unlock(&link->lock);
        if (wanted)
            standin_link_call_back(link, now, output);
        count += wanted;
    }
    return count;
}

int standin_deliver(const CVTimeStamp *now, const CVTimeStamp *output) {
    return deliver(false, now, output);
}

int standin_deliver_late(const CVTimeStamp *now, const CVTimeStamp *output) {
    return deliver(true, now, output);
}

void standin_kill_links(void) {
    for (CVDisplayLinkRef link = first_link(); link; link = link->next) {
        pthread_mutex_lock(&link->lock);
        link->dead = true;
        pthread_mutex_unlock(&link->lock);
    }
}

void standin_end_links(void) {
    for (CVDisplayLinkRef link = first_link(); link; link = link->next) {
        pthread_mutex_lock(&link->lock);
        link->running = false;
        standin_link_leave(link);
    }
}

/* ---- the framework's functions ---- */

CVReturn CVDisplayLinkCreateWithCGDisplay(CGDirectDisplayID id, CVDisplayLinkRef *out) {
    standin_framework_call();
    CVReturn result = (CVReturn)standin_get(STANDIN_KNOB_create_result);
    standin_display display;
    if (result == kCVReturnSuccess && !standin_find_display(id, &display))
        result = kCVReturnInvalidDisplay;
    *out = NULL;
    if (result != kCVReturnSuccess)
        return result;
    CVDisplayLinkRef link = calloc(1, sizeof *link);
    if (!link)
        return kCVReturnAllocationFailed;
    pthread_mutex_init(&link->lock, NULL);
    pthread_cond_init(&link->changed, NULL);
    link->references = 1;
    link->display = standin_get(STANDIN_KNOB_display_zero) != 0 ? kCGNullDirectDisplay : id;
    link->rate = display.rate;
    pthread_mutex_lock(&list_lock);
    link->next = all_links;
    all_links = link;
    pthread_mutex_unlock(&list_lock);
    standin_add(STANDIN_links_created, 1);
    standin_add(STANDIN_links, 1);
    *out = link;
    return kCVReturnSuccess;
}

CGDirectDisplayID CVDisplayLinkGetCurrentCGDisplay(CVDisplayLinkRef link) {
    standin_framework_call();
    standin_link_enter(link);
    CGDirectDisplayID display = link->display;
    standin_link_leave(link);
    return display;
}

CVReturn CVDisplayLinkSetOutputCallback(CVDisplayLinkRef link, CVDisplayLinkOutputCallback callback, void *context) {
    standin_framework_call();
    standin_link_enter(link);
    standin_abort_unless(!link->running, "callback changed while the link runs");
    CVReturn result = (CVReturn)standin_get(STANDIN_KNOB_callback_result);
    if (result == kCVReturnSuccess) {
        link->callback = callback;
        link->context = context;
    }
    standin_link_leave(link);
    return result;
}

static CVReturn start(CVDisplayLinkRef link) {
    standin_abort_unless(link->display != kCGNullDirectDisplay, "starting a link that has no display");
    if (link->running)
        return kCVReturnDisplayLinkAlreadyRunning;
    if (!link->callback)
        return kCVReturnDisplayLinkCallbacksNotSet;
    CVReturn result = (CVReturn)standin_get(STANDIN_KNOB_start_result);
    int64_t gap = (int64_t)(standin_get(STANDIN_KNOB_restart_gap) * (double)SECOND);
    if (gap && link->stopped_at && standin_now() < link->stopped_at + gap)
        result = kCVReturnError;
    io_run *run = malloc(sizeof *run);
    pthread_t thread;
    if (result != kCVReturnSuccess || !run) {
        free(run);
        return run ? result : kCVReturnAllocationFailed;
    }
    int64_t period = standin_link_period(link);
    bool retains = standin_get(STANDIN_KNOB_thread_retains) != 0;
    int64_t first = standin_now() + period * 3;
    *run = (io_run){.link = link, .number = ++link->run, .retains = retains, .first = first, .vsync = first};
    if (standin_thread_create(&thread, NULL, standin_link_run, run) != 0) {
        free(run);
        return kCVReturnError;
    }
    pthread_detach(thread);
    link->running = true;
    link->threads++;
    link->references += retains;
    standin_add(STANDIN_threads, 1);
    standin_add(STANDIN_starts, 1);
    return kCVReturnSuccess;
}

CVReturn CVDisplayLinkStart(CVDisplayLinkRef link) {
    standin_framework_call();
    standin_abort_unless(standin_link_of_thread() == NULL, "Start called on a link's own thread");
    standin_link_enter(link);
    CVReturn result = start(link);
    standin_link_leave(link);
    return result;
}

static void hang(void) {
    standin_add(STANDIN_stops_hanging, 1);
    standin_await_release(STANDIN_KNOB_stop_hangs);
    standin_add(STANDIN_stops_hanging, -1);
}

CVReturn CVDisplayLinkStop(CVDisplayLinkRef link) {
    standin_framework_call();
    if (standin_get(STANDIN_KNOB_stop_hangs) != 0)
        hang();
    standin_link_enter(link);
    CVReturn result = link->running ? kCVReturnSuccess : kCVReturnDisplayLinkNotRunning;
    bool waits = standin_get(STANDIN_KNOB_stop_waits) != 0;
    if (link->running) {
        link->running = false;
        link->stopped_at = standin_now();
        link->stragglers = waits ? 0 : (uint64_t)standin_get(STANDIN_KNOB_stragglers);
        standin_cond_broadcast(&link->changed);
        standin_add(STANDIN_stops, 1);
    }
    while (waits && standin_link_of_thread() != link && link->threads)
        standin_cond_wait(&link->changed, &link->lock);
    standin_link_leave(link);
    return result;
}

Boolean CVDisplayLinkIsRunning(CVDisplayLinkRef link) {
    standin_framework_call();
    standin_link_enter(link);
    Boolean running = link->running;
    standin_link_leave(link);
    return running;
}

CVTime CVDisplayLinkGetNominalOutputVideoRefreshPeriod(CVDisplayLinkRef link) {
    standin_framework_call();
    standin_link_enter(link);
    standin_display display;
    bool known = standin_find_display(link->display, &display);
    standin_link_leave(link);
    double units = standin_get(STANDIN_KNOB_nominal_scale);
    return (CVTime){.timeValue = (int64_t)units,
                    .timeScale = known ? (int32_t)(display.rate * units) : 0,
                    .flags = (int32_t)standin_get(STANDIN_KNOB_nominal_flags)};
}

CVDisplayLinkRef CVDisplayLinkRetain(CVDisplayLinkRef link) {
    standin_framework_call();
    standin_link_enter(link);
    link->references++;
    standin_link_leave(link);
    return link;
}

void CVDisplayLinkRelease(CVDisplayLinkRef link) {
    standin_framework_call();
    if (link)
        standin_link_release(link);
}
