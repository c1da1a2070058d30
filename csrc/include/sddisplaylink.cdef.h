/* The public C API, in the plain C that cffi reads too: no preprocessor lines, no includes.
 *
 * Units: times are nanoseconds of the source's clock (CLOCK_MONOTONIC on Linux, mach time on macOS, virtual time for a manual
 * clock) in int64_t; rates and refresh rates are doubles; frames and loops count from 0.
 *
 * Every function may be called from any thread unless its comment says otherwise, and returns SDDL_OK (or a count >= 0) or one
 * of the negative codes below. Handles are never dereferenced: a stale, foreign or closed one gives SDDL_E_HANDLE. After fork()
 * every call in the child gives SDDL_E_FORKED, after sddl_shutdown() every call gives SDDL_E_SHUTDOWN. */

typedef uint64_t sddl_handle; /* generation << 32 | table index; 0 is never valid */

enum sddl_status {
    SDDL_OK = 0,
    SDDL_E_HANDLE = -1,   /* no such object: closed, stale, or a handle of another kind */
    SDDL_E_CLOSED = -2,   /* the mailbox was closed while or before waiting */
    SDDL_E_FORKED = -3,   /* this process is a forked child */
    SDDL_E_ARGUMENT = -4, /* a value out of its range */
    SDDL_E_MEMORY = -5,   /* allocation failed */
    SDDL_E_SYSTEM = -6,   /* a thread or pipe could not be made */
    SDDL_E_CLOCK = -7,    /* that clock does not exist on this system */
    SDDL_E_SHUTDOWN = -8, /* the library has been shut down */
    SDDL_E_SOURCE = -9,   /* players of one command are on different sources */
    SDDL_E_CLOCKS = -10   /* the limit of open sources is reached */
};

enum sddl_clock_kind {
    SDDL_CLOCK_TIMER = 1,
    SDDL_CLOCK_COREVIDEO = 2,
    SDDL_CLOCK_MANUAL = 3,
    SDDL_CLOCK_QUARTZCORE = 4 /* there while the process runs an application, on macOS 14 and later */
};

typedef enum sddl_source_state {
    SDDL_SOURCE_EMPTY = 0,
    SDDL_SOURCE_IDLE = 1,
    SDDL_SOURCE_STARTING = 2,
    SDDL_SOURCE_RUNNING = 3,
    SDDL_SOURCE_LINGER = 4,
    SDDL_SOURCE_STOPPING = 5,
    SDDL_SOURCE_SYNTHETIC = 6 /* the display's clock fails or is silent: a timer ticks in its place meanwhile */
} sddl_source_state;

enum sddl_mode { SDDL_NORMAL = 0, SDDL_REVERSE = 1, SDDL_BOUNCE = 2, SDDL_REVERSED_BOUNCE = 3 };

enum sddl_policy { SDDL_SKIP = 0, SDDL_NO_SKIP = 1, SDDL_CATCH_UP = 2 };

enum sddl_player_status { SDDL_STOPPED = 0, SDDL_PLAYING = 1, SDDL_PAUSED = 2, SDDL_FINISHED = 3 };

enum sddl_event_flag {
    SDDL_EVENT_TICK = 1,      /* a link's tick */
    SDDL_EVENT_FRAME = 2,     /* a player's frame became due */
    SDDL_EVENT_LOOP = 4,      /* loops_done changed */
    SDDL_EVENT_FINISHED = 8,  /* the last loop has ended */
    SDDL_EVENT_SYNTHETIC = 16 /* the tick came from a timer in the display's place */
};

/* What has happened to a subscriber. At most one event per subscriber is pending: a newer one replaces it, and adds
 * what it replaced to `missed` and `advanced`. */
typedef struct sddl_event {
    sddl_handle subscriber;
    uint64_t serial;   /* counts this subscriber's events; see sddl_player_confirm() */
    uint32_t epoch;    /* see sddl_subscriber_is_current() */
    uint32_t flags;    /* sddl_event_flag */
    int64_t sequence;  /* number of the refresh, 1 for the source's first tick: a missed one counts, one at which no
                          subscriber needed a tick does not */
    int64_t timestamp; /* when that tick was for */
    int64_t target;    /* when what is drawn now will be on screen */
    int64_t period;    /* refresh period */
    int64_t missed;    /* ticks lost since the event before this one was taken: late, or not read in time */
    uint32_t frame;    /* players: frame index in the image */
    uint32_t pad;
    int64_t loop;       /* players: the loop that frame belongs to */
    int64_t loops_done; /* players: loops completed */
    int64_t advanced; /* players: frames that became due since the event before this one was taken, this one included */
} sddl_event;

typedef struct sddl_display {
    uint32_t id;
    int32_t is_main;
    double refresh_rate; /* Hz */
} sddl_display;

