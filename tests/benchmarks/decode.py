"""Decoding of each provider's payloads into events, compared with untyped JSON parsing of the same payloads."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import msgspec

from tests.benchmarks import harness
from tests.feeds.venues import as_bytes, credentials_for, venue
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import Reply
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.registry import PROVIDERS

MODULE = "tests.benchmarks.decode"
_TARGET = 0.5
# Lower targets: Protobuf is not JSON, and a mapping parses without types and then looks up paths.
_OTHER_TARGETS = {"yahoo": 0.015, "mapped": 0.03}
_EXCLUDED = ("guess",)  # it becomes one of the others after detection


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure the market data frames of every provider."""
    for name, results in harness.run(MODULE, 20 if quick else 3000).items():
        note = f"{results['facts']:,.0f} events/s"
        yield harness.Figure(
            f"decode: {name} / bare JSON",
            results["ratio"],
            _OTHER_TARGETS.get(name, _TARGET),
            is_minimum=True,
            note=note,
        )


def main(rounds: int) -> None:
    """Decode each provider's frames alternately as bare JSON and into events, with a new connection in each round."""
    harness.report(**{name: measure(provider, rounds) for name, provider in PROVIDERS.items() if name not in _EXCLUDED})


def measure(provider: type[FeedProtocol], rounds: int) -> dict[str, float]:
    """Return events per second, and the time of JSON parsing divided by the time of decoding.

    A connection lasts for hours, so its first frames are not measured: they fill the caches of symbols and conditions.
    """
    prelude = [as_bytes(frame) for frame in venue(provider.name).PRELUDE]
    frames, count = market_frames(provider, prelude)
    bare_s, ours_s = [], []
    for _ in range(rounds):
        begin = time.perf_counter()
        for frame in frames:
            msgspec.json.decode(frame)
        bare_s.append(time.perf_counter() - begin)
        decode = fresh(provider, prelude).decode
        for frame in frames:
            decode(frame)
        begin = time.perf_counter()
        for frame in frames:
            decode(frame)
        ours_s.append(time.perf_counter() - begin)
    ours = statistics.median(ours_s)
    return {"facts": count / ours, "ratio": statistics.median(bare_s) / ours}


def fresh(provider: type[FeedProtocol], prelude: list[bytes]) -> FeedProtocol:
    """Return a new decoder after login and subscriptions."""
    protocol = provider(credentials_for(provider))
    list(protocol.subscribe([provider.wire_symbol(symbol) for symbol in venue(provider.name).SYMBOLS.split(",")]))
    for frame in prelude:
        protocol.decode(frame)
    return protocol


def market_frames(provider: type[FeedProtocol], prelude: list[bytes]) -> tuple[list[bytes], int]:
    """Return the JSON frames that contain market data, and their number of events."""
    protocol = fresh(provider, prelude)
    frames, count = [], 0
    for frame in venue(provider.name).FLOW:
        try:
            facts = protocol.decode(as_bytes(frame)) if isinstance(frame, str) else ()
        except TickerError:  # refusals and notices
            continue
        if any(not isinstance(fact, Reply) for fact in facts):
            frames.append(as_bytes(frame))
            count += len(facts)
    # Version 1 of Yahoo's frames is not JSON.
    return [frame for frame in frames if frame[:1] in b"[{"], count


if __name__ == "__main__":
    import sys

    main(int(sys.argv[1]))
