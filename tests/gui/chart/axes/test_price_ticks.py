from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.gui.chart.axes.axis import Label
from ticker_gui.gui.chart.axes.price_ticks import amount_labels, price_labels, round_step, threshold_labels
from ticker_gui.gui.chart.view.viewport import Viewport

MIN_APART, LOW_PANES = 44, 22  # pixels
TEXT_HEIGHT = 15


def viewport(bottom: float, top: float, height: float = 600.0) -> Viewport:
    return Viewport(0.0, 1.0, bottom, top, 700.0, height)


def log_viewport(low: float, high: float, height: float = 600.0) -> Viewport:
    return viewport(math.log10(low), math.log10(high), height)._replace(is_log=True)


def values(labels: list[Label]) -> list[float]:
    return [float(text.replace(",", "").rstrip("%")) for _, text in labels]


def check_in_view(labels: list[Label], pane: Viewport) -> None:
    noise = 4 * math.ulp(max(abs(pane.bottom), abs(pane.top))) * pane.height / (pane.top - pane.bottom) + 1e-9
    assert all(-noise <= at <= pane.height + noise for at, _ in labels)
    assert len({text for _, text in labels}) == len(labels)


def check_even(labels: list[Label], pane: Viewport) -> None:
    """Check that the labels of a linear scale are evenly spaced, not too close, and fill the pane."""
    check_in_view(labels, pane)
    distances = [lower - upper for (lower, _), (upper, _) in pairwise(labels)]
    noise = 16 * math.ulp(max(abs(pane.bottom), abs(pane.top))) * pane.height / (pane.top - pane.bottom) + 1e-6
    assert distances == pytest.approx([distances[0]] * len(distances), abs=noise) if distances else True
    minimum = min(max(pane.height / 4, LOW_PANES), MIN_APART)
    assert all(distance >= min(minimum, pane.height) - noise for distance in distances)
    assert len(labels) >= int(pane.height / (2.5 * MIN_APART + 0.1))


@given(st.floats(1e-12, 1e12))
def test_steps_are_round_and_not_below_the_minimum(minimum: float) -> None:
    step = round_step(minimum)
    assert minimum * (1 - 1e-6) <= step <= minimum * 2.5 * (1 + 1e-6)
    assert f"{step:.0e}"[0] in "125"


@pytest.mark.parametrize("minimum", [0.0, -1.0, math.nan, math.inf])
def test_without_a_minimum_the_step_is_one(minimum: float) -> None:
    assert round_step(minimum) == 1.0


@pytest.mark.parametrize(
    ("low", "high", "first"),
    [
        (183.9, 184.6, "183.9"),
        (0.0000181, 0.0000186, "0.00001810"),
        (42_000, 44_000, "42,000"),
        (-2.0, 2.0, "-2.0"),
        (0.1, 0.2, "0.10"),
    ],
)
def test_labels_have_enough_decimals_to_differ(low: float, high: float, first: str) -> None:
    labels = price_labels(viewport(low, high))
    assert labels[0].text == first
    assert len(labels) >= 5
    check_even(labels, viewport(low, high))


magnitudes = st.floats(-9.0, 12.0).map(lambda power: 10.0**power)
prices = st.tuples(magnitudes, st.sampled_from([1.0, -1.0])).map(lambda pair: pair[0] * pair[1])
shares = st.floats(-9.0, 1.0).map(lambda power: 10.0**power)  # height of the range relative to the price
heights = st.floats(5.0, 4000.0)


@given(prices, shares, heights)
def test_labels_are_evenly_spaced_at_their_prices(price: float, share: float, height: float) -> None:
    pane = viewport(price, price + abs(price) * share, height)
    labels = price_labels(pane)
    check_even(labels, pane)
    for (at, _), value in zip(labels, values(labels), strict=True):
        assert value == pytest.approx(pane.price(at), rel=1e-14, abs=(pane.top - pane.bottom) * 1e-6)


@given(st.floats(-30.0, -9.0).map(lambda power: 10.0**power), st.floats(-4.0, 1.0), st.booleans())
def test_labels_of_tiny_prices_are_at_their_prices(price: float, share: float, is_log: bool) -> None:
    low, high = price, price * (1 + 10.0**share)
    pane = log_viewport(low, high) if is_log else viewport(low, high)
    labels = price_labels(pane)
    assert len(labels) >= 2
    assert len({text for _, text in labels}) == len(labels)
    for (at, text), value in zip(labels, values(labels), strict=True):
        assert value == pytest.approx(pane.price(at), rel=1e-6)
        assert len(text) <= 20


