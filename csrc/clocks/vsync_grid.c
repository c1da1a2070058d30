/* Checks a refresh period; computes the vsyncs of a clock that knows them ahead, in whole nanoseconds, none of which depends on
 * those before it. */
#include <math.h>

#include "clocks/clock.h"

int64_t sddl_period_or(double seconds, int64_t fallback) {
    bool sane = seconds >= 0.001 && seconds <= 1.0;
    return sane ? (int64_t)(seconds * 1e9 + 0.5) : fallback;
}

int64_t sddl_grid_vsync(const sddl_grid *grid, int64_t number) {
    return grid->origin + llround((double)number * grid->period);
}

int64_t sddl_grid_first(const sddl_grid *grid, int64_t time) {
    if (time == INT64_MAX)
        return INT64_MAX;
    int64_t number = (int64_t)((double)(time - grid->origin) / grid->period);
    while (sddl_grid_vsync(grid, number) < time) /* the quotient is rounded */
        number++;
    while (sddl_grid_vsync(grid, number - 1) >= time)
        number--;
    return number;
}
