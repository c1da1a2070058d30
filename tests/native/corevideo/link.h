/* A stand-in link, as its functions (displaylink.c) and its thread (link_thread.c) share it. */
#ifndef STANDIN_LINK_H
#define STANDIN_LINK_H

#include "standin.h"

#include <CoreVideo/CoreVideo.h>
#include <pthread.h>

#define SECOND INT64_C(1000000000)

struct __CVDisplayLink {
    CVDisplayLinkRef next; /* in the list of all, which only grows */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    int references;
    uint32_t display;
    double rate; /* that of its display when it was made */
    bool dead;   /* it never ticks again */
    CVDisplayLinkOutputCallback callback;
    void *context;
    bool running;
    uint64_t run;        /* number of the latest start */
    int64_t stopped_at;  /* 0 = never */
    uint64_t stragglers; /* callbacks still to come after an early stop */
    int threads;
};

typedef struct io_run {
    CVDisplayLinkRef link;
    uint64_t number;
    bool retains;  /* its reference keeps the link alive */
    int64_t first; /* the first vsync */
    int64_t vsync; /* the one to call back for next */
} io_run;

/* Locks the link, unless it has been released: that aborts. */
void standin_link_enter(CVDisplayLinkRef link);
void standin_link_leave(CVDisplayLinkRef link);
void standin_link_release(CVDisplayLinkRef link);

/* With the link locked. 0 once its display has gone. */
int64_t standin_link_period(CVDisplayLinkRef link);
void standin_link_call_back(CVDisplayLinkRef link, const CVTimeStamp *now, const CVTimeStamp *output);
/* A started link's thread; the io_run, from malloc, is its to free. */
void *standin_link_run(void *run);
/* The link whose thread this is, or NULL. */
CVDisplayLinkRef standin_link_of_thread(void);

#endif
