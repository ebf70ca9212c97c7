from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from tests.gui.alerts.test_alert_rows import FIRING, NOW_NS, row
from ticker_gui.alerts.alert import AlertStatus
from ticker_gui.gui.alerts.alert_model import CONDITION, STATE, SYMBOL, TITLES, AlertModel, HistoryModel
from ticker_gui.gui.alerts.alert_rows import AlertRow, history_row
from ticker_gui.gui.widgets.theme import load_theme

THEME = load_theme("dark")


def named(name: str, status: AlertStatus = AlertStatus.ARMED, distance: float | None = None) -> AlertRow:
    return row(status, distance)._replace(id=name, symbol=name)


def symbols(model: AlertModel) -> list[str]:
    return [model.index(number, SYMBOL).data() for number in range(model.rowCount())]


def test_rows_are_ordered_by_urgency_until_a_column_is_chosen(qapp: QApplication) -> None:
    model = AlertModel(THEME)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_rows([named("far", distance=9.0), named("near", distance=1.0), named("fired", AlertStatus.FIRED)])
    assert symbols(model) == ["fired", "near", "far"]
    model.sort(SYMBOL, Qt.SortOrder.DescendingOrder)
    assert symbols(model) == ["near", "fired", "far"]
    for column in range(len(TITLES)):
        model.sort(column)
    model.sort(-1)
    assert symbols(model) == ["fired", "near", "far"]


def test_only_rows_that_differ_are_painted_again(qapp: QApplication) -> None:
    model, changed, resets = AlertModel(THEME), list[int](), list[bool]()
    model.set_rows([named("a", distance=1.0), named("b", distance=2.0)])
    model.dataChanged.connect(lambda first, last: changed.append(first.row()))
    model.modelReset.connect(lambda: resets.append(True))
    model.set_rows([named("a", distance=1.0), named("b", distance=2.5)])
    assert (changed, resets) == ([1], [])
    model.set_rows([named("a", distance=1.0), named("b", distance=0.5)])
    assert resets == [True]
    assert symbols(model) == ["b", "a"]


def test_states_have_an_icon_a_word_and_a_color(qapp: QApplication) -> None:
    model = AlertModel(THEME)
    model.set_rows([named(status.name, status) for status in AlertStatus])
    for number in range(model.rowCount()):
        assert not model.index(number, STATE).data(Qt.ItemDataRole.DecorationRole).isNull()
        assert model.index(number, STATE).data()
    assert model.index(0, STATE).data(Qt.ItemDataRole.ForegroundRole) == QColor(THEME.warning)


def test_server_text_is_not_interpreted(qapp: QApplication) -> None:
    model = AlertModel(THEME)
    model.set_rows([row()._replace(reason="<b>bad</b>", condition="<i>")])
    assert "&lt;b&gt;" in model.index(0, CONDITION).data(Qt.ItemDataRole.ToolTipRole)


def test_the_history_marks_what_is_notable(qapp: QApplication) -> None:
    model = HistoryModel(THEME)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    one = history_row(FIRING, NOW_NS)
    model.set_rows([one._replace(is_notable=True), one])
    colors = [model.index(number, 2).data(Qt.ItemDataRole.ForegroundRole) for number in range(2)]
    assert colors == [QColor(THEME.warning), None]
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Time"


def test_the_colors_follow_the_theme(qapp: QApplication) -> None:
    light, role = load_theme("light"), Qt.ItemDataRole.ForegroundRole
    assert THEME.warning != light.warning
    alerts, history = AlertModel(THEME), HistoryModel(THEME)
    alerts.set_rows([named("fired", AlertStatus.FIRED)])
    history.set_rows([history_row(FIRING, NOW_NS)._replace(is_notable=True)])
    changed = list[AlertModel | HistoryModel]()
    for model in (alerts, history):
        model.dataChanged.connect(lambda *changes, model=model: changed.append(model))
        model.set_theme(light)
    assert changed == [alerts, history]
    assert alerts.index(0, STATE).data(role) == history.index(0, 2).data(role) == QColor(light.warning)


def test_the_columns_have_titles(qapp: QApplication) -> None:
    model = AlertModel(THEME)
    assert [model.headerData(column, Qt.Orientation.Horizontal) for column in range(len(TITLES))] == list(TITLES)
