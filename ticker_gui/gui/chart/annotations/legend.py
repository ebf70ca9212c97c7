"""The legend of a pane: the values of the bar and of the indicators at the crosshair."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

import numpy as np
from PySide6.QtGui import QColor

from ticker_gui.bars.arrays import Floats
from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.chart.chart_data import ActiveIndicator
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.annotations.gaps import gap_text
from ticker_gui.gui.chart.annotations.labels import SPACING, PlacedText, moment_text, value_text
from ticker_gui.gui.chart.scene import Scene, first_price
from ticker_gui.gui.widgets.text_painter import TextPainter

WAITING_FOR_TRADES: Final = "Waiting for the first trade…"
_LEFT: Final = 8
_TOP: Final = 4
_CLOSER: Final = SPACING // 2
_SOURCES: Final = {BarSource.PROVIDED: "provided bar", BarSource.BACKFILLED: "backfilled bar"}
_LATEST_BARS: Final = 1000
_CHANGE_OF_BAR: Final = "Change of this bar: from the previous bar's close to this bar's close"
_CHANGE_OF_FIRST_BAR: Final = "Change of this bar: from its open to its close, because there is no previous bar"


class TextRun(NamedTuple):
    """A text in one color. If a line is too long, the runs with the highest ``rank`` are left out first.

    A value that ``is_close`` to the text before it has half the usual distance. ``tooltip`` explains the text.
    """

    text: str
    color: QColor
    rank: int = 0
    is_close: bool = False
    tooltip: str = ""


def layout(texts: TextPainter, lines: Sequence[Sequence[TextRun]], width: float) -> list[PlacedText]:
    """Place lines of text in the upper left corner. Runs of rank 0 are never left out: they wrap to the next line.

    A name wraps together with its value.
    """
    placed: list[PlacedText] = []
    top, height, end = _TOP, round(texts.metrics.height()), width - _LEFT
    for line in lines:
        left = _LEFT
        fitting = _fitting_runs(texts, line, end - _LEFT)
        for runs, after in zip_longest(fitting, fitting[1:]):
            text, with_value = texts.get(runs.text), 0.0
            if after is not None and after.is_close and not runs.is_close:
                with_value = SPACING - _CLOSER + texts.get(after.text).width
            left -= _CLOSER if runs.is_close and left > _LEFT else 0
            if left > _LEFT and left + text.width + with_value > end:
                left, top = _LEFT, top + height
            placed.append(PlacedText(left, top, text, runs.color, runs.tooltip))
            left += round(text.width) + SPACING
        top += height
    return placed


def bar_legend(scene: Scene, *, has_volume: bool = False) -> list[TextRun]:
    """Return open, high, low, close and change of the bar at the crosshair, with its time; else of the newest bar.

    The volume is part of it if no pane shows it: ``has_volume`` if its pane has no room.
    """
    chart_data, colors, row = scene.chart_data, scene.colors, scene.row
    bar, digits = scene.bar(row), chart_data.state.price_decimals
    opened, high, low, close, volume = (float(column[0]) for column in bar[1:])
    before = float(chart_data.series.bars.close[row - 1]) if row else opened
    change = close - before
    percent = 100.0 * change / abs(before) if before else None
    runs = list[TextRun]()
    if scene.crosshair is not None:  # left out first: the axis shows it, too
        time = moment_text(int(bar.start_ns[0]), scene.zone, is_day=chart_data.is_daily)
        runs.append(TextRun(time, colors.text2, rank=2))
    for name, value, rank in (("O", opened, 1), ("H", high, 1), ("L", low, 1), ("C", close, 0)):
        price = numbers.on_screen(scene.style.write(numbers.price(value, digits)))
        runs += [TextRun(name, colors.muted, rank), TextRun(price, colors.text, rank, is_close=True)]
    signed, signed_percent = numbers.signed_price(change, digits), numbers.signed_percent(percent)
    text = scene.style.write(f"{numbers.on_screen(signed)} ({numbers.on_screen(signed_percent)})")
    tooltip = _CHANGE_OF_BAR if row else _CHANGE_OF_FIRST_BAR
    if chart_data.is_daily:
        tooltip = f"{tooltip}. {chart_data.state.day.calendar.describe_days()}"
    runs.append(TextRun("Chg", colors.muted, rank=1, tooltip=tooltip))
    runs.append(TextRun(text, colors.change(signed, signed_percent), is_close=True, tooltip=tooltip))
    if has_volume or not scene.options.has_volume:
        amount = scene.style.write(numbers.amount(volume))
        runs += [TextRun("V", colors.muted, rank=3), TextRun(amount, colors.text, rank=3, is_close=True)]
    runs += [TextRun(missing, colors.warning)] if (missing := _missing_text(scene)) else _source_runs(scene)
    return runs


def indicator_legend(scene: Scene, study: ActiveIndicator, color: QColor) -> list[TextRun]:
    """Return an indicator's name and its values at the crosshair."""
    name, required, count = sanitize_text(study.config.label()), study.required_bars, len(scene.chart_data.series)
    if count < required:
        needs = f"needs {numbers.counted(required, 'bar')}"
        tooltip = f"{name} {needs}; there {'is' if count == 1 else 'are'} {count:,} so far."
        needed = scene.style.write(needs)
        return [
            TextRun(name, color, tooltip=tooltip),
            TextRun(needed, scene.colors.muted, is_close=True, tooltip=tooltip),
        ]
    outputs = study.values(scene.chart_data.series)
    # Averages have no tick size: use one decimal more than prices.
    digits = scene.chart_data.state.price_decimals + 1 if study.config.pane == "price" else _value_decimals(outputs)
    runs, declared = [TextRun(name, color)], study.config.indicator.outputs
    colors = scene.colors.outputs(declared, color)
    for output, values, own in zip(declared, outputs, colors, strict=True):
        if len(declared) > 1:
            runs.append(TextRun(output.title, own, rank=1))
        value = numbers.on_screen(scene.style.write(value_text(float(values[scene.row]), digits)))
        runs.append(TextRun(value, scene.colors.text, is_close=True))
    return runs


