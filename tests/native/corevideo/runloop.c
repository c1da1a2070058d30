/* Run loops: sources that are signalled by hand, and the display links that are on them. */
#include "quartz.h"

#include <stdlib.h>

enum { SOURCES = 16 };

struct __CFString {
    char unused;
};

typedef enum cf_kind { A_LOOP, A_SOURCE } cf_kind;

typedef struct cf_object {
    cf_kind kind;
    atomic_int references;
} cf_object;

struct __CFRunLoop {
    cf_object base;
    CFRunLoopSourceRef sources[SOURCES]; /* each retained */
};

struct __CFRunLoopSource {
    cf_object base;
    CFRunLoopSourceContext context;
    CFRunLoopRef loop; /* that it is on, and that keeps it */
    bool signalled, invalid;
};

static const struct __CFString default_mode, common_modes;
const CFRunLoopMode kCFRunLoopDefaultMode = &default_mode;
const CFRunLoopMode kCFRunLoopCommonModes = &common_modes;

pthread_mutex_t quartz_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static struct __CFRunLoop main_loop = {.base = {.kind = A_LOOP, .references = 1}};
static pthread_key_t own_loop;
static pthread_once_t once = PTHREAD_ONCE_INIT;

void quartz_changed(void) {
    standin_cond_broadcast(&changed);
}

void quartz_wait_until(int64_t deadline) {
    standin_cond_wait_until(&changed, &quartz_lock, deadline);
}

/* ---- reference counts ---- */

CFTypeRef CFRetain(CFTypeRef retained) {
    standin_framework_call();
    atomic_fetch_add(&((cf_object *)(uintptr_t)retained)->references, 1);
    return retained;
}

static void release(cf_object *released);

static void end_source(CFRunLoopSourceRef source) {
    if (source->context.release)
        source->context.release(source->context.info);
    quartz_add(QUARTZ_sources, -1);
    free(source);
}

static void end_loop(CFRunLoopRef loop) {
    for (int i = 0; i < SOURCES; i++)
        if (loop->sources[i]) {
            loop->sources[i]->loop = NULL;
            release(&loop->sources[i]->base);
        }
    quartz_add(QUARTZ_run_loops, -1);
    free(loop);
}

static void release(cf_object *released) {
    int before = atomic_fetch_sub(&released->references, 1);
    standin_abort_unless(before > 0, "a CoreFoundation object was released too often");
    if (before > 1)
        return;
    if (released->kind == A_SOURCE)
        end_source((CFRunLoopSourceRef)(void *)released);
    else
        end_loop((CFRunLoopRef)(void *)released);
}

void CFRelease(CFTypeRef released) {
    standin_framework_call();
    release((cf_object *)(uintptr_t)released);
}

/* ---- loops of threads ---- */

static void thread_end(void *loop) {
    if (loop != &main_loop)
        release(loop);
}

static void make_key(void) {
    pthread_key_create(&own_loop, thread_end);
}

CFRunLoopRef CFRunLoopGetMain(void) {
    return &main_loop;
}

void quartz_become_main(void) {
    pthread_once(&once, make_key);
    pthread_setspecific(own_loop, &main_loop);
}

bool quartz_is_main(void) {
    pthread_once(&once, make_key);
    return pthread_getspecific(own_loop) == &main_loop;
}

CFRunLoopRef CFRunLoopGetCurrent(void) {
    pthread_once(&once, make_key);
    CFRunLoopRef loop = pthread_getspecific(own_loop);
    if (loop)
        return loop;
    loop = calloc(1, sizeof *loop);
    standin_abort_unless(loop != NULL, "out of memory");
    loop->base = (cf_object){A_LOOP, 1};
    pthread_setspecific(own_loop, loop);
    quartz_add(QUARTZ_run_loops, 1);
    return loop;
}

void CFRunLoopWakeUp(CFRunLoopRef loop) {
    standin_framework_call();
    standin_abort_unless(loop->base.references > 0, "a run loop was woken after its end");
    pthread_mutex_lock(&quartz_lock);
    quartz_changed();
    pthread_mutex_unlock(&quartz_lock);
}

/* ---- sources ---- */