typedef struct sddl_source_info {
    int32_t clock; /* sddl_clock_kind */
    int32_t state; /* sddl_source_state */
    uint32_t display;
    uint32_t active; /* running links and playing players */
    int64_t period;
    int64_t ticks;     /* given so far: a timer leaves out those that no subscriber needs */
    int64_t now;       /* this source's clock */
    int64_t requested; /* the earliest target at which a subscriber needs a tick; INT64_MAX = none */
} sddl_source_info;

typedef struct sddl_stats {
    int32_t links;
    int32_t players;
    int32_t mailboxes;
    int32_t sources;         /* sources with at least one user */
    int32_t running_sources; /* of those, with a running clock */
    int32_t native_threads;  /* control and timer threads, without those of CoreVideo */
    int64_t stalls;          /* how often a timer had to tick in the place of a display's clock */
    int64_t abandoned;       /* display clocks whose stop did not return */
} sddl_stats;

/* ---- library ---- */

/* To be called once per process, before anything else; later calls do nothing. Two calls must not overlap. */
int sddl_init(void);
/* Stops every clock and thread for good, waiting at most `timeout`; wakes every waiter with SDDL_E_SHUTDOWN. Afterwards
 * only the functions named sddl_..._get_... work. */
int sddl_shutdown(int64_t timeout);
/* Closes the object of any kind that the handle names, if it is still open; 0 names none. For destructors of owners. */
void sddl_release(const sddl_handle *owned);
int sddl_get_stats(sddl_stats *out);
/* The real monotonic clock. Never fails. */
int64_t sddl_now(void);

/* ---- clocks and sources ---- */

/* 1 if the clock can be used on this system, else 0. */
int sddl_clock_available(int clock);
/* How many displays the clock knows; the first `capacity` are written. May ask the window server: not for the tick thread. */
int sddl_displays(int clock, sddl_display *out, int capacity);
/* A reference to the source of (clock, display, refresh_rate): an existing one is shared, except for SDDL_CLOCK_MANUAL, where
 * each call makes a new one. display 0 = the main display. refresh_rate is what a timer or manual clock ticks at; a display's
 * own clock ignores it. Starts nothing. */
int sddl_source_open(int clock, uint32_t display, double refresh_rate, sddl_handle *out);
/* Releases that reference; subscribers keep their own. */
int sddl_source_close(sddl_handle source);
int sddl_source_get_info(sddl_handle source, sddl_source_info *out);
/* Gives one tick of a manual clock, on the calling thread; also sets the clock's time to `timestamp`. */
int sddl_manual_tick(sddl_handle source, int64_t timestamp, int64_t target, int64_t missed);
/* Sets a manual clock's time without a tick. */
int sddl_manual_set_time(sddl_handle source, int64_t now);

/* ---- mailboxes: batches of events to one reader ---- */

int sddl_mailbox_open(sddl_handle *out);
/* Blocks until there is an event, a wake or the timeout (< 0: for ever, 0: do not block). Returns how many events were
 * read, 0 for a wake or timeout, SDDL_E_CLOSED once closed. With capacity 0 nothing is read, and 1 is returned if there
 * is an event or a wake. */
int sddl_mailbox_wait(sddl_handle mailbox, sddl_event *out, int capacity, int64_t timeout);
/* Makes the next (or present) wait return 0 if there is no event. */
int sddl_mailbox_wake(sddl_handle mailbox);
/* Wakes every mailbox. */
int sddl_wake_all(void);
/* A file descriptor that is readable while an event or a wake is pending. It is close-on-exec and non-blocking, belongs
 * to the mailbox, and must not be read from. Created by the first call. */
int sddl_mailbox_fd(sddl_handle mailbox);
/* Puts into `out` another descriptor of the same pipe, for the caller to close. It stays readable once the mailbox is closed. */
int sddl_mailbox_duplicate_fd(sddl_handle mailbox, int *out);
/* Closes the descriptor, unless it is -1, and leaves -1. */
void sddl_descriptor_close(int *owned);
/* The number of events that have not been read. */
int sddl_mailbox_pending(sddl_handle mailbox);
/* The number of pending events of subscribers on that source. */
int sddl_mailbox_pending_of(sddl_handle mailbox, sddl_handle source);
/* Waits until the reader has acted on (and is back in sddl_mailbox_wait() from) every event of subscribers on that
 * source, also those that come meanwhile, and on every wake before this call; does not wait for events of other
 * sources. SDDL_OK, or 1 on timeout. */
int sddl_mailbox_flush(sddl_handle mailbox, sddl_handle source, int64_t timeout);
/* Wakes the waiters with SDDL_E_CLOSED. Subscribers of a closed mailbox continue, and their events are dropped. */
int sddl_mailbox_close(sddl_handle mailbox);

/* ---- subscribers: the common part of links and players ---- */

/* 1 if no start, stop, seek or close has come since the event of this epoch was posted, else 0. A reader asks this just
 * before it acts on an event. */
