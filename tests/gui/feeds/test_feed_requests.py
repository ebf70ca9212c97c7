from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.feed_status.rows import row
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.state_mark import FeedMark
from ticker_gui.feed_status.feed_row import FeedRow
from ticker_gui.gui.feeds.feed_requests import FeedRequests
from ticker_gui.gui.widgets import menus

LIVE = row("coinbase")


def titles(requests: FeedRequests, feed: FeedRow) -> list[str]:
    menu = QMenu()
    menus.fill_menu(menu, requests.items(feed))
    return [menus.plain_title(action.text()) for action in menu.actions() if not action.isSeparator()]


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        (LIVE, ["Reconnect", "Diagnostics", "Enabled", "Edit", "Remove"]),
        (row("a", FeedStatus.REJECTED, wants_key=True), ["Enter a key", "Reconnect", "Diagnostics", "Enabled", "Edit", "Remove"]),
        (row("a", mark=FeedMark.DISABLED), ["Diagnostics", "Enabled", "Edit", "Remove"]),
        (row("a", is_saved=False), ["Reconnect", "Diagnostics", "Remember this feed", "Enabled", "Remove"]),
        (row("demo", is_saved=False, is_built_in=True), ["Reconnect", "Diagnostics"]),
    ],
)  # fmt: skip
def test_the_items_are_those_that_are_possible(qtbot: QtBot, feed: FeedRow, expected: list[str]) -> None:
    assert titles(FeedRequests(), feed) == expected


def test_each_item_names_its_feed(qtbot: QtBot) -> None:
    requests, seen = FeedRequests(), list[str]()
    for signal in (requests.reconnect_requested, requests.diagnosis_requested, requests.edit_requested):
        signal.connect(seen.append)
    requests.removal_requested.connect(seen.append)
    requests.enabling_requested.connect(lambda name, is_on: seen.append(f"{name} {is_on}"))
    menu = QMenu()
    menus.fill_menu(menu, requests.items(LIVE))
    for action in menu.actions():
        action.trigger()
    assert seen == ["coinbase", "coinbase", "coinbase False", "coinbase", "coinbase"]


def test_alerts_of_a_feed_can_be_muted_where_there_are_alerts(qtbot: QtBot) -> None:
    requests, seen = FeedRequests(), list[str]()
    requests.muting_requested.connect(lambda name, is_muted: seen.append(f"{name} {is_muted}"))
    requests.is_muted = lambda name: bool(seen)
    menu = QMenu()
    menus.fill_menu(menu, requests.items(LIVE))
    (action,) = [one for one in menu.actions() if menus.plain_title(one.text()) == "Mute alerts"]
    action.trigger()
    menu.aboutToShow.emit()
    assert action.isChecked()
    action.trigger()
    assert seen == ["coinbase True", "coinbase False"]
    assert "Mute alerts" not in titles(requests, LIVE._replace(is_replay=True))
