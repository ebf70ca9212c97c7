from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.feed_status.rows import row
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.state_mark import FeedMark
from ticker_gui.feed_status.feed_row import FeedRow
from ticker_gui.gui.feeds.feed_requests import FeedRequests
from ticker_gui.gui.feeds.feeds_menu import FeedsMenu, describe_row
from ticker_gui.gui.widgets.menus import MenuCommand
from ticker_gui.gui.widgets.theme import load_theme


def test_the_menu_has_each_feed_as_it_is_when_the_menu_opens(qtbot: QtBot) -> None:
    rows: list[FeedRow] = []
    opened: list[str] = []
    parent, requests = QWidget(), FeedRequests()
    qtbot.addWidget(parent)
    menu = FeedsMenu(requests, lambda: rows, lambda: opened.append("panel"), load_theme("dark"), parent)
    menu.add_first(MenuCommand("&Connect a feed…", lambda: opened.append("dialog")))
    rows += [row("coinbase"), row("kraken", FeedStatus.WAITING)]
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert titles == ["&Connect a feed…", "coinbase   Live · 3/s", "kraken   Not connected", "All &feeds"]
    assert not menu.actions()[2].icon().isNull()
    submenu = menu.actions()[2].menu()
    assert isinstance(submenu, QMenu)
    assert "&Reconnect" in [action.text() for action in submenu.actions()]
    menu.actions()[0].trigger()
    menu.actions()[-1].trigger()
    assert opened == ["dialog", "panel"]


def test_actions_stay_while_the_same_is_possible_and_show_the_current_state(qtbot: QtBot) -> None:
    rows = [row("coinbase")]
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = FeedsMenu(FeedRequests(), lambda: rows, lambda: None, load_theme("dark"), parent)
    menu.aboutToShow.emit()
    before = menu.actions()
    rows[0] = rows[0]._replace(rate=7)
    menu.aboutToShow.emit()
    assert menu.actions() == before
    assert before[0].text() == "coinbase   Live · 7/s"
    rows[0] = rows[0]._replace(mark=FeedMark.DISABLED, word="Disabled")
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert titles == ["coinbase   Disabled", "All &feeds"]


def test_names_of_feeds_have_no_mnemonics_and_disabled_feeds_no_rate() -> None:
    assert describe_row(row("a&b", mark=FeedMark.DISABLED)) == "a&&b   Disabled"


def test_a_feed_whose_alerts_are_muted_says_so() -> None:
    muted = row("kraken")._replace(is_muted=True)
    assert describe_row(muted) == "kraken   Live · 3/s · alerts muted"
    assert muted.details == "kraken is Live. Its alerts are muted."
