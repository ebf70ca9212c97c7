"""The entry point of ``python -m ticker_gui`` and of the installed commands."""

import sys

from ticker_gui.process.early_exit import EXIT_INTERRUPTED, exit_at_once, interrupt_on_signals, keep_exit_code


def run() -> int:
    """Run the command and return its exit code."""
    command = "".join(sys.argv[1:2])
    if command != "key":
        exit_at_once(command)
    try:
        if command == "key":  # reading a key changes the terminal; an exception restores it
            interrupt_on_signals()
        from ticker_gui.cli import main  # this import takes half a second

        code = main()
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    keep_exit_code()
    return code


if __name__ == "__main__":
    sys.exit(run())