int sddl_subscriber_is_current(sddl_handle subscriber, uint32_t epoch);
/* Moves the subscriber and its pending event to another mailbox. */
int sddl_subscriber_set_mailbox(sddl_handle subscriber, sddl_handle mailbox);
/* Stops the subscriber and drops its pending event. */
int sddl_subscriber_close(sddl_handle subscriber);

/* ---- display links ---- */

int sddl_link_open(sddl_handle source, sddl_handle mailbox, sddl_handle *out);
/* Both are idempotent. After sddl_link_stop() no event of this link is current. */
int sddl_link_start(sddl_handle link);
int sddl_link_stop(sddl_handle link);

/* ---- players ---- */

typedef struct sddl_player_info {
    int32_t status; /* sddl_player_status */
    int32_t mode;
    int32_t policy;
    uint32_t loops; /* 0 = for ever */
    double rate;
    uint32_t frame; /* the frame that is due, or that will be shown first */
    uint32_t epoch;
    int64_t loop;
    int64_t loops_done;
    int64_t media_time; /* from the start of loop 0, in playing order */
    int64_t frames_due; /* how many frames have become due */
    int64_t missed;     /* how many ticks were lost while playing */
} sddl_player_info;

enum sddl_player_op {
    SDDL_OP_PLAY = 1,
    SDDL_OP_PAUSE = 2,
    SDDL_OP_STOP = 3,
    SDDL_OP_SEEK = 4,   /* frame, loop */
    SDDL_OP_RATE = 5,   /* rate */
    SDDL_OP_MODE = 6,   /* value: sddl_mode */
    SDDL_OP_LOOPS = 7,  /* value: plays, 0 = for ever */
    SDDL_OP_POLICY = 8, /* value: sddl_policy */
    SDDL_OP_ALIGN = 9   /* other: adopt that player's state, rate and media time */
};

typedef struct sddl_command {
    int32_t op;
    uint32_t value;
    uint32_t frame;
    uint32_t pad;
    int64_t loop; /* -1 = keep */
    double rate;
    sddl_handle other;
} sddl_command;

/* durations: each > 0, `count` of them, copied; NULL and 0 for an animation whose frames are still to come. */
int sddl_player_open(sddl_handle source, sddl_handle mailbox, const int64_t *durations, uint32_t count,
                     sddl_handle *out);
/* Adds frames to a player that was opened without any. `first` is how many frames it has so far; `complete` is not 0 if
 * these are the last ones. Before that, the last known frame stays when its time is over until another one comes, there
 * is one loop, and playing backwards waits for the end. SDDL_E_ARGUMENT also after the last frames, and if there are
 * none at all. */
int sddl_player_extend(sddl_handle player, uint32_t first, const int64_t *durations, uint32_t count, int complete);
/* Executes a command on all of the players between two ticks. All must be on one source (SDDL_E_SOURCE); on an error
 * nothing is done. `out` receives the state of each of the `count` players after the command; it may be NULL. */
int sddl_player_command(const sddl_handle *players, uint32_t count, const sddl_command *command, sddl_player_info *out);
int sddl_player_get_info(sddl_handle player, sddl_player_info *out);
/* Confirms that the event with that serial, and all before it, have been handled. Under SDDL_NO_SKIP and SDDL_CATCH_UP
 * the next frame becomes due only after the one before it has been confirmed. */
int sddl_player_confirm(sddl_handle player, uint64_t serial);

enum { SDDL_UPCOMING = 8 };

typedef struct sddl_shown_info {
    int64_t now;    /* the time of the source's clock, in nanoseconds */
    uint32_t count; /* how many of the frames that follow the due one are in `upcoming` */
    uint32_t upcoming[SDDL_UPCOMING];
} sddl_shown_info;

/* Confirms an event whose frame is about to be shown. If its epoch is still current, does what sddl_player_confirm()
 * does, fills in `out` and returns 1; else returns 0. */
int sddl_player_confirm_shown(sddl_handle player, uint32_t epoch, uint64_t serial, sddl_shown_info *out);
/* Says whether the player's due frame is still being decoded. If so, under SDDL_SKIP the player does not leave its
 * loop: slow decoding skips frames but no loops. */
int sddl_player_set_starved(sddl_handle player, int on);
/* The frames that follow the due one, in playing order, at most `capacity`; stops where the last loop ends. */
int sddl_player_upcoming(sddl_handle player, uint32_t *out, int capacity);

/* ---- the timeline itself, a pure function ---- */

typedef struct sddl_position {
    int64_t step;   /* number of the showing, counted from the start of loop 0; negative before it */
    int64_t begins; /* media time at which this showing begins */
    int64_t ends;   /* and ends */
    int64_t loop;
    uint32_t frame;
    int32_t finished; /* -1 before, 1 after a finite timeline: step and frame are the nearest showing's */
} sddl_position;

/* The showing at `media_time`. loops 0 = for ever, in both directions. */
int sddl_timeline_locate(const int64_t *durations, uint32_t count, int mode, uint32_t loops, int64_t media_time,
                         sddl_position *out);
