"""What is written into the panes: the bar that is read, and the values of the indicators at it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import tzinfo
from typing import Final, NamedTuple

from PySide6.QtGui import QColor, QPainter

from ticker_gui.domain.text import SYMBOL_LENGTH, display_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.scene import Scene, first_price
from ticker_gui.gui.chart.time_axis import local_time
from ticker_gui.gui.painting import TextPainter
from ticker_gui.market import formats
from ticker_gui.market.content import Study

NO_BARS: Final = "No trade yet: the chart begins with the first."
_LEFT: Final = 8
_TOP: Final = 4
_SPACE: Final = 10
_GROUND_OPACITY: Final = 180
_VALUE_DIGITS: Final = 2
_MILLION: Final = 1e6


class Words(NamedTuple):
    """A few words in one colour."""

    text: str
    colour: QColor


def draw_lines(
    painter: QPainter, texts: TextPainter, lines: Sequence[Sequence[Words]], width: float, ground: QColor
) -> None:
    """Draw lines of words in the upper left corner, on a ground that lets little through; long ones go on below."""
    painter.setFont(texts.font)
    ground = QColor(ground)
    ground.setAlpha(_GROUND_OPACITY)
    top, height = _TOP, round(texts.metrics.height())
    for line in lines:
        left = _LEFT
        for words in line:
            text = texts.get(words.text)
            if left > _LEFT and left + text.width > width - _LEFT:
                left, top = _LEFT, top + height
            painter.fillRect(left - 2, top, round(text.width) + 4, height, ground)
            painter.setPen(words.colour)
            texts.draw(painter, left, top, text)
            left += round(text.width) + _SPACE
        top += height


def bar_line(scene: Scene) -> list[Words]:
    """Return time, open, high, low, close, change and volume of the bar that is read."""
    content, palette, row = scene.content, scene.palette, scene.row
    bar, digits = scene.bar(row), content.state.price_digits
    opened, high, low, close, volume = (float(column[0]) for column in bar[1:])
    before = float(content.series.bars.close[row - 1]) if row else opened
    change = close - before
    percent = 100.0 * change / abs(before) if before else None
    colour = palette.direction(close >= opened)
    words = [Words(moment_text(int(bar.start_ns[0]), scene.zone, is_day=content.is_daily), palette.muted)]
    for name, value in (("O", opened), ("H", high), ("L", low), ("C", close)):
        words.append(Words(f"{name} {scene.style.write(formats.price(value, digits))}", colour))
    signed = f"{formats.signed_price(change, digits)} ({formats.signed_percent(percent)})"
    words.append(Words(scene.style.write(signed), palette.direction(change >= 0)))
    words.append(Words(f"V {scene.style.write(formats.amount(volume))}", palette.muted))
    return words


def study_line(scene: Scene, study: Study, colour: QColor) -> list[Words]:
    """Return an indicator's name and its values at the bar that is read."""
    # An average has no tick size: one decimal more than prices have.
    digits = scene.content.state.price_digits + 1 if study.chosen.pane == "price" else _VALUE_DIGITS
    words = [Words(display_text(study.chosen.label()), colour)]
    for output, values in zip(study.chosen.indicator.outputs, study.all_of(scene.content.series), strict=True):
        value = float(values[scene.row])
        name = f"{output.title} " if len(study.chosen.indicator.outputs) > 1 else ""
        words.append(Words(f"{name}{scene.style.write(value_text(value, digits))}", scene.palette.text))
    return words


def compared_line(scene: Scene, number: int, colour: QColor) -> list[Words]:
    """Return the name of a compared symbol, and how much it has changed in view."""
    state, line = scene.content.compared[number].state, scene.picture.compared[number]
    base, last = first_price(line), state.last
    percent = 100.0 * (last - base) / abs(base) if base and last is not None else None
    name = display_text(state.symbol, SYMBOL_LENGTH)
    return [Words(name, colour), Words(scene.style.write(formats.signed_percent(percent)), scene.palette.text)]


def moment_text(time_ns: int, zone: tzinfo | None, *, is_day: bool = False) -> str:
    """Return a moment with its date, or only the date of a day."""
    moment = local_time(time_ns / SECOND_NS, zone)
    return moment.strftime("%a %d %b %Y" if is_day else "%a %d %b %Y %H:%M:%S")


def value_text(value: float, digits: int) -> str:
    """Return a value of an indicator, short where it is large."""
    if not math.isfinite(value):
        return formats.NONE
    return formats.price(value, digits) if abs(value) < _MILLION else formats.amount(value)
