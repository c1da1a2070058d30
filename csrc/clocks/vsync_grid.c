/* The vsyncs of a clock that knows them ahead: whole nanoseconds, none of which depends on those before it. */
#include <math.h>

#include "clocks/clock.h"

int64_t sddl_grid_vsync(const sddl_grid *grid, int64_t number) {
    return grid->origin + llround((double)number * grid->period);
}

int64_t sddl_grid_first(const sddl_grid *grid, int64_t time) {
    if (time == INT64_MAX)
        return INT64_MAX;
    int64_t number = (int64_t)((double)(time - grid->origin) / grid->period);
    while (sddl_grid_vsync(grid, number) < time) /* the quotient is near, but rounded */
        number++;
    while (sddl_grid_vsync(grid, number - 1) >= time)
        number--;
    return number;
}