def comparison_legend(scene: Scene, number: int, color: QColor) -> list[TextRun]:
    """Return the name of a compared symbol, and its change from the first visible price to the crosshair.

    Without a crosshair, the change is that to the last visible price.
    """
    line, position = scene.visible_data.compared[number], scene.crosshair_position
    end = None if position is None else int(np.searchsorted(line.positions, position, side="right"))
    base, read = first_price(line), line.last_prices[:end]
    read = read[np.isfinite(read)]
    percent = 100.0 * (float(read[-1]) - base) / abs(base) if base and len(read) else None
    name = sanitize_text(scene.chart_data.compared[number].state.symbol, SYMBOL_LENGTH)
    change = numbers.on_screen(scene.style.write(numbers.signed_percent(percent)))
    return [TextRun(name, color), TextRun(change, scene.colors.text, is_close=True)]


def _value_decimals(outputs: Sequence[Floats]) -> int:
    """Return the number of decimals for the latest values of an indicator, according to the largest one."""
    largest = 0.0
    for values in outputs:
        latest = np.abs(values[-_LATEST_BARS:])
        largest = max(largest, float(latest[np.isfinite(latest)].max(initial=0.0)))
    return numbers.value_decimals(largest)


def _missing_text(scene: Scene) -> str:
    """Return what is missing at the crosshair: a gap there or within its bar, or that its bar is partial."""
    if scene.crosshair is None:
        return ""
    series, row = scene.chart_data.series, scene.row
    at_ns = scene.chart_data.time_scale.time_at(series, scene.crosshair.position)
    begin_ns, end_ns = int(series.bars.start_ns[row]), int(series.ends_ns(row, row + 1)[0])
    for gap in scene.visible_data.gaps:
        gap_end_ns = gap.end_ns or gap.start_ns
        if gap.start_ns <= at_ns <= gap_end_ns or (gap.start_ns < end_ns and begin_ns < gap_end_ns):
            return gap_text(gap)
    first_ns = scene.chart_data.unfilled.partial_since_ns
    has_begun_within = first_ns is not None and begin_ns <= first_ns < end_ns
    return "partial bar" if has_begun_within else ""


def _source_runs(scene: Scene) -> list[TextRun]:
    """Return where the bar at the crosshair is from, unless it was received live."""
    if scene.crosshair is None:
        return []
    source = BarSource(scene.chart_data.series.sources(scene.row, scene.row + 1)[0])
    return [TextRun(_SOURCES[source], scene.colors.muted, rank=3)] if source in _SOURCES else []


def _fitting_runs(texts: TextPainter, line: Sequence[TextRun], width: float) -> Sequence[TextRun]:
    """Return the runs of a line that fit into a width; runs of rank 0 are always included."""
    while (rank := max(runs.rank for runs in line)) and _line_width(texts, line) > width:
        line = [runs for runs in line if runs.rank < rank]
    return line


def _line_width(texts: TextPainter, line: Sequence[TextRun]) -> int:
    return sum(round(texts.get(runs.text).width) + SPACING for runs in line) - SPACING
