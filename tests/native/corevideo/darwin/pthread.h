/* The system's pthreads, and what Darwin's have beside them. Macros lead Darwin's one-argument pthread_setname_np past that of
 * glibc, and what waits or is waited for to where time can be virtual; the stand-in's own files define STANDIN_IMPLEMENTATION to
 * reach the system's. */
#ifndef STANDIN_PTHREAD_H
#define STANDIN_PTHREAD_H

#include_next <pthread.h>
#include <time.h>

int pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *relative);
int standin_pthread_setname(const char *name);
int standin_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int standin_cond_broadcast(pthread_cond_t *cond);
int standin_thread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);

#ifndef STANDIN_IMPLEMENTATION
#define pthread_setname_np standin_pthread_setname
#define pthread_cond_wait standin_cond_wait
#define pthread_cond_broadcast standin_cond_broadcast
#define pthread_create standin_thread_create
#endif

#endif
