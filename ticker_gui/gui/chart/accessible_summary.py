"""The texts of the chart: its headline, and its description for screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.formatting import numbers
from ticker_gui.formatting.numbers import NumberStyle
from ticker_gui.formatting.past_times import describe_last_known
from ticker_gui.gui.chart.annotations.labels import moment_text
from ticker_gui.gui.chart.annotations.legend import WAITING_FOR_TRADES, TextRun, indicator_legend
from ticker_gui.gui.chart.options import timeframe_title
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.market import display_values
from ticker_gui.market.symbol_state import SymbolState

_MAX_NAME: Final = 80


class Headline(NamedTuple):
    """The texts of the chart's head; ``direction`` is 1 if the price has risen since the reference, -1 if fallen.

    ``date`` is the date of the price, if it is from an earlier session.
    """

    symbol: str = ""
    name: str = ""
    price: str = ""
    change: str = ""
    percent: str = ""
    direction: int = 0
    date: str = ""

    @property
    def text(self) -> str:
        """All texts but the name."""
        return "   ".join(filter(None, (self.symbol, self.price, self.change, self.percent, self.date)))


def headline(state: SymbolState, style: NumberStyle, now_ns: int) -> Headline:
    """Return symbol, last price and change; what is unknown is left out."""
    digits, difference = state.price_decimals, display_values.change(state)
    line = Headline(sanitize_text(state.symbol, SYMBOL_LENGTH), _name_of(state))
    remembered, last = state.remembered, (state.remembered or state).last
    if last is None:
        return line
    line = line._replace(price=style.write(numbers.price(last, digits)))
    if remembered is not None:
        line = line._replace(date=describe_last_known(remembered.dated_ns, now_ns))
    if difference is None:
        return line
    return line._replace(
        change=style.write(numbers.signed_price(difference, digits)),
        percent=style.write(numbers.signed_percent(display_values.change_percent(state))),
        direction=(difference > 0) - (difference < 0),
    )


def summary(scene: Scene) -> str:
    """Return a description of the chart: visible time range, low, high and change, indicator values and gaps."""
    chart_data, style = scene.chart_data, scene.style
    state, prices = chart_data.state, scene.prices.prices
    known = prices[np.isfinite(prices)]
    title = headline(state, style, scene.now_ns).text
    title = f"{title}. {scene.chart_type.title}, {timeframe_title(scene.options.timeframe)}."
    if not len(chart_data.series):
        return f"{title} {WAITING_FOR_TRADES}"
    if not len(known):
        return f"{title} No prices in the visible range."
    left, right = (chart_data.time_scale.time_at(chart_data.series, position) for position in (scene.left, scene.right))
    newest = int(chart_data.series.bars.start_ns[-1])
    begin, end = (moment_text(moment, scene.zone, is_day=chart_data.is_daily) for moment in (left, min(right, newest)))
    first, last = scene.base or 0.0, float(scene.visible_data.line.last_prices[-1])
    change = numbers.signed_percent(100.0 * (last - first) / abs(first)) if first else numbers.NONE
    digits = state.price_decimals
    low, high = (numbers.price(float(price), digits) for price in (known.min(), known.max()))
    parts = [f"{title} Visible range: {begin} to {end}. Low {style.write(low)}, high {style.write(high)},"]
    parts.append(f"change {style.write(change)}.")
    parts += [f"{_joined_text(indicator_legend(scene, study, scene.colors.text))}." for study in chart_data.studies]
    if scene.visible_data.gaps:
        count = len(scene.visible_data.gaps)
        parts.append(f"{numbers.counted(count, 'gap')} in the data.")
    return " ".join(parts)


def _joined_text(runs: Sequence[TextRun]) -> str:
    return numbers.plain_minus(" ".join(run.text for run in runs))


def _name_of(state: SymbolState) -> str:
    """Return the user's name for a symbol, or that of the instrument if it says more than the symbol."""
    name = sanitize_text(state.alias or state.name, _MAX_NAME)
    return "" if name.casefold() == state.symbol.casefold() else name
