"""Incremental calculation of indicators; the cost depends on the number of new bars.

Each closed bar is fed once to TA-Lib's streaming handles; the forming bar is only peeked. The values are identical, bit
for bit, to one calculation over all bars since the start: dropping old bars does not change the others. The calculation
restarts if bars other than the last have changed, or if very many bars are added at once.
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
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.indicators.session_vwap import SESSION_VWAP, Sessions, SessionVwap, utc_days
from ticker_gui.indicators.spec import BAR_INPUTS, SESSION, SOURCE

# Feeding one bar to a handle costs about as much as opening a handle with this number of bars.
_BARS_PER_STEP_COST: Final = 100
_MIN_STEPS: Final = 256  # up to this number, bars are always fed one by one
_MIN_ROOM: Final = 64

_Series: TypeAlias = npt.NDArray[Any]
_Result: TypeAlias = float | tuple[float, ...]


class _Handle(Protocol):
    """A streaming calculation that was fed all closed bars.

    Both methods return the values of one more bar; only `update` adds the bar.
    """

    @property
    def update(self) -> Callable[..., _Result]: ...

    @property
    def peek(self) -> Callable[..., _Result]: ...


class IndicatorValues:
    """The values of one indicator on one chart. Prices and volumes must be finite.

    A function that returns a bar index (MAXINDEX) returns it counted from the first bar ever.
    """

    def __init__(self, chosen: IndicatorConfig, sessions: Sessions = utc_days) -> None:
        indicator = chosen.indicator
        inputs: dict[str, Callable[[Bars], _Series]] = {**BAR_INPUTS, SESSION: lambda bars: sessions(bars.start_ns)}
        source = str(chosen.parameters.get(SOURCE.name))
        self._inputs = [inputs[source if name == SOURCE.name else name] for name in indicator.inputs]
        arguments = indicator.arguments(chosen.parameters)
        outputs = len(indicator.outputs) // len(indicator.functions)
        self._functions = [_Function(name, arguments, outputs) for name in indicator.functions]
        self._generation: int | None = None
        # Bar numbers are counted from the first bar ever.
        self._base = 0  # the bar whose values are in row 0
        self._fed_until = 0  # the first bar that was not fed to the handles
        self._rows = 0  # allocated rows

    @property
    def required_bars(self) -> int:
        """The number of bars before there are values of all outputs."""
        return 1 + max(function.lookback for function in self._functions)

    def read(self, bars: Bars, begin: int, generation: int) -> tuple[Floats, ...]:
        """Return the values of each output, one per bar, NaN during the warm-up; valid until the next call.

        ``begin`` is the number of bars that were dropped before the first of these. ``generation`` must change when
        bars before the last bar of the previous call have changed.
        """
        count = len(bars.close)
        closed = begin + max(0, count - 1)
        is_continued = generation == self._generation and self._base <= begin <= self._fed_until <= closed
        if not is_continued or closed - self._fed_until > _MIN_STEPS + count // _BARS_PER_STEP_COST:
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
            added = self._read(bars, self._fed_until - begin, closed - begin)
            for row, values in enumerate(added, self._fed_until - self._base):
                for function, handle in opened:
                    function.store(row, handle.update(*values))
        self._fed_until = closed
        if len(opened) < len(self._functions):
            history = [read_input(bars) for read_input in self._inputs]
            for function in self._functions:
                if function.handle is None:
                    function.open(history, begin, begin - self._base)

    def _peek_forming(self, bars: Bars, begin: int, closed: int) -> None:
        for values in self._read(bars, closed - begin, closed - begin + 1):
            for function, handle in self._opened():
                function.store(closed - self._base, handle.peek(*values))

    def _opened(self) -> list[tuple[_Function, _Handle]]:
        return [(function, function.handle) for function in self._functions if function.handle is not None]

    def _read(self, bars: Bars, first: int, end: int) -> Iterable[tuple[float, ...]]:
        """Return the inputs of the bars in ``first:end``, bar by bar."""
        some = bars.rows(first, end)
        return zip(*(read_input(some).tolist() for read_input in self._inputs), strict=True)


class _Function:
    """One function of an indicator: its values by row, and its handle once there are enough bars."""

    def __init__(self, name: str, arguments: Mapping[str, float], outputs: int) -> None:
        self._name = name
        self._arguments = arguments
        self._shift = 0
        self.handle: _Handle | None = None
        self.columns: list[Floats] = [np.empty(0)] * outputs

    def move(self, first: int, kept: int, rows: int) -> None:
        """Allocate ``rows`` rows and copy ``kept`` values, from row ``first`` on, to the front."""
        for index, old in enumerate(self.columns):
            self.columns[index] = np.empty(rows)
            self.columns[index][:kept] = old[first : first + kept]

    def open(self, history: Sequence[_Series], begin: int, row: int) -> None:
        """Open the handle with all bars but the forming one; with too few bars, calculate the forming one only."""
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
            self.store(forming, tuple(filled[-1] for filled in opened[1]))

    def store(self, row: int, result: _Result) -> None:
        """Store the result of a handle for one bar."""
        values = result if isinstance(result, tuple) else (result,)
        for column, value in zip(self.columns, values, strict=True):
            column[row] = value + self._shift

    def _open(self, history: Sequence[_Series]) -> tuple[_Handle, tuple[_Series, ...]] | None:
        # With fewer bars, TA-Lib writes beyond the end of its output, or returns an input as its output.
        return _open(self._name, history, self._arguments) if len(history[0]) > self.lookback else None

    @cached_property
    def lookback(self) -> int:
        if self._name == SESSION_VWAP:
            return -1
        from talib import abstract

        lookback: int = abstract.Function(self._name, **self._arguments).lookback  # type: ignore[attr-defined]
        return lookback


def _open(
    name: str, history: Sequence[_Series], arguments: Mapping[str, float]
) -> tuple[_Handle, tuple[_Series, ...]] | None:
    """Return a handle that was fed these bars, and their values; None if there are too few bars."""
    if name == SESSION_VWAP:
        opened, values = SessionVwap.open_and_fill(*history)
        return opened, (values,)
    import talib  # imported here because it loads slowly and most users show no indicator
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
    floats[: handle.out_range.begidx] = math.nan  # TA-Lib returns 0 for missing values of integer outputs
    return floats
