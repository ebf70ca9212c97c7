"""Send mutated frames through every decoder, the market and the bars.

``python -m tests.fuzz [--frames 1000000] [--seed 1] [PROVIDER …]`` prints one line for each provider.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.fuzz.target import FuzzError, FuzzTarget
from ticker_gui.feeds.registry import PROVIDERS


def main() -> int:
    """Fuzz the providers; return 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--frames", type=int, default=100_000, help="for each provider (100,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("providers", nargs="*", metavar="PROVIDER", help=", ".join(PROVIDERS))
    options = parser.parse_args()
    failed = 0
    for name in options.providers or PROVIDERS:
        target = FuzzTarget(PROVIDERS[name], options.seed)
        began = time.monotonic()
        try:
            target.run(options.frames)
        except FuzzError as error:
            failed = 1
            print(f"FAILED {error}", flush=True)
            continue
        outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in target.outcomes.most_common())
        took = time.monotonic() - began
        print(f"{name}: {options.frames:,} frames, seed {options.seed}, {took:.0f} s: {outcomes}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
