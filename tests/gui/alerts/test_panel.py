from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.gui.alerts.test_alert_model import THEME, named
from tests.gui.alerts.test_alert_rows import FIRING, NOW_NS
from ticker_gui.alerts.alert import AlertStatus
from ticker_gui.gui.alerts.alert_model import CONDITION, DISTANCE, STATE, WHAT
from ticker_gui.gui.alerts.alert_requests import AlertRequests
from ticker_gui.gui.alerts.alert_rows import history_row
from ticker_gui.gui.alerts.panel import AlertsPanel
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme

ROWS = [named("far", distance=9.0), named("near", distance=1.0)]


def make_panel() -> AlertsPanel:
    panel = AlertsPanel(THEME, AlertRequests())
    panel.resize(900, 300)
    return panel


def test_an_empty_panel_says_what_an_alert_is_and_offers_one(qapp: QApplication) -> None:
    panel, emitted = make_panel(), list[bool]()
    panel.requests.new_requested.connect(lambda: emitted.append(True))
    assert panel.empty.text.title == "No alerts yet"
    panel.empty.action_requested.emit()
    panel.new_button.click()
    assert len(emitted) == 2
    panel.show_rows(ROWS, 0)
    assert panel.title.text() == "Alerts 2"
    assert not panel.acknowledge_button.isEnabled()


def test_alerts_that_could_not_be_read_are_not_shown_as_no_alerts(qapp: QApplication) -> None:
    panel = make_panel()
    panel.show_rows((), 0, problem="alerts.json is not valid.")
    assert (panel.empty.text.title, panel.empty.text.sentence) == (
        "The saved alerts could not be read",
        "alerts.json is not valid.",
    )
    panel.show_rows((), 0)
    assert panel.empty.text.title == "No alerts yet"


