"""Send random responses, proxy responses and frames to the connection: each has to end in one of our errors.

``python -m tests.fuzz.responses [--examples 100000] [--seed 1]``. It uses real sockets on loopback.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.conftest import run_plain
from tests.servers import serving
from tests.stream.test_error_translation import ATTEMPTS, ERRORS, check_translation
from tests.stream.test_transport import ANSWERS, STREAMS, AnyBytes, RawServer, error_of

Check = Callable[[Any], object]


@contextmanager
def _handshake() -> Iterator[Check]:
    with _raw() as server:

        def check(answer: bytes) -> None:
            server.answer = answer
            run_plain(error_of(f"ws://127.0.0.1:{server.port}"))

        yield check


@contextmanager
def _proxy() -> Iterator[Check]:
    with _raw() as server:

        def check(answer: bytes) -> None:
            server.answer = answer
            run_plain(error_of("ws://desk.example", proxy=f"http://127.0.0.1:{server.port}"))

        yield check


@contextmanager
def _raw() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.stop()


@contextmanager
def _stream() -> Iterator[Check]:
    handler = AnyBytes()

    def check(stream: bytes) -> None:
        handler.stream = stream
        run_plain(error_of(server.url))

    with serving(handler) as server:
        yield check


@contextmanager
def _errors() -> Iterator[Check]:
    yield lambda example: check_translation(*example)


TARGETS: Final = {
    "errors": (_errors, st.tuples(ERRORS, ATTEMPTS)),
    "handshake": (_handshake, ANSWERS),
    "proxy": (_proxy, ANSWERS),
    "frames": (_stream, STREAMS),
}


def fuzz(name: str, examples: int, number: int) -> None:
    """Try ``count`` examples of one target."""
    make_check, strategy = TARGETS[name]
    options = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    with make_check() as check:

        @seed(number)
        @options
        @given(strategy)
        def run(example: Any) -> None:
            check(example)

        run()


def main() -> int:
    """Fuzz every target."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.responses", description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000, help="for each target (10,000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name in TARGETS:
        began = time.monotonic()
        fuzz(name, options.examples, options.seed)
        print(
            f"{name}: {options.examples:,} examples, seed {options.seed}, {time.monotonic() - began:.0f} s", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
