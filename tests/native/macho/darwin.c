/* Functions of Darwin's libc whose numbers or structures are not Linux's, for machine code that was compiled for macOS. */
#define STANDIN_IMPLEMENTATION
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    DARWIN_SIGNALS = 31,
    DARWIN_SIG_SETMASK = 3,
    DARWIN_O_NONBLOCK = 0x4,
    DARWIN_F_DUPFD_CLOEXEC = 67,
    DARWIN_ETIMEDOUT = 60,
    DARWIN_RTLD_DEFAULT = -2
};

_Static_assert(sizeof(pthread_mutex_t) <= 64 && sizeof(pthread_cond_t) <= 48, "they lie in Darwin's structures");
_Static_assert(sizeof(pthread_t) == 8, "a pointer on Darwin");

void *darwin_dlsym(void *handle, const char *name);
int darwin_fcntl(int descriptor, int command, int argument);
int darwin_pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));
int darwin_pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                              const struct timespec *time);
int darwin_pthread_sigmask(int how, const uint32_t *set, uint32_t *old);

static void unknown(const char *function, int value) {
    fprintf(stderr, "darwin.c: %s(... %#x ...) has no translation\n", function, (unsigned)value);
    abort();
}

void *darwin_dlsym(void *handle, const char *name) {
    if ((intptr_t)handle != DARWIN_RTLD_DEFAULT)
        unknown("dlsym", (int)(intptr_t)handle);
    return standin_dlsym(RTLD_DEFAULT, name);
}

/* Variable arguments are passed like others on x86_64, and the commands that set flags have Linux's numbers. */
int darwin_fcntl(int descriptor, int command, int argument) {
    if (command == F_SETFD && argument == FD_CLOEXEC)
        return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    if (command == F_SETFL && argument == DARWIN_O_NONBLOCK)
        return fcntl(descriptor, F_SETFL, O_NONBLOCK);
    if (command == DARWIN_F_DUPFD_CLOEXEC && argument == 0)
        return fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    unknown("fcntl", command);
    return -1;
}

/* glibc has it in no shared library. */
int darwin_pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void)) {
    return pthread_atfork(prepare, parent, child);
}

int darwin_pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                              const struct timespec *time) {
    int rc = pthread_cond_timedwait_relative_np(cond, mutex, time);
    return rc == ETIMEDOUT ? DARWIN_ETIMEDOUT : rc;
}

/* Darwin's set is a 32-bit mask. Its signals have other numbers, but a mask with all of them set, and one that was read
 * before, name none. */
static void from_darwin(uint32_t mask, sigset_t *set) {
    if (mask == UINT32_MAX)
        sigfillset(set);
    else
        sigemptyset(set);
    for (int number = 1; number <= DARWIN_SIGNALS; number++)
        if (mask >> (number - 1) & 1)
            sigaddset(set, number);
}

static uint32_t to_darwin(const sigset_t *set) {
    uint32_t mask = 0;
    for (int number = 1; number <= DARWIN_SIGNALS; number++)
        mask |= (uint32_t)(sigismember(set, number) == 1) << (number - 1);
    return mask;
}

int darwin_pthread_sigmask(int how, const uint32_t *mask, uint32_t *old_mask) {
    sigset_t set, old;
    if (how != DARWIN_SIG_SETMASK)
        unknown("pthread_sigmask", how);
    from_darwin(*mask, &set);
    int rc = pthread_sigmask(SIG_SETMASK, &set, &old);
    if (old_mask)
        *old_mask = to_darwin(&old);
    return rc;
}