def test_a_pane_without_round_prices_has_no_labels() -> None:
    assert price_labels(viewport(1.2, 1.8, 20.0)) == []
    assert price_labels(viewport(1.2, 1.8, 20.0), 1.0) == []
    assert [text for _, text in price_labels(viewport(0.7, 1.3, 20.0))] == ["1"]


def test_a_low_pane_has_more_than_one_label() -> None:
    """Check a height that is typical of indicator panes."""
    assert [text for _, text in price_labels(viewport(22.0, 78.0, 80.0))] == ["40", "60"]
    assert [text for _, text in amount_labels(viewport(0.0, 110.0, 50.0))] == ["0", "50", "100"]


def test_zero_has_no_sign() -> None:
    for bottom, top in ((-2.0, 2.0), (-0.3, 0.1), (-1e-9, 3e-9), (-5e6, 1e6)):
        texts = [text for _, text in price_labels(viewport(bottom, top))]
        (zero,) = (text for text in texts if not text.strip("+-0."))
        assert zero[0] == "0"


@given(magnitudes, st.floats(0.0001, 1.999), st.floats(100.0, 2000.0))
def test_a_small_logarithmic_range_has_labels_at_even_steps(price: float, share: float, height: float) -> None:
    pane = log_viewport(price, price * (1 + share), height)
    labels = price_labels(pane)
    check_in_view(labels, pane)
    assert len(labels) >= int(height / (2.5 * MIN_APART + 0.1))
    steps = [upper - lower for lower, upper in pairwise(values(labels))]
    assert steps == pytest.approx([price * share / (height / MIN_APART)] * len(steps), rel=1.6)
    assert steps == pytest.approx(steps[:1] * len(steps), rel=1e-4)
    assert all(lower - upper >= TEXT_HEIGHT for (lower, _), (upper, _) in pairwise(labels))
    for (at, _), value in zip(labels, values(labels), strict=True):
        assert value == pytest.approx(pane.price(at), rel=1e-6)


@given(st.floats(-9.0, 9.0), st.floats(0.48, 6.0) | st.floats(0.48, 20.0), st.floats(300.0, 2000.0))
def test_a_large_logarithmic_range_has_labels_at_round_prices(low: float, decades: float, height: float) -> None:
    pane = viewport(low, min(low + decades, 15.0), height)._replace(is_log=True)
    labels = price_labels(pane)
    check_in_view(labels, pane)
    assert len(labels) >= 2
    assert all(len(text.replace(",", "").replace(".", "").strip("0")) == 1 for _, text in labels)
    assert values(labels) == sorted(values(labels))
    assert all(lower - upper >= TEXT_HEIGHT for (lower, _), (upper, _) in pairwise(labels))
    for (at, _), value in zip(labels, values(labels), strict=True):
        assert value == pytest.approx(pane.price(at), rel=1e-6)


def test_a_logarithmic_range_over_decades_is_labeled_at_powers_of_ten() -> None:
    texts = [text for _, text in price_labels(log_viewport(0.05, 200_000.0, 400.0))]
    assert texts == ["0.10", "1.00", "10.00", "100.00", "1,000.00", "10,000.00", "100,000.00"]
    texts = [text for _, text in price_labels(log_viewport(1.0, 1000.0, 400.0))]
    assert texts == ["1", "2", "5", "10", "20", "50", "100", "200", "500", "1,000"]


@pytest.mark.parametrize(
    ("bottom", "top"), [(2.0, 400.0), (-400.0, 2.0), (-1e4, 1e4), (500.0, 501.0), (-501.0, -500.0)]
)
def test_a_logarithmic_range_beyond_all_prices_has_no_labels(bottom: float, top: float) -> None:
    pane = viewport(bottom, top)._replace(is_log=True)
    check_in_view(price_labels(pane), pane)


