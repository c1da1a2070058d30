/* Real and virtual time, and the waits and threads that know both.
 *
 * Virtual time knows when it may move: when every native thread waits for it, or for another thread. So each thread of
 * the library and of a link is counted while it does not wait, and what would wake it from a wait counts it again
 * before it has woken. A wait of a thread that is not native (one of Python's) ends with its time too, but time does
 * not wait for what it does then. */
#include "standin.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define SECOND INT64_C(1000000000)
#define PATIENCE 30 /* real seconds until native threads that neither wait nor end are taken for stuck */

typedef struct waiter {
    struct waiter *next;
    const pthread_cond_t *cond;
    int64_t deadline;
    bool is_native, is_woken, has_expired;
    pthread_cond_t wake;
} waiter;

static atomic_bool is_virtual;
static _Atomic int64_t virtual_now; /* while it is */
static _Atomic int64_t offset;      /* while it is not: what virtual time has been ahead by */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows; taken last */
static pthread_cond_t quiet = PTHREAD_COND_INITIALIZER;
static waiter *waiters;
static int threads; /* native ones */
static int busy;    /* of those, the ones that do not wait in virtual time */

static _Thread_local bool is_native;

static int64_t real_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

int64_t standin_now(void) {
    return atomic_load(&is_virtual) ? atomic_load(&virtual_now) : real_now() + atomic_load(&offset);
}

/* ---- waits ---- */

/* The rest of this part with `lock` held. */
static void count_busy(int change) {
    busy += change;
    if (busy == 0)
        pthread_cond_broadcast(&quiet);
}

static void wake(waiter *sleeper, bool expired) {
    if (sleeper->is_woken)
        return;
    sleeper->is_woken = true;
    sleeper->has_expired = expired;
    count_busy(sleeper->is_native);
    pthread_cond_signal(&sleeper->wake);
}

static void forget(const waiter *gone) {
    waiter **link = &waiters;
    while (*link != gone)
        link = &(*link)->next;
    *link = gone->next;
}

static int wait_virtually(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline) {
    pthread_mutex_lock(&lock);
    waiter self = {.next = waiters, .cond = cond, .deadline = deadline, .is_native = is_native};
    pthread_cond_init(&self.wake, NULL);
    waiters = &self;
    count_busy(-is_native);
    if (deadline <= atomic_load(&virtual_now) || !atomic_load(&is_virtual))
        wake(&self, true);
    pthread_mutex_unlock(mutex);
    while (!self.is_woken)
        pthread_cond_wait(&self.wake, &lock);
    forget(&self);
    pthread_mutex_unlock(&lock);
    pthread_cond_destroy(&self.wake);
    pthread_mutex_lock(mutex);
    return self.has_expired && standin_now() >= deadline ? ETIMEDOUT : 0;
}

int standin_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline) {
    if (atomic_load(&is_virtual))
        return wait_virtually(cond, mutex, deadline);
    if (deadline == INT64_MAX)
        return pthread_cond_wait(cond, mutex);
    int64_t end = deadline - atomic_load(&offset);
    struct timespec until = {.tv_sec = end / SECOND, .tv_nsec = end % SECOND};
    return pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, &until);
}

int standin_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex) {
    return standin_cond_wait_until(cond, mutex, INT64_MAX);
}

int standin_cond_broadcast(pthread_cond_t *cond) {
    if (atomic_load(&is_virtual)) {
        pthread_mutex_lock(&lock);
        for (waiter *sleeper = waiters; sleeper; sleeper = sleeper->next)
            if (sleeper->cond == cond)
                wake(sleeper, false);
        pthread_mutex_unlock(&lock);
    }
    return pthread_cond_broadcast(cond);
}

/* ---- threads ---- */

typedef struct launch {
    void *(*run)(void *);
    void *argument;
} launch;

static void count_thread(int change) {
    pthread_mutex_lock(&lock);
    threads += change;
    count_busy(change);
    pthread_mutex_unlock(&lock);
}

static void *run_native(void *argument) {
    launch begun = *(launch *)argument;
    free(argument);
    is_native = true;
    void *result = begun.run(begun.argument);
    count_thread(-1);
    return result;
}

int standin_thread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    launch *begun = malloc(sizeof *begun);
    if (!begun)
        return ENOMEM;
    *begun = (launch){run, argument};
    count_thread(1);
    int failed = pthread_create(thread, attributes, run_native, begun);
    if (failed) {
        count_thread(-1);
        free(begun);
    }
    return failed;
}

/* ---- the passing of virtual time ---- */

void standin_set_virtual(bool virtual_time) {
    pthread_mutex_lock(&lock);
    standin_abort_unless(!virtual_time || threads == 0, "virtual time begun while native threads run");
    int64_t now = standin_now();
    atomic_store(&virtual_now, now);
    atomic_store(&offset, now - real_now());
    atomic_store(&is_virtual, virtual_time);
    for (waiter *sleeper = waiters; sleeper && !virtual_time; sleeper = sleeper->next)
        wake(sleeper, false);
    pthread_mutex_unlock(&lock);
}

static void await_quiet(void) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += PATIENCE;
    int rc = 0;
    while (busy && rc == 0)
        rc = pthread_cond_clockwait(&quiet, &lock, CLOCK_MONOTONIC, &end);
    standin_abort_unless(busy == 0, "a native thread neither waits nor ends");
}

static int64_t next_deadline(void) {
    int64_t next = INT64_MAX;
    for (const waiter *sleeper = waiters; sleeper; sleeper = sleeper->next)
        if (!sleeper->is_woken && sleeper->deadline < next)
            next = sleeper->deadline;
    return next;
}

static void move_to(int64_t now) {
    if (now > atomic_load(&virtual_now))
        atomic_store(&virtual_now, now);
    for (waiter *sleeper = waiters; sleeper; sleeper = sleeper->next)
        if (sleeper->deadline <= atomic_load(&virtual_now))
            wake(sleeper, true);
}

void standin_advance(int64_t nanoseconds, bool at_once) {
    pthread_mutex_lock(&lock);
    standin_abort_unless(atomic_load(&is_virtual), "real time passes by itself");
    int64_t end = atomic_load(&virtual_now) + nanoseconds;
    await_quiet();
    if (at_once)
        move_to(end);
    for (await_quiet(); next_deadline() <= end; await_quiet())
        move_to(next_deadline());
    move_to(end);
    pthread_mutex_unlock(&lock);
}
