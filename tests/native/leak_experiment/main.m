/* A thousand players, ten refreshes each, then all are dropped while they run: what is left? Prints one figure a line. */
#import "player.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "standin.h"

enum { PLAYERS_MADE = 1000, MORE_TICKS_EACH = 3 };

static const double RATE = 20;     /* Hz: a thousand threads that call back so often are well within one core */
static const double PATIENCE = 30; /* seconds */
static const double GLANCE = 0.01;

static Player *players[PLAYERS_MADE];

static void print(const char *name, int64_t value) {
    printf("%s %" PRId64 "\n", name, value);
}

static bool all_have_ticked(int64_t unused) {
    (void)unused;
    return player_ticks() == PLAYERS_MADE * TICKS_EACH;
}

/* Either no link runs any more, or the callbacks show that some still do. */
static bool has_stopped_or_leaks(int64_t callbacks) {
    return standin_count("threads") == 0 || standin_count("callbacks") >= callbacks;
}

/* Waits until one of the conditions above holds, at most PATIENCE seconds. */
static bool wait_until(bool (*condition)(int64_t), int64_t argument) {
    for (double waited = 0; waited < PATIENCE && !condition(argument); waited += GLANCE)
        standin_wait("threads", 0, true, GLANCE);
    return condition(argument);
}

static void wait_for_stop(void) {
    wait_until(has_stopped_or_leaks, standin_count("callbacks") + PLAYERS_MADE * MORE_TICKS_EACH);
}

/* Every player gets its refreshes, exposes its link, and is released. */
static bool play_and_drop(void) {
    for (int i = 0; i < PLAYERS_MADE; i++)
        players[i] = [[Player alloc] init];
    if (!wait_until(all_have_ticked, 0))
        return false;
    print("ticks", player_ticks());
    print("running_tokens", living(TOKENS));
    for (int i = 0; i < PLAYERS_MADE; i++)
        [players[i] link];
    for (int i = 0; i < PLAYERS_MADE; i++)
        [players[i] release];
    wait_for_stop();
    print("held_threads", standin_count("threads"));
    return true;
}

static void report(void) {
    print("tokens", living(TOKENS));
    print("players", living(PLAYERS));
    print("links", living(LINKS));
    print("proxies", living(PROXIES));
    print("cv_links", standin_count("links"));
    print("threads", standin_count("threads"));
}

int main(void) {
    standin_display display = {.id = 1, .rate = RATE, .mode_rate = RATE};
    standin_set_displays(&display, 1);
    standin_set("objects_per_call", 0); /* the frameworks' own objects are not what is counted here */
    bool ticked;
    @autoreleasepool { /* as the main thread has one around each turn of its run loop */
        ticked = play_and_drop();
    }
    wait_for_stop();
    report();
    fflush(stdout);
    _exit(ticked ? 0 : 1); /* threads that leaked would run on into what an exit takes down */
}
