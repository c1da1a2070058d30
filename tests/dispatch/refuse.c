/* Preloaded: refuses threads, pipes and memory of one library, from the n-th request on, so many times. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 1, PIPES = 2, MEMORY = 4 };

/* Set by the program: the library's addresses, what is refused, how many requests are granted before, and how many refused. */
uintptr_t refuse_begin, refuse_end;
atomic_int refuse_kinds, refuse_granted, refuse_most;
/* How many have been refused, or would have been. */
atomic_int refuse_count;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static int is_refused(int kind, const void *caller) {
    uintptr_t address = (uintptr_t)caller;
    if (!(atomic_load(&refuse_kinds) & kind) || address < refuse_begin || address >= refuse_end)
        return 0;
    if (atomic_fetch_sub(&refuse_granted, 1) > 0)
        return 0;
    return atomic_fetch_add(&refuse_count, 1) < atomic_load(&refuse_most);
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size) {
    return is_refused(MEMORY, CALLER) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return is_refused(MEMORY, CALLER) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    return is_refused(MEMORY, CALLER) ? NULL : __libc_realloc(memory, size);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    typedef int create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (is_refused(THREADS, CALLER))
        return EAGAIN;
    return ((create *)dlsym(RTLD_NEXT, "pthread_create"))(thread, attributes, run, argument);
}

int pipe2(int ends[2], int flags) {
    if (is_refused(PIPES, CALLER)) {
        errno = EMFILE;
        return -1;
    }
    return ((int (*)(int *, int))dlsym(RTLD_NEXT, "pipe2"))(ends, flags);
}
