"""What a fuzzed frame goes through, and what may come of it: facts, or a rejected frame."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import Final

import msgspec

from tests.captures import payloads
from tests.feeds.venues import as_bytes, credentials_for, venue
from tests.fuzz.mutations import mutated, parse
from ticker_gui.bars.series import TimeSeries
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.domain.timeframe import SECOND_NS, TIMEFRAMES
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.formatting import json_lines
from ticker_gui.market.limits import Limits
from ticker_gui.market.market import FeedMarket, Market
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMNS

START_NS: Final = 1_800_000_000 * SECOND_NS
_FRAMES_PER_CONNECTION: Final = 500
_FRAMES_PER_READ: Final = 100
_MAX_CAPTURED: Final = 400
_SMALL: Final = Limits(trades=100, second_bars=60, minute_bars=60)


class FuzzError(AssertionError):
    """A frame led to something else than facts or its rejection."""


class FuzzTarget:
    """One provider's decoder with a market of its own."""

    def __init__(self, provider: type[FeedProtocol], seed: int) -> None:
        self._provider = provider
        self._rng = random.Random(f"{provider.name} {seed}")
        self._frames = [as_bytes(frame) for frame in venue(provider.name).FRAMES]
        self._frames += payloads(provider.name)[:_MAX_CAPTURED]
        self._trees = [parse(frame) for frame in self._frames]
        self._now_ns = START_NS
        self._encode = msgspec.json.Encoder().encode
        self.outcomes: Counter[str] = Counter()
        self._connect()

    def run(self, count: int) -> None:
        """Send that many mutated frames.

        Raises:
            FuzzError: one had another outcome than facts or a rejection.
        """
        for number in range(count):
            if number % _FRAMES_PER_CONNECTION == 0:
                self._connect()
            which = self._rng.randrange(len(self._frames))
            frame = mutated(self._frames[which], self._trees[which], self._rng)
            try:
                self._take(frame)
                if number % _FRAMES_PER_READ == 0:
                    self._read()
            except Exception as error:
                raise FuzzError(
                    f"{self._provider.name}: {type(error).__name__}: {error}; frame {frame[:2000]!r}"
                ) from error

    def _connect(self) -> None:
        """Begin a connection whose good frames have come: symbols are watched, and known to the decoder."""
        self._protocol = self._provider(credentials_for(self._provider))
        self._market: FeedMarket = Market(_SMALL).feed(self._provider.name)
        symbols = [self._provider.wire_symbol(symbol) for symbol in venue(self._provider.name).SYMBOLS.split(",")]
        list(self._protocol.subscribe(symbols))
        self._watch(symbols)
        for frame in (*map(as_bytes, venue(self._provider.name).PRELUDE), *self._frames[:50]):
            try:
                facts = list(self._protocol.decode(frame))
            except (FrameError, ConnectionLost, FeedRejected):
                continue
            self._watch([fact.symbol for fact in facts if not isinstance(fact, Reply)])

    def _watch(self, symbols: list[str]) -> None:
        for symbol in symbols:
            self._market.watch(symbol, symbol)

    def _take(self, frame: bytes) -> None:
        self._now_ns += self._rng.choice((0, 1_000_000, SECOND_NS))
        try:
            facts = list(self._protocol.decode(frame))
        except FrameError:
            self.outcomes["rejected"] += 1
            return
        except (ConnectionLost, FeedRejected):
            self.outcomes["connection ended"] += 1
            self._connect()
            return
        finally:
            self._protocol.outgoing.clear()
        self.outcomes["decoded"] += 1
        for fact in facts:
            self._apply(fact)

    def _apply(self, fact: Fact) -> None:
        try:
            self._market.apply(fact, self._now_ns)
        except FrameError:
            self.outcomes["value rejected"] += 1
            return
        self.outcomes["fact"] += 1
        if isinstance(fact, Reply):
            self._encode(json_lines.reply_line("feed", list(fact.symbols), fact))
            return
        self._encode(json_lines.fact_line("feed", fact.symbol, fact, self._now_ns))
        state = self._market.find(fact.symbol)
        if state is not None:
            _check_state(state)

    def _read(self) -> None:
        """Read all that is shown of every symbol."""
        for state in self._market.states:
            for column in COLUMNS:
                assert isinstance(column.format(column.value(state, self._now_ns), state), str)
            for timeframe in TIMEFRAMES:
                bars = TimeSeries(state.bars, timeframe).bars
                assert (bars.low <= bars.high).all(), "a low above its high"
                assert (bars.start_ns[1:] > bars.start_ns[:-1]).all(), "bars out of order"
                assert all(math.isfinite(value) for column in bars[1:5] for value in column.tolist())


def _check_state(state: SymbolState) -> None:
    for value in (state.last, state.bid, state.ask, state.day.high, state.day.low, state.day.volume):
        assert value is None or math.isfinite(value), "a number that is none"
