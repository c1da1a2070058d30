/* The system's pthreads, and what Darwin's have beside them. A macro leads Darwin's one-argument pthread_setname_np
 * past that of glibc; the stand-in's own files define STANDIN_IMPLEMENTATION to reach the latter. */
#ifndef STANDIN_PTHREAD_H
#define STANDIN_PTHREAD_H

#include_next <pthread.h>
#include <time.h>

int pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *relative);
int standin_pthread_setname(const char *name);

#ifndef STANDIN_IMPLEMENTATION
#define pthread_setname_np standin_pthread_setname
#endif

#endif
