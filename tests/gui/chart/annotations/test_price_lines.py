from __future__ import annotations

from itertools import product

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.chart.shown import Shown
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.chart.annotations import labels
from ticker_gui.gui.chart.annotations.labels import PlacedText
from ticker_gui.gui.chart.annotations.price_lines import comparison_tags, countdown_text, price_line_tags, price_text
from ticker_gui.indicators.registry import Chosen


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot, timeframe="1m", kind="candles")


def test_known_prices_have_tags_with_the_last_price_on_top(shown: Shown) -> None:
    shown.trades(100.0)
    assert [tag.lines[0] for tag in price_line_tags(shown.viewport, shown.scene)] == ["100.00"]
    shown.desk.day("A", 100.2)
    shown.desk.quote("A", 100.05, 100.1)
    shown.trades(100.0)
    shown.trades(100.3)
    texts = [tag.lines[0] for tag in price_line_tags(shown.viewport, shown.scene)]
    assert texts == ["100.20", "100.05", "100.10", "100.30"]
    ys = [tag.at for tag in price_line_tags(shown.viewport, shown.scene)]
    assert ys == [pytest.approx(float(shown.viewport.y(float(text)))) for text in texts]


def test_prices_out_of_view_have_no_tag(shown: Shown) -> None:
    shown.desk.day("A", 5.0)
    shown.trades(100.0, 100.1)
    assert [tag.lines[0] for tag in price_line_tags(shown.viewport, shown.scene)] == ["100.10"]


def test_the_last_price_has_the_colour_of_the_forming_bar_unless_disconnected(shown: Shown) -> None:
    palette = shown.chart._palette
    shown.trades(100.0, 101.0, after_s=0.5)
    assert price_line_tags(shown.viewport, shown.scene)[-1].colour == palette.up
    shown.trades(99.0, after_s=0.5)
    assert price_line_tags(shown.viewport, shown.scene)[-1].colour == palette.down
    watch = shown.desk.market.states[0].watch
    watch.begin(shown.desk.now_ns)
    watch.lose(shown.desk.now_ns)
    assert price_line_tags(shown.viewport, shown.scene)[-1].colour == palette.muted
    assert countdown_text(shown.scene) == ""


@pytest.mark.parametrize(
    ("timeframe", "second", "text"),
    [
        ("1m", 0.0, "01:00"),
        ("1m", 59.5, "00:01"),
        ("1s", 0.5, "00:01"),
        ("5m", 61.0, "03:59"),
        ("1h", 1.0, "59:59"),
        ("4h", 3_600.0, "03:00:00"),
        ("1d", 86_399.0, "00:00:01"),
        ("ticks", 1.0, ""),
    ],
)
def test_the_countdown_shows_the_time_to_the_close_of_the_bar(
    shown: Shown, timeframe: str, second: float, text: str
) -> None:
    day = 86_400 * SECOND_NS
    shown.desk.now_ns = shown.desk.now_ns // day * day + day
    shown.trades(1.0, after_s=0.0)
    shown.choose(timeframe=timeframe)
    scene = shown.scene._replace(now_ns=shown.desk.now_ns // day * day + int(second * SECOND_NS))
    assert countdown_text(scene) == text


def test_the_countdown_of_tick_bars_counts_trades(shown: Shown) -> None:
    shown.choose(timeframe="10t")
    texts = []
    for _ in range(21):
        shown.trades(1.0)
        texts.append(countdown_text(shown.scene))
    assert (texts[0], texts[9], texts[10], texts[20]) == ("1/10", "10/10", "1/10", "1/10")


def test_prices_have_the_decimals_of_the_instrument_or_are_percentages(shown: Shown) -> None:
    shown.trades(100.125)
    assert price_text(shown.scene, 100.5) == "100.500"
    shown.choose(scale="percent")
    assert price_text(shown.scene, 200.25) == "+100.00%"


def test_the_visible_high_and_low_are_labelled(shown: Shown) -> None:
    shown.choose(timeframe="1s", kind="line")
    shown.trades(*[100.0 + index % 10 for index in range(60)])
    drawn = shown.chart.price.texts._texts
    shown.chart.grab()
    assert {"109.00", "100.00"} <= set(drawn)


def test_compared_symbols_have_tags_at_the_ends_of_their_lines(qtbot: QtBot) -> None:
    shown = Shown(qtbot, "A", "B", "C", timeframe="1s", kind="line")
    for index in range(20):
        shown.trade(100.0)
        shown.trade(50.0 + index, 0.0, "B")
    shown.chart.compare(shown.desk.market.states[1:])
    shown.chart.refresh()
    (tag,) = comparison_tags(shown.viewport, shown.scene)  # the third has no price yet
    assert tag.lines == ("+38.00%",)
    assert tag.at == pytest.approx(float(shown.viewport.y(138.0)))
    assert tag.colour == shown.scene.palette.compared(0)
    assert tag.lines in shown.chart.price.price_axis.tags


def placed(shown: Shown) -> tuple[list[PlacedText], list[PlacedText]]:
    """Return the words of the pane of prices, and the labels of the highest and the lowest, as they are drawn."""
    drawn: list[list[PlacedText]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "draw", lambda painter, texts, some, ground: drawn.append(list(some)))
        shown.chart.price.grab()
    words, *extremes = drawn
    return words, [label for some in extremes for label in some]


def test_labels_of_extremes_do_not_cover_the_legend(shown: Shown) -> None:
    shown.choose(timeframe="1s", kind="line", indicators=(Chosen("bbands"), Chosen("sma"), Chosen("ema")))
    height = round(shown.chart.price.texts.metrics.height())
    for peak in range(20, 110, 5):
        shown.trades(*(150.0 if index == peak else 100.0 + index % 7 for index in range(110)))
        words, labels = placed(shown)
        assert {label.text.text for label in labels} == {"150.00", "100.00"}
        for label, word in product(labels, words):
            is_beside = label.left + label.text.width < word.left or word.left + word.text.width < label.left
            assert is_beside or abs(label.top - word.top) >= height, (label, word)
            assert 0 <= label.top <= shown.viewport.height - height


def test_equal_extremes_are_labelled_once(shown: Shown) -> None:
    shown.trades(100.0, 100.0, 100.0)
    _, labels = placed(shown)
    assert [label.text.text for label in labels] == ["100.00"]
