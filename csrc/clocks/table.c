/* The clocks of this build. */
#include <stddef.h>

#include "clocks/clock.h"

const sddl_clock_ops *sddl_clock_find(int kind) {
    switch (kind) {
    case SDDL_CLOCK_TIMER:
        return &sddl_clock_timer;
#ifdef SDDL_HAVE_COREVIDEO
    case SDDL_CLOCK_COREVIDEO:
        return &sddl_clock_corevideo;
#endif
#ifdef SDDL_HAVE_QUARTZCORE
    case SDDL_CLOCK_QUARTZCORE:
        return &sddl_clock_quartzcore;
#endif
    default:
        return NULL;
    }
}

int sddl_clock_available(int kind) {
    const sddl_clock_ops *clock = sddl_clock_find(kind);
    return clock ? clock->available() : kind == SDDL_CLOCK_MANUAL;
}
