"""The program as a process: ``python -m ticker_gui`` and the installed commands."""

import sys

from ticker_gui.process.early_exit import EXIT_INTERRUPTED, exit_at_once


def run() -> int:
    """Run the command of the command line and return its exit code."""
    command = "".join(sys.argv[1:2])
    if command != "key":  # reading a key changes the terminal, which only an exception puts back
        exit_at_once(command)
    try:
        from ticker_gui.cli import main  # what this imports takes half a second

        return main()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