def test_a_narrow_table_leaves_out_columns_rather_than_cutting_the_conditions(qapp: QApplication) -> None:
    panel = make_panel()
    panel.show_rows(ROWS, 0)
    panel.show()
    hidden = []
    for width in (1800, 1250, 1050, 900, 1800):
        panel.resize(width, 300)
        panel.splitter.setSizes([width * 6 // 10, width * 4 // 10])
        header = panel.table.header()
        assert header.sectionSize(CONDITION) >= 150
        assert header.length() <= panel.table.viewport().width()
        hidden.append([column for column in range(header.count()) if panel.table.isColumnHidden(column)])
    assert [len(columns) for columns in hidden] == [*sorted(map(len, hidden[:-1])), 0]
    assert hidden[0] == hidden[-1] == []
    assert hidden[-2]


@pytest.mark.parametrize("points", [9.0, 15.0])
def test_no_state_is_cut_in_its_column(qapp: QApplication, points: float) -> None:
    before = qapp.font()
    font = QFont(before)
    font.setPointSizeF(points)
    qapp.setFont(font)
    try:
        apply_theme(qapp, THEME)
        panel = make_panel()
        panel.resize(1400, 400)
        panel.show_rows([named(status.name, status) for status in AlertStatus], 0)
        panel.show()
        header, width = panel.table.header(), panel.table.header().sectionSize(STATE)
        as_it_is = panel.table.viewport().grab(QRect(0, 0, width, 200)).toImage()
        header.resizeSection(STATE, width + 200)
        assert panel.table.viewport().grab(QRect(0, 0, width, 200)).toImage() == as_it_is
    finally:
        qapp.setFont(before)
        apply_theme(qapp, THEME)


def test_a_click_on_the_distance_sorts_by_it(qapp: QApplication) -> None:
    panel = make_panel()
    panel.show_rows([named("far", distance=-9.0), named("near", distance=1.0), named("unknown")], 0)
    for order, ids in (
        (Qt.SortOrder.AscendingOrder, ["near", "far", "unknown"]),
        (Qt.SortOrder.DescendingOrder, ["far", "near", "unknown"]),
    ):
        panel.table.header().setSortIndicator(DISTANCE, order)
        assert [row.id for row in panel.model.rows] == ids


def test_the_selection_stays_when_the_order_changes(qapp: QApplication) -> None:
    panel = make_panel()
    panel.show_rows(ROWS, 0)
    panel.select("far")
    panel.show_rows([named("far", distance=0.5), named("near", distance=1.0)], 1)
    assert panel.selected_ids == ["far"]
    assert [row.id for row in panel.model.rows] == ["far", "near"]
    assert panel.acknowledge_button.isEnabled()
    panel.show_rows([named("near")], 0)
    assert panel.selected_ids == []


def test_rows_do_not_move_under_the_pointer(qapp: QApplication) -> None:
    panel = make_panel()
    panel.show_rows(ROWS, 0)
    assert [row.id for row in panel.model.rows] == ["near", "far"]
    changed = [named("far", distance=0.5), named("near", distance=2.0), named("new", distance=0.1)]
    panel.table.viewport().setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    panel.show_rows(changed, 0)
    assert [row.id for row in panel.model.rows] == ["near", "far", "new"]
    panel.table.viewport().setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    panel.show_rows(changed, 0)
    assert [row.id for row in panel.model.rows] == ["new", "far", "near"]


def test_keys_edit_pause_and_delete(qapp: QApplication) -> None:
    panel, emitted = make_panel(), list[object]()
    requests = panel.requests
    for signal in (requests.removal_requested, requests.pause_requested, requests.resumption_requested):
        signal.connect(emitted.append)
    requests.edit_requested.connect(emitted.append)
    panel.show_rows([named("a")], 0)
    panel.select("a")
    panel.table.activated.emit(panel.model.index(0, 0))
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    panel.show_rows([named("a", AlertStatus.PAUSED)], 0)
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert emitted == ["a", ["a"], ["a"], ["a"]]


@pytest.mark.parametrize(
    ("status", "is_resumed"),
    [(AlertStatus.PAUSED, True), (AlertStatus.OUTSIDE_HOURS, False), (AlertStatus.ARMED, False)],
)
def test_the_space_bar_arms_what_the_user_has_paused_only(
    qapp: QApplication, status: AlertStatus, is_resumed: bool
) -> None:
    panel, paused, resumed = make_panel(), list[object](), list[object]()
    panel.requests.pause_requested.connect(paused.append)
    panel.requests.resumption_requested.connect(resumed.append)
    panel.show_rows([named("a", status)], 0)
    panel.select("a")
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    assert (resumed if is_resumed else paused) == [["a"]]
    assert not (paused if is_resumed else resumed)


def test_a_firing_is_shown_on_the_chart(qapp: QApplication) -> None:
    panel, emitted = make_panel(), list[int]()
    panel.requests.firing_chosen.connect(emitted.append)
    panel.show_history([history_row(FIRING, NOW_NS)])
    panel.history.activated.emit(panel.history_model.index(0, 0))
    assert emitted == [FIRING.number]


def test_clicks_on_the_head_sort_and_both_themes_can_be_set(qapp: QApplication) -> None:
    panel = make_panel()
    panel.show_rows(ROWS, 0)
    panel.show_history([history_row(FIRING, NOW_NS)])
    panel.table.header().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    assert [row.id for row in panel.model.rows] == ["far", "near"]
    panel.set_theme(load_theme("light"))
    panel.show_muting("until 14:00", [])
    assert panel.quiet_button.text() == "Do not disturb until 14:00"
    panel.show_muting("until 14:00", ["kraken"])
    assert panel.quiet_button.text() == "Do not disturb until 14:00 · 1 feed muted"
    panel.show_muting("", ["kraken", "coinbase"])
    assert panel.quiet_button.text() == "2 feeds muted"
    assert "kraken, coinbase" in panel.quiet_button.toolTip()
    panel.show_muting("", [])
    assert panel.quiet_button.text() == "Do not disturb"


def test_the_focus_of_the_panel_is_in_the_table_if_there_are_alerts(qtbot: QtBot) -> None:
    panel = make_panel()
    qtbot.addWidget(panel)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    panel.setFocus()
    assert panel.hasFocus()
    panel.clearFocus()
    panel.show_rows(ROWS, 0)
    panel.setFocus()
    assert panel.table.hasFocus()


def test_a_narrower_history_wraps_its_sentences_again(qtbot: QtBot) -> None:
    panel = make_panel()
    qtbot.addWidget(panel)
    panel.show_history([history_row(FIRING, NOW_NS)._replace(text="Price crosses the line of the note " * 4)])
    panel.show()

    def height() -> int:
        return panel.history.visualRect(panel.history_model.index(0, 0)).height()

    panel.splitter.setSizes([100, 800])
    qtbot.waitUntil(lambda: panel.history.header().sectionSize(WHAT) > 400)
    wide = height()
    panel.splitter.setSizes([550, 350])
    qtbot.waitUntil(lambda: height() > wide)


def test_do_not_disturb_is_chosen_in_the_menu_of_its_button(qtbot: QtBot) -> None:
    panel, emitted = make_panel(), list[int]()
    panel.requests.is_quiet = lambda: True
    panel.requests.quiet_requested.connect(emitted.append)
    menu = panel.quiet_button.menu()
    for _ in range(2):
        menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "&Off").trigger()
    assert emitted == [0]


def test_the_context_menu_is_that_of_the_selected_alerts(qtbot: QtBot) -> None:
    panel, emitted = make_panel(), list[str]()
    qtbot.addWidget(panel)
    panel.requests.edit_requested.connect(emitted.append)
    panel.show_rows(ROWS, 0)
    panel.show()
    panel.table.customContextMenuRequested.emit(QPoint(5, 5))
    assert QApplication.activePopupWidget() is None  # nothing is selected
    panel.select("far")
    panel.table.customContextMenuRequested.emit(QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    menu.close()
    assert emitted == ["far"]
