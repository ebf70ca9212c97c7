"""The values of an indicator over growing bars, at the cost of what changed.

Each bar that closes is told once to TA-Lib's stream handles, and the forming one is only asked about. The values are
those of one calculation over all bars since it began, bit by bit: forgetting old bars changes none of the others. It
restarts where bars other than the last have changed, or where very many come at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.arrays import Floats
from ticker_gui.bars.bar_history import Bars
from ticker_gui.indicators.registry import Chosen
from ticker_gui.indicators.session_vwap import SESSION_VWAP, Sessions, SessionVwap, utc_days
from ticker_gui.indicators.spec import BAR_INPUTS, SESSION, SOURCE

# Feeding a handle one bar costs about as much as opening it on this number of bars; a few are always fed.
_STEP_COST: Final = 100
_FEW_STEPS: Final = 256
_MIN_ROOM: Final = 64

_Series: TypeAlias = npt.NDArray[Any]
_Answer: TypeAlias = float | tuple[float, ...]


class _Handle(Protocol):
    """What has seen all closed bars. Both return the values of one more, of which only `update` counts it."""

    @property
    def update(self) -> Callable[..., _Answer]: ...

    @property
    def peek(self) -> Callable[..., _Answer]: ...


class IndicatorValues:
    """The values of one indicator on one chart. Prices and volumes are finite.

    Where a function returns the place of a bar (MAXINDEX), it is the bar's number among all bars ever.
    """

    def __init__(self, chosen: Chosen, sessions: Sessions = utc_days) -> None:
        indicator = chosen.indicator
        figures: dict[str, Callable[[Bars], _Series]] = {**BAR_INPUTS, SESSION: lambda bars: sessions(bars.start_ns)}
        source = str(chosen.parameters.get(SOURCE.name))
        self._figures = [figures[source if name == SOURCE.name else name] for name in indicator.inputs]
        arguments = indicator.arguments(chosen.parameters)
        outputs = len(indicator.outputs) // len(indicator.functions)
        self._functions = [_Function(name, arguments, outputs) for name in indicator.functions]
        self._generation: int | None = None
        # Bars are numbered from the first one ever.
        self._base = 0  # the bar whose values are in row 0
        self._fed_until = 0  # the first bar that is not known to be closed
        self._rows = 0

    def read(self, bars: Bars, begin: int, generation: int) -> tuple[Floats, ...]:
        """Return the values of each output, one a bar, NaN where there are too few before; valid until the next call.

        ``begin`` is how many bars have been forgotten before the first of these. ``generation`` is another number
        than in the last call where more has changed than the last bar of then, and what came behind it.
        """
        count = len(bars.close)
        closed = begin + max(0, count - 1)
        is_continued = generation == self._generation and self._base <= begin <= self._fed_until <= closed
        if not is_continued or closed - self._fed_until > _FEW_STEPS + count // _STEP_COST:
            self._restart(begin, generation)
        self._make_room(begin, count)
        if count:
            self._feed_closed(bars, begin, closed)
            self._peek_forming(bars, begin, closed)
        first = begin - self._base
        return tuple(column[first : first + count] for function in self._functions for column in function.columns)

    def _restart(self, begin: int, generation: int) -> None:
        for function in self._functions:
            function.handle = None
        self._base = self._fed_until = begin
        self._generation = generation

    def _make_room(self, begin: int, count: int) -> None:
        first = begin - self._base
        if first + count <= self._rows <= max(2 * count, _MIN_ROOM):
            return
        self._rows = max(count + count // 8, _MIN_ROOM)
        for function in self._functions:
            function.move(first, self._fed_until - begin, self._rows)
        self._base = begin

    def _feed_closed(self, bars: Bars, begin: int, closed: int) -> None:
        opened = self._opened()
        if opened and self._fed_until < closed:
            news = self._read(bars, self._fed_until - begin, closed - begin)
            for row, figures in enumerate(news, self._fed_until - self._base):
                for function, handle in opened:
                    function.put(row, handle.update(*figures))
        self._fed_until = closed
        if len(opened) < len(self._functions):
            history = [figure(bars) for figure in self._figures]
            for function in self._functions:
                if function.handle is None:
                    function.open(history, begin, begin - self._base)

    def _peek_forming(self, bars: Bars, begin: int, closed: int) -> None:
        for figures in self._read(bars, closed - begin, closed - begin + 1):
            for function, handle in self._opened():
                function.put(closed - self._base, handle.peek(*figures))

    def _opened(self) -> list[tuple[_Function, _Handle]]:
        return [(function, function.handle) for function in self._functions if function.handle is not None]

    def _read(self, bars: Bars, first: int, end: int) -> Iterable[tuple[float, ...]]:
        """Return the figures of some bars, bar by bar."""
        some = bars.rows(first, end)
        return zip(*(figure(some).tolist() for figure in self._figures), strict=True)


class _Function:
    """One function: its handle, as soon as there are bars enough for one, and its values in rows."""

    def __init__(self, name: str, arguments: Mapping[str, float], outputs: int) -> None:
        self._name = name
        self._arguments = arguments
        self._shift = 0
        self.handle: _Handle | None = None
        self.columns: list[Floats] = [np.empty(0)] * outputs

    def move(self, first: int, kept: int, rows: int) -> None:
        """Allocate ``rows`` rows; of the values, those from ``first`` on come to the front."""
        for index, old in enumerate(self.columns):
            self.columns[index] = np.empty(rows)
            self.columns[index][:kept] = old[first : first + kept]

    def open(self, history: Sequence[_Series], begin: int, row: int) -> None:
        """Take all bars but the forming one as closed. Where they are too few, that one may still have a value."""
        forming = row + len(history[0]) - 1
        for column in self.columns:
            column[row : forming + 1] = math.nan
        self._shift = begin if self._name.endswith("INDEX") else 0
        if (opened := self._open([series[:-1] for series in history])) is not None:
            self.handle, values = opened
            for column, filled in zip(self.columns, values, strict=True):
                column[row:forming] = filled
                column[row:forming] += self._shift
        elif (opened := self._open(history)) is not None:
            self.put(forming, tuple(filled[-1] for filled in opened[1]))

    def put(self, row: int, answer: _Answer) -> None:
        """Keep what the handle answered about one bar."""
        values = answer if isinstance(answer, tuple) else (answer,)
        for column, value in zip(self.columns, values, strict=True):
            column[row] = value + self._shift

    def _open(self, history: Sequence[_Series]) -> tuple[_Handle, tuple[_Series, ...]] | None:
        # TA-Lib writes behind as many values, and with fewer bars takes an input that is there for its own output.
        return _open(self._name, history, self._arguments) if len(history[0]) > self._lookback else None

    @cached_property
    def _lookback(self) -> int:
        if self._name == SESSION_VWAP:
            return -1
        from talib import abstract

        lookback: int = abstract.Function(self._name, **self._arguments).lookback  # type: ignore[attr-defined]
        return lookback


def _open(
    name: str, history: Sequence[_Series], arguments: Mapping[str, float]
) -> tuple[_Handle, tuple[_Series, ...]] | None:
    """Return a handle that has seen these bars, with their values; nothing where they are too few."""
    if name == SESSION_VWAP:
        opened, values = SessionVwap.open_and_fill(*history)
        return opened, (values,)
    import talib  # here, as most sessions show no indicator and it takes a while to load
    from talib import stream

    try:
        handle, filled = getattr(stream, name).open_and_fill(*history, **arguments)
    except talib.InsufficientHistory:  # type: ignore[attr-defined]  # its stubs leave this out
        return None
    return handle, tuple(_as_floats(values, handle) for values in (filled if isinstance(filled, tuple) else (filled,)))


def _as_floats(values: _Series, handle: Any) -> _Series:
    if values.dtype.kind != "i":
        return values
    floats = values.astype(np.float64)
    floats[: handle.out_range.begidx] = math.nan  # TA-Lib has no other integer than 0 for a value that is none
    return floats
