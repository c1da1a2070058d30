"""What Linux has in the place of each function of Darwin's libSystem that the library may call.

One line for each name in ``stubs/libSystem.tbd``. A function may only be called as it is if arguments, results and
structures mean the same on both systems for what csrc/ does with them.
"""

from __future__ import annotations

AS_IT_IS = {
    # memory
    "_calloc", "_free", "_malloc", "_realloc", "_memcmp", "_memcpy", "_memmove", "_memset",
    # what Darwin's headers make of these where they know the size of what is written to; glibc has the same
    "___memcpy_chk", "___memmove_chk", "___memset_chk",
    # descriptors: csrc/ tests results only, not errno
    "_close", "_pipe", "_read", "_write",
    "_llround",
    # threads: darwin.c asserts that glibc's structures fit into Darwin's. csrc/ gives no attributes, initialises by
    # functions, and compares no result but that of the timed wait with a code.
    "_pthread_cond_broadcast", "_pthread_cond_destroy", "_pthread_cond_init", "_pthread_cond_wait",
    "_pthread_create", "_pthread_detach", "_pthread_join",
    "_pthread_mutex_destroy", "_pthread_mutex_init", "_pthread_mutex_lock", "_pthread_mutex_unlock",
    # the stand-in's
    "_mach_absolute_time", "_mach_timebase_info", "_pthread_set_qos_class_self_np",
}  # fmt: skip

REPLACED = {
    "___bzero": "bzero",
    "_bzero": "bzero",
    "_dlsym": "darwin_dlsym",
    "_fcntl": "darwin_fcntl",
    "_pthread_atfork": "darwin_pthread_atfork",
    "_pthread_cond_timedwait_relative_np": "darwin_pthread_cond_timedwait_relative_np",
    "_pthread_setname_np": "standin_pthread_setname",
    "_pthread_sigmask": "darwin_pthread_sigmask",
}
"""Other names for the same, and what darwin.c translates."""

NEVER_CALLED = {"dyld_stub_binder"}
"""It would bind at the first call what the loader has bound already."""


def equivalent(symbol: str) -> str:
    """The name, on Linux, of what a symbol of libSystem is bound to; KeyError if this table lacks it."""
    return symbol.removeprefix("_") if symbol in AS_IT_IS else REPLACED[symbol]
