"""Run as ``python -m ticker_gui``."""

import sys

from ticker_gui.cli import main

if __name__ == "__main__":
    sys.exit(main())
