/* Stops a display's clock on a thread of its own: CVDisplayLinkStop has been seen to block for ever, and its caller
 * with it. */
#include <stdlib.h>

#include "core/source.h"

enum { STOPPING, STOPPED, ABANDONED };

struct sddl_retiring {
    const sddl_clock_ops *ops;
    void *clock;
    atomic_int phase;
};

static void *run(void *argument) {
    sddl_retiring *retiring = argument;
    retiring->ops->stop(retiring->clock);
    int expected = STOPPING;
    if (atomic_compare_exchange_strong(&retiring->phase, &expected, STOPPED)) {
        sddl_control_wake();
    } else { /* abandoned: this thread owns the clock now */
        retiring->ops->destroy(retiring->clock);
        free(retiring);
    }
    return NULL;
}

sddl_retiring *sddl_retire(const sddl_clock_ops *ops, void *clock) {
    sddl_retiring *retiring = malloc(sizeof *retiring);
    if (!retiring)
        return NULL;
    *retiring = (sddl_retiring){.ops = ops, .clock = clock};
    atomic_init(&retiring->phase, STOPPING);
    pthread_t thread;
    if (sddl_thread_start(&thread, "sddl-stop", run, retiring) != SDDL_OK) {
        free(retiring);
        return NULL;
    }
    pthread_detach(thread);
    return retiring;
}

bool sddl_retired(sddl_retiring *retiring, void **clock) {
    if (atomic_load(&retiring->phase) != STOPPED)
        return false;
    *clock = retiring->clock;
    free(retiring);
    return true;
}

bool sddl_retire_abandon(sddl_retiring *retiring) {
    int expected = STOPPING;
    return atomic_compare_exchange_strong(&retiring->phase, &expected, ABANDONED);
}
