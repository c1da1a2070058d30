/* Which tick the subscribers of a source need next: a clock that can leave out ticks sleeps until then. */
#include "core/source.h"

void sddl_source_reset_demand(sddl_source *source) {
    source->grid.period = 0;
    source->requested = 0;
    source->must_wake_clock = false;
}

int64_t sddl_source_last_vsync(const sddl_source *source) {
    if (source->grid.period == 0)
        return source->last_target;
    int64_t passed = sddl_grid_first(&source->grid, sddl_now() + 1);
    int64_t unrequested = sddl_grid_first(&source->grid, source->requested) - 1;
    return sddl_max64(source->last_target, sddl_grid_vsync(&source->grid, sddl_min64(passed, unrequested)));
}

void sddl_source_request_tick(sddl_source *source, int64_t target) {
    int64_t sooner = sddl_max64(target, sddl_source_last_vsync(source) + 1);
    if (sooner >= source->requested)
        return;
    const sddl_grid *grid = &source->grid;
    if (grid->period != 0 && sddl_grid_first(grid, sooner) < sddl_grid_first(grid, source->requested))
        source->needs_control = source->must_wake_clock = true;
    source->requested = sooner;
}
