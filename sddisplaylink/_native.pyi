"""Types of the compiled core. A test compares the names with those of the built module."""

from typing import Any

# Native structs are dynamic: their fields are those of csrc/include/*.cdef.h.

class _FFI:
    class CData:
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
        def __getitem__(self, index: int) -> Any: ...
        def __setitem__(self, index: int, value: Any) -> None: ...
        def __add__(self, offset: int) -> _FFI.CData: ...

    NULL: CData
    def new(self, cdecl: str, init: Any = ...) -> CData: ...
    def new_allocator(self, *, should_clear_after_alloc: bool = ...) -> Any: ...
    def sizeof(self, cdecl: str | CData) -> int: ...
    def from_buffer(self, cdecl: str, buffer: Any, require_writable: bool = ...) -> CData: ...
    def cast(self, cdecl: str, value: CData | int) -> Any: ...
    def gc(self, cdata: CData, destructor: Any) -> CData: ...
    def unpack(self, cdata: CData, length: int) -> Any: ...
    def buffer(self, cdata: CData, size: int = ...) -> Any: ...

class _Lib:
    SDDL_OK: int
    SDDL_E_HANDLE: int
    SDDL_E_CLOSED: int
    SDDL_E_FORKED: int
    SDDL_E_ARGUMENT: int
    SDDL_E_MEMORY: int
    SDDL_E_SYSTEM: int
    SDDL_E_CLOCK: int
    SDDL_E_SHUTDOWN: int
    SDDL_E_SOURCE: int
    SDDL_CLOCK_TIMER: int
    SDDL_CLOCK_COREVIDEO: int
    SDDL_CLOCK_MANUAL: int
    SDDL_CLOCK_QUARTZCORE: int
    SDDL_SOURCE_EMPTY: int
    SDDL_SOURCE_IDLE: int
    SDDL_SOURCE_STARTING: int
    SDDL_SOURCE_RUNNING: int
    SDDL_SOURCE_LINGER: int
    SDDL_SOURCE_STOPPING: int
    SDDL_SOURCE_SYNTHETIC: int
    SDDL_NORMAL: int
    SDDL_REVERSE: int
    SDDL_BOUNCE: int
    SDDL_REVERSED_BOUNCE: int
    SDDL_SKIP: int
    SDDL_NO_SKIP: int
    SDDL_CATCH_UP: int
    SDDL_STOPPED: int
    SDDL_PLAYING: int
    SDDL_PAUSED: int
    SDDL_UPCOMING: int
    SDDL_FINISHED: int
    SDDL_EVENT_TICK: int
    SDDL_EVENT_FRAME: int
    SDDL_EVENT_LOOP: int
    SDDL_EVENT_FINISHED: int
    SDDL_EVENT_SYNTHETIC: int
    SDDL_OP_PLAY: int
    SDDL_OP_PAUSE: int
    SDDL_OP_STOP: int
    SDDL_OP_SEEK: int
    SDDL_OP_RATE: int
    SDDL_OP_MODE: int
    SDDL_OP_LOOPS: int
    SDDL_OP_POLICY: int
    SDDL_OP_ALIGN: int
    SDDL_LZW_LEAD: int
    SDDL_LZW_SLACK: int
    SDDL_DISPOSE_KEEP: int
    SDDL_DISPOSE_BACKGROUND: int
    SDDL_DISPOSE_PREVIOUS: int
    SDDL_BLEND_SOURCE: int
    SDDL_BLEND_MASK: int
    SDDL_BLEND_OVER: int
    SDDL_SCAN_MORE: int
    SDDL_SCAN_COMPLETE: int
    SDDL_SCAN_BROKEN: int
    SDDL_PIXELS_WHOLE: int
    SDDL_PIXELS_SHORT: int
    SDDL_PIXELS_CUT: int
    SDDL_PIXELS_BROKEN: int
    SDDL_DRAW_REPLACE: int
    SDDL_DRAW_WHOLE: int
    SDDL_LAYOUT_RGBA: int
    SDDL_LAYOUT_BGRA: int
    SDDL_LAYOUT_PREMULTIPLIED: int
    def sddl_init(self) -> int: ...
    def sddl_shutdown(self, timeout: int, /) -> int: ...
    def sddl_get_stats(self, out: _FFI.CData, /) -> int: ...
    def sddl_now(self) -> int: ...
    def sddl_clock_available(self, clock: int, /) -> int: ...
    def sddl_displays(self, clock: int, out: _FFI.CData, capacity: int, /) -> int: ...
    def sddl_source_open(self, clock: int, display: int, refresh_rate: float, out: _FFI.CData, /) -> int: ...
    def sddl_source_close(self, source: int, /) -> int: ...
    def sddl_source_get_info(self, source: int, out: _FFI.CData, /) -> int: ...
    def sddl_manual_tick(self, source: int, timestamp: int, target: int, missed: int, /) -> int: ...
    def sddl_manual_set_time(self, source: int, now: int, /) -> int: ...
    def sddl_mailbox_open(self, out: _FFI.CData, /) -> int: ...
    def sddl_mailbox_wait(self, mailbox: int, out: _FFI.CData, capacity: int, timeout: int, /) -> int: ...
    def sddl_mailbox_wake(self, mailbox: int, /) -> int: ...
    def sddl_mailbox_fd(self, mailbox: int, /) -> int: ...
    def sddl_mailbox_pending(self, mailbox: int, /) -> int: ...
    def sddl_mailbox_flush(self, mailbox: int, timeout: int, /) -> int: ...
    def sddl_mailbox_close(self, mailbox: int, /) -> int: ...
    def sddl_client_is_current(self, client: int, epoch: int, /) -> int: ...
    def sddl_client_set_mailbox(self, client: int, mailbox: int, /) -> int: ...
    def sddl_client_close(self, client: int, /) -> int: ...
    def sddl_link_open(self, source: int, mailbox: int, out: _FFI.CData, /) -> int: ...
    def sddl_link_start(self, link: int, /) -> int: ...
    def sddl_link_stop(self, link: int, /) -> int: ...
    def sddl_player_open(
        self, source: int, mailbox: int, durations: _FFI.CData, count: int, out: _FFI.CData, /
    ) -> int: ...
    def sddl_player_extend(
        self, player: int, first: int, durations: _FFI.CData, count: int, complete: int, /
    ) -> int: ...
    def sddl_player_command(self, players: _FFI.CData, count: int, command: _FFI.CData, out: _FFI.CData, /) -> int: ...
    def sddl_player_get_info(self, player: int, out: _FFI.CData, /) -> int: ...
    def sddl_player_shown(self, player: int, serial: int, /) -> int: ...
    def sddl_player_show(self, player: int, epoch: int, serial: int, out: _FFI.CData, /) -> int: ...
    def sddl_player_set_starved(self, player: int, on: int, /) -> int: ...
    def sddl_player_upcoming(self, player: int, out: _FFI.CData, capacity: int, /) -> int: ...
    def sddl_timeline_locate(
        self, durations: _FFI.CData, count: int, mode: int, loops: int, media_time: int, out: _FFI.CData, /
    ) -> int: ...
    def sddl_gif_scan(
        self, data: _FFI.CData, size: int, index: _FFI.CData, frames: _FFI.CData, capacity: int, /
    ) -> int: ...
    def sddl_gif_delays(self, frames: _FFI.CData, count: int, nanoseconds: _FFI.CData, /) -> int: ...
    def sddl_png_scan(
        self,
        data: _FFI.CData,
        size: int,
        check_crc: int,
        index: _FFI.CData,
        frames: _FFI.CData,
        frame_capacity: int,
        spans: _FFI.CData,
        span_capacity: int,
        /,
    ) -> int: ...
    def sddl_png_take(self, index: _FFI.CData, frame: _FFI.CData, /) -> int: ...
    def sddl_png_delays(self, frames: _FFI.CData, count: int, nanoseconds: _FFI.CData, /) -> int: ...
    def sddl_gif_draw(
        self,
        data: _FFI.CData,
        size: int,
        index: _FFI.CData,
        frame: _FFI.CData,
        canvas: _FFI.CData,
        under: _FFI.CData,
        flags: int,
        work: _FFI.CData,
        work_size: int,
        /,
    ) -> int: ...
    def sddl_gif_decode(
        self, data: _FFI.CData, size: int, frame: _FFI.CData, work: _FFI.CData, work_size: int, /
    ) -> int: ...
    def sddl_gif_paint(
        self,
        data: _FFI.CData,
        size: int,
        index: _FFI.CData,
        frame: _FFI.CData,
        canvas: _FFI.CData,
        under: _FFI.CData,
        flags: int,
        work: _FFI.CData,
        work_size: int,
        /,
    ) -> int: ...
    def sddl_draw_pixels(
        self, canvas: _FFI.CData, rect: _FFI.CData, pixels: _FFI.CData, size: int, stride: int, blend: int, /
    ) -> int: ...
    def sddl_restore(
        self, target: _FFI.CData, source: _FFI.CData, rects: _FFI.CData, count: int, hole: _FFI.CData, /
    ) -> int: ...
    def sddl_save(self, canvas: _FFI.CData, rects: _FFI.CData, count: int, saved: _FFI.CData, size: int, /) -> int: ...
    def sddl_put_back(
        self, canvas: _FFI.CData, rects: _FFI.CData, count: int, saved: _FFI.CData, size: int, /
    ) -> int: ...
    def sddl_convert(self, target: _FFI.CData, source: _FFI.CData, layout: int, /) -> int: ...
    def sddl_png_frame_size(self, index: _FFI.CData, frame: _FFI.CData, /) -> int: ...
    def sddl_png_draw(
        self,
        data: _FFI.CData,
        size: int,
        index: _FFI.CData,
        frame: _FFI.CData,
        filtered: _FFI.CData,
        filtered_size: int,
        canvas: _FFI.CData,
        /,
    ) -> int: ...

ffi: _FFI
lib: _Lib