CFRunLoopSourceRef CFRunLoopSourceCreate(CFAllocatorRef allocator, CFIndex order, CFRunLoopSourceContext *context) {
    standin_framework_call();
    standin_abort_unless(!allocator && !order && !context->version && context->perform, "a source of an unknown kind");
    CFRunLoopSourceRef source = calloc(1, sizeof *source);
    standin_abort_unless(source != NULL, "out of memory");
    source->base = (cf_object){A_SOURCE, 1};
    source->context = *context;
    if (context->retain)
        source->context.info = (void *)(uintptr_t)context->retain(context->info);
    quartz_add(QUARTZ_sources, 1);
    return source;
}

void CFRunLoopAddSource(CFRunLoopRef loop, CFRunLoopSourceRef source, CFRunLoopMode mode) {
    standin_framework_call();
    standin_abort_unless(mode == kCFRunLoopDefaultMode || mode == kCFRunLoopCommonModes, "an unknown mode");
    pthread_mutex_lock(&quartz_lock);
    int place = 0;
    while (place < SOURCES && loop->sources[place])
        place++;
    standin_abort_unless(place < SOURCES && !source->loop && !source->invalid, "a source that cannot be added");
    atomic_fetch_add(&source->base.references, 1);
    loop->sources[place] = source;
    source->loop = loop;
    pthread_mutex_unlock(&quartz_lock);
}

/* Wakes no thread, as in CoreFoundation. */
void CFRunLoopSourceSignal(CFRunLoopSourceRef source) {
    standin_framework_call();
    pthread_mutex_lock(&quartz_lock);
    source->signalled = true;
    pthread_mutex_unlock(&quartz_lock);
}

void CFRunLoopSourceInvalidate(CFRunLoopSourceRef source) {
    standin_framework_call();
    pthread_mutex_lock(&quartz_lock);
    CFRunLoopRef loop = source->loop;
    for (int i = 0; loop && i < SOURCES; i++)
        loop->sources[i] = loop->sources[i] == source ? NULL : loop->sources[i];
    source->loop = NULL;
    source->invalid = true;
    pthread_mutex_unlock(&quartz_lock);
    if (loop)
        release(&source->base);
}

/* ---- turns ---- */

/* With the lock held: what there is to do, retained. */
static CFRunLoopSourceRef take_signalled(CFRunLoopRef loop) {
    for (int i = 0; i < SOURCES; i++) {
        CFRunLoopSourceRef source = loop->sources[i];
        if (source && source->signalled) {
            source->signalled = false;
            atomic_fetch_add(&source->base.references, 1);
            return source;
        }
    }
    return NULL;
}

static bool is_empty(CFRunLoopRef loop) {
    for (int i = 0; i < SOURCES; i++)
        if (loop->sources[i])
            return false;
    return loop != &main_loop && !quartz_has_links(loop);
}

/* With the lock held, which it lets go meanwhile: does one thing, if there is one to do. */
static bool work(CFRunLoopRef loop) {
    if (loop == &main_loop && quartz_get(QUARTZ_KNOB_main_answers) == 0)
        return false;
    CFRunLoopSourceRef source = take_signalled(loop);
    id link = source ? nil : quartz_due_link(loop);
    if (!source && !link)
        return false;
    pthread_mutex_unlock(&quartz_lock);
    standin_framework_call();
    if (source) {
        source->context.perform(source->context.info);
        quartz_add(QUARTZ_performed, 1);
        release(&source->base);
    } else {
        quartz_fire(link);
    }
    pthread_mutex_lock(&quartz_lock);
    return true;
}

CFRunLoopRunResult CFRunLoopRunInMode(CFRunLoopMode mode, CFTimeInterval seconds, Boolean return_after_source) {
    standin_abort_unless(mode == kCFRunLoopDefaultMode, "run in another mode");
    CFRunLoopRef loop = CFRunLoopGetCurrent();
    int64_t deadline = standin_now() + (int64_t)(seconds * 1e9);
    CFRunLoopRunResult result = 0;
    pthread_mutex_lock(&quartz_lock);
    while (!result) {
        if (is_empty(loop))
            result = kCFRunLoopRunFinished;
        else if (work(loop))
            result = return_after_source ? kCFRunLoopRunHandledSource : 0;
        else if (standin_now() >= deadline)
            result = kCFRunLoopRunTimedOut;
        else
            quartz_wait_until(quartz_next_due(loop, deadline));
    }
    pthread_mutex_unlock(&quartz_lock);
    return result;
}
