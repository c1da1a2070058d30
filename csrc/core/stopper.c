/* Stops a display's clock on a thread of its own: CVDisplayLinkStop has been seen to block for ever, and its caller
 * with it. */
#include <stdlib.h>

#include "core/source.h"

enum { STOPPING, STOPPED, ABANDONED };

struct sddl_async_stop {
    const sddl_clock_ops *ops;
    void *clock;
    atomic_int phase;
};

static void *run(void *argument) {
    sddl_async_stop *async_stop = argument;
    async_stop->ops->stop(async_stop->clock);
    int expected = STOPPING;
    if (atomic_compare_exchange_strong(&async_stop->phase, &expected, STOPPED)) {
        sddl_control_wake();
    } else { /* abandoned: this thread owns the clock now */
        async_stop->ops->destroy(async_stop->clock);
        free(async_stop);
    }
    return NULL;
}

sddl_async_stop *sddl_stop_async(const sddl_clock_ops *ops, void *clock) {
    sddl_async_stop *async_stop = malloc(sizeof *async_stop);
    if (!async_stop)
        return NULL;
    *async_stop = (sddl_async_stop){.ops = ops, .clock = clock};
    atomic_init(&async_stop->phase, STOPPING);
    pthread_t thread;
    if (sddl_thread_start(&thread, "sddl-stop", run, async_stop) != SDDL_OK) {
        free(async_stop);
        return NULL;
    }
    pthread_detach(thread);
    return async_stop;
}

bool sddl_async_stop_finished(sddl_async_stop *async_stop, void **clock) {
    if (atomic_load(&async_stop->phase) != STOPPED)
        return false;
    *clock = async_stop->clock;
    free(async_stop);
    return true;
}

bool sddl_async_stop_abandon(sddl_async_stop *async_stop) {
    int expected = STOPPING;
    return atomic_compare_exchange_strong(&async_stop->phase, &expected, ABANDONED);
}
