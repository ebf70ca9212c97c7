from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.feed_status.banner import Banner, BannerAction, Severity
from ticker_gui.gui.feeds.banner_bar import BannerBar
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.measures import BANNER_HEIGHT
from ticker_gui.gui.widgets.theme import load_theme

DEMO = Banner(
    Severity.WARNING,
    "",
    "Demo data:",
    "not real prices.",
    (BannerAction.CONNECT,),
    BannerAction.CONNECT,
    is_demo=True,
)
LOST = Banner(
    Severity.ERROR,
    "coinbase",
    "coinbase has been disconnected",
    "since 15:14:07: it closed. Reconnecting in 6 s (attempt 4).",
    (BannerAction.RETRY, BannerAction.DETAILS),
)


@pytest.fixture
def bar(qtbot: QtBot) -> Iterator[BannerBar]:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(900, 300)
    bar = BannerBar(load_theme("dark"), window)
    window.addToolBar(bar)
    window.setCentralWidget(QWidget())
    window.show()
    yield bar
    window.close()


def button(bar: BannerBar, name: str) -> QPushButton:
    found = bar.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def test_without_a_banner_the_bar_stays_hidden_even_if_a_layout_shows_it(bar: BannerBar) -> None:
    assert not bar.isVisible()
    bar.show()
    assert not bar.isVisible()
    bar.show_banner(DEMO)
    assert bar.isVisible()
    bar.show_banner(None)
    assert not bar.isVisible()


def test_the_demo_notice_has_one_primary_button_that_requests_a_connection(bar: BannerBar, qtbot: QtBot) -> None:
    bar.show_banner(DEMO)
    connect = button(bar, "banner_connect")
    assert connect.isVisible()
    assert connect.property("primary") is True
    assert [one.objectName() for one in bar.findChildren(QPushButton)] == ["banner_connect"]
    with qtbot.waitSignal(bar.action_requested) as emitted:
        connect.setFocus()
        qtbot.keyClick(connect, Qt.Key.Key_Space)
    assert emitted.args == [BannerAction.CONNECT, ""]


def test_tab_follows_the_buttons_as_they_are_displayed(bar: BannerBar, qtbot: QtBot) -> None:
    for actions in ((BannerAction.UNDO, BannerAction.DISMISS), (BannerAction.RETRY, BannerAction.DETAILS)):
        bar.show_banner(LOST._replace(actions=actions, primary=None))
    last = [BannerAction.SETTINGS, BannerAction.DISMISS, BannerAction.RETRY, BannerAction.UNDO]
    bar.show_banner(LOST._replace(actions=tuple(last), primary=None))
    shown = sorted(filter(QPushButton.isVisible, bar.findChildren(QPushButton)), key=QPushButton.x)
    assert [one.text() for one in shown] == [action.value for action in last]
    bar.activateWindow()
    shown[0].setFocus()
    for one in shown:
        qtbot.waitUntil(one.hasFocus)
        qtbot.keyClick(one, Qt.Key.Key_Tab)


def test_a_lost_connection_can_be_retried_and_examined(bar: BannerBar, qtbot: QtBot) -> None:
    bar.show_banner(LOST)
    for name, action in (("banner_retry", BannerAction.RETRY), ("banner_details", BannerAction.DETAILS)):
        with qtbot.waitSignal(bar.action_requested) as emitted:
            qtbot.mouseClick(button(bar, name), Qt.MouseButton.LeftButton)
        assert emitted.args == [action, "coinbase"]


def test_a_click_leaves_the_focus_where_it_is(bar: BannerBar, qtbot: QtBot) -> None:
    window = bar.window()
    assert isinstance(window, QMainWindow)
    content = window.centralWidget()
    assert content is not None
    content.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    content.setFocus()
    bar.show_banner(LOST)
    qtbot.mouseClick(button(bar, "banner_retry"), Qt.MouseButton.LeftButton)
    bar.show_banner(None)
    assert window.focusWidget() is content


def test_a_countdown_changes_the_text_and_leaves_the_buttons_where_they_are(bar: BannerBar) -> None:
    bar.show_banner(LOST)
    retry = button(bar, "banner_retry")
    retry.setFocus()
    before = retry.geometry()
    bar.show_banner(LOST._replace(text="since 15:14:07: it closed. Reconnecting in 5 s (attempt 4)."))
    text = bar.findChild(QLabel, "banner_text")
    assert isinstance(text, QLabel)
    assert "in 5 s" in text.text()
    assert (retry.hasFocus(), retry.geometry()) == (True, before)


def test_other_problems_are_counted_and_lead_to_the_diagnostics(bar: BannerBar, qtbot: QtBot) -> None:
    bar.show_banner(LOST)
    more = bar.findChild(QToolButton, "banner_more")
    assert isinstance(more, QToolButton)
    assert not more.isVisible()
    bar.show_banner(LOST._replace(more=2))
    assert (more.isVisible(), more.text()) == (True, "and 2 more")
    with qtbot.waitSignal(bar.more_requested):
        qtbot.mouseClick(more, Qt.MouseButton.LeftButton)


def test_a_long_reason_leaves_the_buttons_in_the_window(bar: BannerBar) -> None:
    bar.show_banner(LOST._replace(text="because " * 60, more=3))
    more = bar.findChild(QToolButton, "banner_more")
    assert isinstance(more, QToolButton)
    for one in (button(bar, "banner_retry"), button(bar, "banner_details"), more):
        assert one.isVisible()
        assert bar.rect().contains(QRect(one.mapTo(bar, QPoint()), one.size()))
        assert one.width() >= one.sizeHint().width()  # its text is not shortened


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("banner", "token"), [(DEMO, "warning_bg"), (LOST, "error_bg")])
def test_severity_has_a_background_a_mark_and_a_sentence(
    bar: BannerBar, banner: Banner, token: str, theme: str
) -> None:
    bar.set_theme(load_theme(theme))
    bar.show_banner(banner)
    mark = bar.findChild(QLabel, "banner_mark")
    assert isinstance(mark, QLabel)
    assert not mark.pixmap().isNull()
    assert bar.property("severity") == banner.severity.value
    content = bar.findChild(QWidget, "banner_content")
    assert isinstance(content, QWidget)
    assert content.accessibleDescription() == banner.sentence
    assert getattr(load_theme(theme), token)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_banner_has_its_height_in_both_themes(bar: BannerBar, qapp: QApplication, name: str) -> None:
    apply_theme(qapp, load_theme(name))
    bar.set_theme(load_theme(name))
    bar.show_banner(DEMO)
    QApplication.processEvents()
    assert bar.height() == BANNER_HEIGHT


def test_the_mark_takes_the_color_of_a_new_theme(bar: BannerBar) -> None:
    bar.show_banner(LOST)
    dark = bar._mark.pixmap().toImage()
    bar.set_theme(load_theme("light"))
    assert bar._mark.pixmap().toImage() != dark
