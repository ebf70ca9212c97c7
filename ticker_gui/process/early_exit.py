"""The exit codes of commands, and exits on a signal before the program handles signals itself.

This module is imported first and imports almost nothing, because Python prints a traceback for an interrupt until the
handlers are installed. `_signal` is the built-in part of `signal`; importing that and `typing` takes ten times longer.
"""

import _signal  # type: ignore[import-not-found]  # mypy knows only `signal`
import os

EXIT_DONE = 0
EXIT_NOT_DELIVERED = 1
EXIT_WRONG_USAGE = 2
EXIT_INTERRUPTED = 130
# SIGHUP: the terminal or the session is gone. SIGBREAK: Ctrl-Break on Windows, which has no SIGHUP.
EXIT_SIGNAL_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def exit_at_once(command: str) -> None:
    """Exit immediately on a signal, until the command handles signals itself.

    Imports take up to a second. An exception during an import would print a traceback, and nothing has to be saved yet.
    """

    def exit_now(number: int, _: object) -> None:
        os._exit(exit_code(command, number))

    _handle_all(exit_now)


def interrupt_on_signals() -> None:
    """Raise `KeyboardInterrupt` on each signal, as Python does on Ctrl+C."""
    _handle_all(_signal.default_int_handler)


def _handle_all(handler: object) -> None:
    for name in EXIT_SIGNAL_NAMES:
        number = getattr(_signal, name, None)
        if number is not None and not (name == "SIGHUP" and is_ignored(number)):
            _signal.signal(number, handler)


def keep_exit_code() -> None:
    """Ignore further signals at the end: Python restores their default actions, which would replace the exit code."""
    import atexit

    def ignore_all() -> None:
        for name in EXIT_SIGNAL_NAMES:
            if (number := getattr(_signal, name, None)) is not None:
                _signal.signal(number, _signal.SIG_IGN)

    atexit.register(ignore_all)


def exit_code(command: str, number: int) -> int:
    """Return the exit code of a command that a signal ends; a check is incomplete then, whatever the signal."""
    is_interrupted = command == "check" or (
        command in ("stream", "history", "export", "websocket") and number == _signal.SIGINT
    )
    return EXIT_INTERRUPTED if is_interrupted else 0


def is_ignored(number: int) -> bool:
    """Return whether this process ignores a signal, as it does for the loss of the terminal under ``nohup``."""
    return bool(_signal.getsignal(number) == _signal.SIG_IGN)
