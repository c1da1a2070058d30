/* Random calls of the public C API from many threads at once, on objects that they share: for the sanitizers and the lock checker.
 *
 * stress_driver THREADS CALLS SEED FORKS: exits 0 if every call answered with one of the documented codes, nothing is left at
 * the end, and every one of the FORKS children got SDDL_E_FORKED. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "include/sddisplaylink.h"

enum { SHARED = 24, DISPLAY_CLOCK = SDDL_CLOCK_COREVIDEO };

/* Handles that any thread may use, replace or close: stale ones are part of the exercise. */
static _Atomic sddl_handle sources[SHARED], mailboxes[SHARED], links[SHARED], players[SHARED];
static atomic_int failures;
static int calls_per_thread;

static uint32_t next_random(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

static void expect(int status, const char *what) {
    if (status < SDDL_E_SOURCE || status == SDDL_E_FORKED || status == SDDL_E_SHUTDOWN || status == SDDL_E_SYSTEM) {
        fprintf(stderr, "%s returned %d\n", what, status);
        atomic_fetch_add(&failures, 1);
    }
}

static sddl_handle any(_Atomic sddl_handle *table, uint64_t *random) {
    return atomic_load(&table[next_random(random) % SHARED]);
}

static void replace_source(uint64_t *random) {
    static const int clocks[] = {SDDL_CLOCK_TIMER, SDDL_CLOCK_TIMER, SDDL_CLOCK_MANUAL, DISPLAY_CLOCK};
    int clock = clocks[next_random(random) % 4];
    sddl_handle made = 0;
    if (!sddl_clock_available(clock))
        return;
    expect(sddl_source_open(clock, 0, next_random(random) % 2 ? 250 : 1000, &made), "source_open");
    sddl_handle former = atomic_exchange(&sources[next_random(random) % SHARED], made);
    expect(sddl_source_close(former), "source_close");
}

static void replace_mailbox(uint64_t *random) {
    sddl_handle made = 0;
    expect(sddl_mailbox_open(&made), "mailbox_open");
    expect(sddl_mailbox_close(atomic_exchange(&mailboxes[next_random(random) % SHARED], made)), "mailbox_close");
}

static void replace_link(uint64_t *random) {
    sddl_handle made = 0;
    expect(sddl_link_open(any(sources, random), any(mailboxes, random), &made), "link_open");
    expect(sddl_subscriber_close(atomic_exchange(&links[next_random(random) % SHARED], made)), "link close");
}

static void replace_player(uint64_t *random) {
    static const int64_t quick[] = {2000000, 1000000, 5000000, 1}, slow[] = {70000000, 40000000, 3000000000, 20000000};
    sddl_handle made = 0;
    uint32_t count = next_random(random) % 4 + 1;
    const int64_t *durations = next_random(random) % 2 ? quick : slow; /* clocks sleep while there are slow ones alone */
    expect(sddl_player_open(any(sources, random), any(mailboxes, random), durations, count, &made), "player_open");
    expect(sddl_subscriber_close(atomic_exchange(&players[next_random(random) % SHARED], made)), "player close");
}

static void command(uint64_t *random) {
    static const double rates[] = {1, -1, 0, 7.5};
    sddl_handle chosen[3];
    uint32_t count = next_random(random) % 3 + 1;
    for (uint32_t index = 0; index < count; index++)
        chosen[index] = any(players, random);
    sddl_command order = {
        .op = (int32_t)(next_random(random) % 9) + 1,
        .value = next_random(random) % 4,
        .frame = next_random(random) % 4,
        .loop = (int64_t)(next_random(random) % 4) - 1,
        .rate = rates[next_random(random) % 4],
        .other = any(players, random),
    };
    sddl_player_info after[3];
    expect(sddl_player_command(chosen, count, &order, next_random(random) % 2 ? after : NULL), "player_command");
}

/* A reader: takes what is there and acts on it as a dispatcher would. */
static void read_events(uint64_t *random) {
    sddl_event events[4];
    int count = sddl_mailbox_wait(any(mailboxes, random), events, 4, next_random(random) % 2 ? 200000 : 0);
    expect(count, "mailbox_wait");
    for (int index = 0; index < count; index++) {
        expect(sddl_subscriber_is_current(events[index].subscriber, events[index].epoch), "is_current");
        if (events[index].flags & SDDL_EVENT_FRAME)
            expect(sddl_player_confirm(events[index].subscriber, events[index].serial), "player_shown");
        if (next_random(random) % 8 == 0) /* a callback that ends its own subscriber */
            expect(sddl_subscriber_close(events[index].subscriber), "close in a callback");
    }
}

static void inspect(uint64_t *random) {
    sddl_source_info source;
    sddl_player_info player;
    sddl_stats stats;
    uint32_t frames[8];
    expect(sddl_source_get_info(any(sources, random), &source), "source_get_info");
    expect(sddl_player_get_info(any(players, random), &player), "player_get_info");
    expect(sddl_player_upcoming(any(players, random), frames, 8), "player_upcoming");
    expect(sddl_player_set_starved(any(players, random), (int)(next_random(random) % 2)), "set_starved");
    expect(sddl_mailbox_pending(any(mailboxes, random)), "mailbox_pending");
    expect(sddl_get_stats(&stats), "get_stats");
}

static void signal_someone(uint64_t *random) {
    expect(sddl_mailbox_wake(any(mailboxes, random)), "mailbox_wake");
    expect(sddl_mailbox_fd(any(mailboxes, random)), "mailbox_fd");
    int duplicate = -1;
    expect(sddl_mailbox_duplicate_fd(any(mailboxes, random), &duplicate), "mailbox_duplicate_fd");
    sddl_descriptor_close(&duplicate);
    sddl_handle moved = next_random(random) % 2 ? any(links, random) : any(players, random);
    expect(sddl_subscriber_set_mailbox(moved, any(mailboxes, random)), "set_mailbox");
    int64_t now = sddl_now();
    expect(sddl_manual_tick(any(sources, random), now, now + 1000000, 0), "manual_tick");
}

static void *work(void *argument) {
    uint64_t random = (uint64_t)(uintptr_t)argument;
    for (int call = 0; call < calls_per_thread; call++) {
        switch (next_random(&random) % 16) {
        case 0:
            replace_source(&random);
            break;
        case 1:
            replace_mailbox(&random);
            break;
        case 2:
        case 3:
            replace_link(&random);
            break;
        case 4:
        case 5:
            replace_player(&random);
            break;
        case 6:
        case 7:
            expect(sddl_link_start(any(links, &random)), "link_start");
            break;
        case 8:
            expect(sddl_link_stop(any(links, &random)), "link_stop");
            break;
        case 9:
        case 10:
        case 11:
            command(&random);
            break;
        case 12:
        case 13:
            read_events(&random);
            break;
        case 14:
            inspect(&random);
            break;
        default:
            signal_someone(&random);
        }
    }
    return NULL;
}

/* A child taken at a moment when any lock may be held must be told so, and must be able to leave. */
static void fork_child(void) {
    pid_t child = fork();
    if (child == 0) {
        sddl_handle made;
        sddl_event event;
        bool refused = sddl_mailbox_open(&made) == SDDL_E_FORKED && sddl_link_start(atomic_load(&links[0])) == SDDL_E_FORKED &&
                    sddl_mailbox_wait(atomic_load(&mailboxes[0]), &event, 1, -1) == SDDL_E_FORKED &&
                    sddl_shutdown(0) == SDDL_E_FORKED;
        _exit(refused ? 0 : 1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    if (status != 0)
        atomic_fetch_add(&failures, 1);
}

static void close_all(void) {
    for (int index = 0; index < SHARED; index++) {
        sddl_subscriber_close(atomic_load(&links[index]));
        sddl_subscriber_close(atomic_load(&players[index]));
        sddl_mailbox_close(atomic_load(&mailboxes[index]));
        sddl_source_close(atomic_load(&sources[index]));
    }
}

/* Clocks linger; a bounded wait until everything has stopped by itself. */
static bool is_nothing_left(void) {
    sddl_stats stats;
    for (int attempt = 0; attempt < 1000; attempt++) {
        sddl_get_stats(&stats);
        if (!(stats.links | stats.players | stats.mailboxes | stats.sources | stats.running_sources | stats.native_threads))
            return true;
        usleep(10000);
    }
    fprintf(stderr, "left: %d links, %d players, %d mailboxes, %d sources, %d running, %d threads\n", stats.links, stats.players,
            stats.mailboxes, stats.sources, stats.running_sources, stats.native_threads);
    return false;
}

int main(int count, char **arguments) {
    if (count != 5 || sddl_init() != SDDL_OK)
        return 2;
    int threads = atoi(arguments[1]), forks = atoi(arguments[4]);
    calls_per_thread = atoi(arguments[2]);
    pthread_t workers[64];
    for (int index = 0; index < threads; index++)
        if (pthread_create(&workers[index], NULL, work, (void *)(uintptr_t)(atoi(arguments[3]) * 1000 + index)))
            return 2;
    for (int index = 0; index < forks; index++)
        fork_child();
    for (int index = 0; index < threads; index++)
        pthread_join(workers[index], NULL);
    close_all();
    bool clean = is_nothing_left();
    bool ended = sddl_shutdown(INT64_C(5000000000)) == SDDL_OK;
    printf("%d failures, %s, %s\n", atomic_load(&failures), clean ? "nothing left" : "something left", ended ? "ended" : "not ended");
    return atomic_load(&failures) || !clean || !ended;
}
