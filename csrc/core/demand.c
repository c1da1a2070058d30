/* Which tick the clients of a source need next: a clock that can leave out ticks sleeps until then. */
#include "core/source.h"

void sddl_source_expect_first(sddl_source *source) {
    source->grid.period = 0;
    source->wanted = 0;
    source->wakes_clock = false;
}

int64_t sddl_source_present(const sddl_source *source) {
    if (source->grid.period == 0)
        return source->last_target;
    int64_t passed = sddl_grid_first(&source->grid, sddl_now() + 1);
    int64_t unwanted = sddl_grid_first(&source->grid, source->wanted) - 1;
    return sddl_max64(source->last_target, sddl_grid_vsync(&source->grid, sddl_min64(passed, unwanted)));
}

void sddl_source_want(sddl_source *source, int64_t target) {
    int64_t sooner = sddl_max64(target, sddl_source_present(source) + 1);
    if (sooner >= source->wanted)
        return;
    const sddl_grid *grid = &source->grid;
    if (grid->period != 0 && sddl_grid_first(grid, sooner) < sddl_grid_first(grid, source->wanted))
        source->needs_control = source->wakes_clock = true;
    source->wanted = sooner;
}
