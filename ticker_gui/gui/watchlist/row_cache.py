"""The cached content of a row of the watchlist."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.market.display_values import change_percent
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, RowTextCache
from ticker_gui.watchlist.row_status import RowStatus, row_status

FEED_MARK: Final = " · "  # before the name of the feed
_SYMBOL: Final = COLUMN_INDEX["symbol"]
_CHANGE_PERCENT: Final = COLUMN_INDEX["change_percent"]
_DIRECTIONS: Final = {"+": 1, numbers.MINUS: -1}
_PENDING: Final = RowStatus(StateMark.CONNECTING, is_current=False)


class RowCache:
    """The cached content of a row: its texts, one for each of `COLUMNS`, its status, and its direction.

    ``direction`` is the sign of the day's change as displayed: 1, -1 or 0; None if the change is unknown. ``version``
    is that of the symbol's data when the row was read last. With ``names_feed``, the feed is named beside the symbol.
    """

    __slots__ = (
        "_age_s",
        "_alias",
        "_changes",
        "_feed_mark",
        "_named",
        "_text_cache",
        "direction",
        "names_feed",
        "state",
        "status",
        "texts",
        "version",
    )

    def __init__(self, state: SymbolState) -> None:
        self.state = state
        self.texts: list[str] = []
        self.status = _PENDING
        self.direction: int | None = None
        self.names_feed = False
        self._named: tuple[list[str], list[str]] = [], []  # the texts without and with the name of the feed
        self.invalidate()

    def invalidate(self) -> None:
        """Discard everything, so that the next refresh formats all texts."""
        self._text_cache = RowTextCache(self.state)
        self.version = self._changes = -1
        self._age_s: int | None = None
        self._alias = ""
        self._feed_mark = StateMark.LIVE

    def refresh(
        self,
        now_ns: int,
        columns: tuple[int, ...],
        style: numbers.NumberStyle,
        feed_mark: StateMark = StateMark.LIVE,
    ) -> None:
        """Update everything if the symbol's data, alias, feed status or age in seconds has changed."""
        state = self.state
        received_ns, changes = state.received_ns, state.coverage.epoch
        age_s = None if received_ns is None else (now_ns - received_ns) // SECOND_NS
        if state.remembered is not None:  # after midnight, the words for its day are other ones
            age_s = now_ns // MINUTE_NS
        if (
            state.version != self.version
            or age_s != self._age_s
            or changes != self._changes
            or state.alias is not self._alias
            or feed_mark is not self._feed_mark
        ):
            self._feed_mark = feed_mark
            self.version, self._age_s, self._changes, self._alias = state.version, age_s, changes, state.alias
            self.status = row_status(state, now_ns, feed_mark)
            texts = self._text_cache.read(now_ns, columns, style, self.status.word)
            self.texts = self._with_feed(texts) if self.names_feed else texts
            if text := self.texts[_CHANGE_PERCENT]:
                self.direction = _DIRECTIONS.get(text[0], None if text == numbers.NONE else 0)
            else:  # the column is not visible
                percent = change_percent(state)
                self.direction = None if percent is None else _sign(round(percent, 2))

    def _with_feed(self, texts: list[str]) -> list[str]:
        """Return texts with the name of the feed beside the symbol, as the same objects while they are the same."""
        before, named = self._named
        if texts is not before:
            symbol = f"{texts[_SYMBOL]}{FEED_MARK}{sanitize_text(self.state.feed)}"
            if named and named[_SYMBOL] == symbol:
                symbol = named[_SYMBOL]
            named = texts.copy()
            named[_SYMBOL] = symbol
            self._named = texts, named
        return named


def _sign(value: float) -> int:
    return (value > 0.0) - (value < 0.0)
