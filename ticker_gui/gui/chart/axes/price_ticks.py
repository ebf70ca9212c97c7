"""Labels of the price axis at round prices, with as many decimals as they need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.axes.axis import Label
from ticker_gui.gui.chart.view.viewport import Viewport

_PIXELS_PER_LABEL: Final = 44
_MIN_PIXELS: Final = 22
_MIN_LABELS: Final = 4  # in a low pane, closer together
_MAX_LABELS: Final = 100
_LOG_LABELS_FROM: Final = math.log10(3.0)  # a logarithmic scale of at least this height is labeled at powers of ten
_FACTORS: Final = (tuple(range(1, 10)), (1, 2, 5))
_MIN_LEVEL, _MAX_LEVEL = -300.0, 15.0  # of all prices


def price_labels(viewport: Viewport, reference: float | None = None) -> list[Label]:
    """Return labels at round prices; with a ``reference``, at round percentages of change from it."""
    if reference:
        low, high = (100.0 * (viewport.price(y) - reference) / abs(reference) for y in (viewport.height, 0.0))
        step = round_step(abs(high - low) / _max_labels(viewport))
        changes = _multiples(min(low, high), max(low, high), step)
        digits = max(0, _digits(step))
        return [
            Label(float(viewport.y(reference + abs(reference) * change / 100.0)), numbers.signed_change(change, digits))
            for change in changes
        ]
    prices, digits = _round_prices(viewport)
    return [Label(float(viewport.y(price)), numbers.price(price, digits)) for price in prices]


def threshold_labels(viewport: Viewport, thresholds: Sequence[float]) -> list[Label]:
    """Return labels at thresholds, and at round values that are not too close to them."""
    named = [Label(float(viewport.y(value)), numbers.price(value, numbers.decimals(value))) for value in thresholds]
    in_view = [label for label in named if 0 <= label.at <= viewport.height]
    others = price_labels(viewport)
    return in_view + [one for one in others if all(abs(one.at - label.at) >= _MIN_PIXELS for label in in_view)]


def amount_labels(viewport: Viewport) -> list[Label]:
    """Return labels at round amounts; large amounts are abbreviated."""
    step = round_step((viewport.top - viewport.bottom) / _max_labels(viewport))
    amounts = _multiples(viewport.bottom, viewport.top, step)
    if step >= 1e6:
        return [Label(float(viewport.y(amount)), numbers.amount(amount)) for amount in amounts]
    return [Label(float(viewport.y(amount)), numbers.price(amount, max(0, _digits(step)))) for amount in amounts]


def round_step(minimum: float) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that is not below ``minimum``."""
    if not 0 < minimum < math.inf:
        return 1.0
    power = 10.0 ** math.floor(math.log10(minimum))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= minimum * (1 - 1e-9)))


def _max_labels(viewport: Viewport) -> float:
    """Return the approximate number of labels that fit."""
    height = max(viewport.height, 1.0)
    return height / min(max(height / _MIN_LABELS, _MIN_PIXELS), _PIXELS_PER_LABEL)


def _round_prices(viewport: Viewport) -> tuple[list[float], int]:
    if viewport.is_log:
        bottom, top = max(viewport.bottom, _MIN_LEVEL), min(viewport.top, _MAX_LEVEL)
        if bottom >= top:
            return [], 0
        if top - bottom > _LOG_LABELS_FROM:
            return _decade_prices(bottom, top, _max_labels(viewport) / (viewport.top - viewport.bottom))
    low, high = viewport.price(viewport.height), viewport.price(0.0)
    step = round_step((high - low) / max(_max_labels(viewport), 1.0))
    return _multiples(low, high, step), max(0, _digits(step))


def _decade_prices(bottom: float, top: float, labels_per_decade: float) -> tuple[list[float], int]:
    """Return multiples of powers of ten; ``labels_per_decade`` is the number of labels that fit between two powers."""
    first, last = math.floor(bottom), math.ceil(top)
    factors = next((some for some in _FACTORS if len(some) <= labels_per_decade), (1,))
    every = max(1, math.ceil(1 / labels_per_decade)) if labels_per_decade > 0 else last - first
    prices = [factor * 10.0**power for power in range(first, last + 1, every) for factor in factors]
    return [price for price in prices if bottom <= math.log10(price) <= top], max(0, -first)


def _multiples(low: float, high: float, step: float) -> list[float]:
    if not math.isfinite(high / step - low / step):
        return []
    first = math.ceil(low / step)
    count = min(math.floor(high / step - first) + 1, _MAX_LABELS)
    return [(first + index) * step for index in range(count)]


def _digits(step: float) -> int:
    """Return the number of decimals that distinguish consecutive labels."""
    return math.ceil(-math.log10(step) - 1e-9)