def test_changes_are_labeled_in_percent_of_the_reference() -> None:
    assert [(round(at), text) for at, text in price_labels(viewport(90.0, 110.0, 400.0), 100.0)] == [
        (400, "-10%"),
        (300, "-5%"),
        (200, "0%"),
        (100, "+5%"),
        (0, "+10%"),
    ]
    texts = [text for _, text in price_labels(viewport(99.89, 100.11, 400.0), 100.0)]
    assert (texts[0], texts[-1]) == ("-0.10%", "+0.10%")
    assert price_labels(viewport(1.0, 200.0, 400.0), 0.01)[-1].text == "+1,500,000%"
    assert price_labels(viewport(90.0, 110.0), 0.0) == price_labels(
        viewport(90.0, 110.0)
    )  # there are no percentages of zero


@given(prices, st.floats(-5.0, 5.0), st.floats(-6.0, 2.0).map(lambda power: 10.0**power), heights)
def test_percentages_are_evenly_spaced_at_their_prices(
    reference: float, begin: float, share: float, height: float
) -> None:
    size = abs(reference)
    pane = viewport(reference + begin * size, reference + (begin + share) * size, height)
    labels = price_labels(pane, reference)
    check_even(labels, pane)
    for (at, text), change in zip(labels, values(labels), strict=True):
        assert (text[0] in "+-") is bool(change)
        assert change == pytest.approx(100 * (pane.price(at) - reference) / size, abs=share * 1e-3)


@pytest.mark.parametrize(
    ("top", "texts"),
    [
        (3.2e9, ["0", "500.00 M", "1.00 B", "1.50 B", "2.00 B", "2.50 B", "3.00 B"]),
        (5.5e6, ["0", "1.00 M", "2.00 M", "3.00 M", "4.00 M", "5.00 M"]),
        (550_000, ["0", "100,000", "200,000", "300,000", "400,000", "500,000"]),
        (7.0, ["0", "1", "2", "3", "4", "5", "6", "7"]),
        (0.55, ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
    ],
)
def test_large_amounts_are_abbreviated(top: float, texts: list[str]) -> None:
    assert [text for _, text in amount_labels(viewport(0.0, top, 350.0))] == texts


@given(st.floats(-9.0, 14.9).map(lambda power: 10.0**power), heights)
def test_amounts_differ_and_are_evenly_spaced(top: float, height: float) -> None:
    pane = viewport(0.0, top, height)
    labels = amount_labels(pane)
    check_even(labels, pane)
    assert labels[0].at == pytest.approx(height)
    assert not labels[0].text.strip("0.")


def test_a_pane_without_height_has_labels_without_error() -> None:
    for height in (0.0, 1.0):
        for pane in (viewport(5.0, 6.5, height), log_viewport(0.1, 1000.0, height), log_viewport(5.0, 6.5, height)):
            assert all(at in (0.0, 1.0) or 0 < at < height for at, _ in price_labels(pane))
        assert len(amount_labels(viewport(0.0, 6.5, height))) <= 1


@given(
    st.floats(-1e24, 1e24), st.floats(1e-280, 1e24), st.sampled_from([None, 1e-300, -5e-324, 1.0, 1e15]), st.booleans()
)
def test_no_range_raises_an_error(bottom: float, extent: float, reference: float | None, is_log: bool) -> None:
    if bottom < bottom + extent:
        pane = viewport(bottom, bottom + extent)._replace(is_log=is_log)
        assert len(price_labels(pane, reference)) <= 120
        assert len(amount_labels(pane)) <= 120


@given(st.floats(-50.0, 40.0), st.floats(60.0, 200.0), st.floats(40.0, 400.0))
def test_thresholds_in_view_have_labels_and_no_other_label_touches_them(low: float, high: float, height: float) -> None:
    pane = viewport(low, high, height)
    labels = threshold_labels(pane, (30.0, 70.0, 99.5))
    texts = [label.text for label in labels]
    for value, text in ((30.0, "30"), (70.0, "70"), (99.5, "99.5")):
        is_in_view = low <= value <= high
        assert (text in texts) is is_in_view
        if is_in_view:
            own = labels[texts.index(text)]
            assert own.at == pytest.approx(float(pane.y(value)))
    others = [label for label in labels if label.text not in ("30", "70", "99.5")]
    for label in labels:
        assert all(abs(label.at - other.at) >= 20 for other in others if other is not label)
