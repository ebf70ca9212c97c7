from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ticker_gui.domain.events import Trade
from ticker_gui.feed_check.progress import ProgressStep, StepStatus
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.gui.connect.feed_test import Findings
from ticker_gui.gui.connect.results_view import ResultsView
from ticker_gui.gui.connect.step_list import StepMark
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.market.market import Market

STEPS = (ProgressStep("dns", "Name", StepStatus.DONE, "10.0.0.1", 1.0),)


def a_view(qtbot: QtBot) -> ResultsView:
    view = ResultsView(load_theme("dark"))
    qtbot.addWidget(view)
    view.show()
    return view


def test_the_symbols_that_a_feed_sends_are_offered_until_a_typed_one_has_a_price(qtbot: QtBot) -> None:
    view, feed = a_view(qtbot), Market().feed("desk")
    feed.watch("A", "A")
    found = Findings(STEPS, feed.states, received_symbols=("B&C", "D"))
    with qtbot.waitSignal(view.symbols_received):
        view.show_findings(found, 0, None, is_known=True)
    first = view.received.findChildren(QPushButton)[0]
    assert first.text() == "B&&C"
    with qtbot.waitSignal(view.symbol_chosen) as chosen:
        first.click()
    assert chosen.args == ["B&C"]
    feed.apply(Trade("A", 1.0), 1)
    view.show_findings(found, 1, None, is_known=True)
    assert view.received.isHidden()
    assert view.prices.isVisible()


def test_frames_are_shown_of_unknown_feeds_only_and_with_the_users_mapping(qtbot: QtBot) -> None:
    view = a_view(qtbot)
    found = Findings(STEPS, frames=({"p": 1, "q": 2},), mapping=FieldMapping(price="p"))
    view.show_findings(found, 0, None, is_known=True)
    assert view.frames.isHidden()
    view.show_findings(found, 0, None, is_known=False)
    assert 'price = "p"' in view.frames.toml.toPlainText()
    view.show_findings(found, 0, FieldMapping(price="q"), is_known=False)
    assert 'price = "q"' in view.frames.toml.toPlainText()


def test_without_findings_everything_is_hidden(qtbot: QtBot) -> None:
    view = a_view(qtbot)
    view.show_findings(Findings(STEPS, frames=({"p": 1},)), 0, None, is_known=False)
    view.show_findings(None, 0, None, is_known=False)
    assert view.frames.isHidden()
    assert view.steps.accessibleDescription() == ""
    view.set_theme(load_theme("light"))


def test_the_steps_take_the_colors_of_a_new_theme(qtbot: QtBot) -> None:
    view, light = a_view(qtbot), load_theme("light")
    view.show_findings(Findings(STEPS, []), 0, None, is_known=True)
    view.set_theme(light)
    assert [mark.theme for mark in view.findChildren(StepMark)] == [light]


def first_field(view: ResultsView) -> tuple[str, str]:
    item = view.frames.tree.topLevelItem(0)
    assert item is not None
    return item.text(0), item.text(1)


@pytest.mark.parametrize("other", [{"q": 2}, {"p": 2}])
def test_the_messages_of_an_earlier_test_are_replaced(qtbot: QtBot, other: dict[str, int]) -> None:
    view = a_view(qtbot)
    for frames in (({"p": 1},), (), (other,)):  # each test begins without any
        view.show_findings(Findings(STEPS, frames=frames), 0, None, is_known=False)
    (name,) = other
    assert first_field(view) == (name, "2")
    view.show_findings(Findings(STEPS, frames=({"r": 3},)), 0, None, is_known=False)
    assert first_field(view) == ("r", "3")
