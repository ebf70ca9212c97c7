from __future__ import annotations

from typing import TypeVar

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.pixels import color_names
from ticker_gui.gui.chart.indicator_dialog import NO_MATCHES, IndicatorDialog
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.indicators.registry import INDICATORS, IndicatorConfig, all_indicators, search

LEFT = Qt.MouseButton.LeftButton
OTHERS = ("HT_TRENDLINE", "CDLDOJI", "MACDEXT", "SUPERTREND", "SAREXT", "ACCBANDS", "MINMAXINDEX", "ULTOSC")
SOME = (IndicatorConfig("sma", {"timeperiod": 9}), IndicatorConfig("rsi"))
_Key = Qt.Key

Part = TypeVar("Part", bound=QWidget)


class Choosing:
    """A visible dialog with its emitted signals; the search field has the focus."""

    def __init__(self, qtbot: QtBot, *before: IndicatorConfig) -> None:
        self.dialog = IndicatorDialog()
        self.field = self.part(QLineEdit, "find_indicator")
        self.found, self.driver = self.part(QListWidget, "indicators"), self.part(QListWidget, "chosen_indicators")
        self.emitted: list[tuple[IndicatorConfig, ...]] = []
        self.dialog.chosen.connect(self.emitted.append)
        self._qtbot = qtbot
        qtbot.addWidget(self.dialog)
        self.dialog.show_indicators(before)
        self.dialog.show()
        self.dialog.activateWindow()
        qtbot.waitUntil(self.field.hasFocus)

    def part(self, kind: type[Part], name: str) -> Part:
        found = self.dialog.findChild(kind, name)
        assert isinstance(found, kind)
        return found

    @property
    def offered(self) -> int:
        """The number of indicators in the list, without the titles of groups."""
        return sum(self.found.item(row).flags() != Qt.ItemFlag.NoItemFlags for row in range(self.found.count()))

    @property
    def length(self) -> QSpinBox:
        return self.part(QSpinBox, "timeperiod")

    @property
    def labels(self) -> list[str]:
        return [self.driver.item(row).text() for row in range(self.driver.count())]

    @property
    def keys(self) -> list[str]:
        return [chosen.key for chosen in self.emitted[-1]]

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.field, text)

    def find(self, text: str) -> None:
        self.field.clear()
        self.type(text)

    def press(self, key: Qt.Key, *, times: int = 1) -> None:
        """Press a key in the focused widget."""
        for _ in range(times):
            self._qtbot.keyClick(focus(), key)

    def click(self, name: str) -> None:
        self._qtbot.mouseClick(self.part(QPushButton, name), LEFT)


def focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


@pytest.fixture
def choosing(qtbot: QtBot) -> Choosing:
    return Choosing(qtbot, *SOME)


def test_an_empty_list_of_chosen_indicators_says_what_to_do(qtbot: QtBot) -> None:
    choosing = Choosing(qtbot)
    image = choosing.driver.viewport().grab().toImage()
    assert len(color_names(image)) > 1  # else it would be blank


def test_the_dialog_opens_with_all_indicators_and_those_on_the_chart(choosing: Choosing) -> None:
    assert choosing.offered == len(all_indicators())
    assert choosing.found.currentRow() == 1  # below the title of the group
    assert choosing.labels == ["SMA 9", "RSI 14"]
    assert choosing.driver.currentRow() == 0
    assert choosing.length.value() == 9
    choosing.press(_Key.Key_Escape)
    assert choosing.emitted == []  # nothing has changed


def test_typing_filters_the_list_and_selects_the_best_match(choosing: Choosing) -> None:
    counts = [choosing.found.count()]
    for letter in "bollinger":
        choosing.type(letter)
        counts.append(choosing.found.count())
        assert choosing.found.currentRow() == 0
    assert counts == sorted(counts, reverse=True)
    assert choosing.found.item(0).text() == "Bollinger bands  (Bollinger)"
    assert counts[-1] == len(search("bollinger")) < 10
    choosing.find("moving average")
    assert choosing.found.count() == len(search("moving average"))
    choosing.field.clear()
    assert choosing.found.count() == counts[0]


def test_enter_in_the_field_adds_the_selected_indicator(choosing: Choosing) -> None:
    choosing.type("macd")
    choosing.press(_Key.Key_Return)
    assert choosing.emitted == [(*SOME, IndicatorConfig("macd"))]
    assert choosing.labels == ["SMA 9", "RSI 14", "MACD 12 26 9"]
    assert choosing.driver.currentRow() == 2
    assert choosing.dialog.isVisible()
    assert choosing.field.hasFocus()
    choosing.find("atr")
    choosing.press(_Key.Key_Enter)
    assert choosing.keys == ["sma", "rsi", "macd", "atr"]


def test_arrow_keys_in_the_field_move_the_selection(choosing: Choosing) -> None:
    choosing.type("stoch")
    texts = [choosing.found.item(row).text() for row in range(choosing.found.count())]
    assert len(texts) > 2
    choosing.press(_Key.Key_Up)
    assert choosing.found.currentRow() == 0
    choosing.press(_Key.Key_Down)
    assert choosing.found.currentRow() == 1
    choosing.press(_Key.Key_Down, times=len(texts) + 2)
    assert choosing.found.currentRow() == len(texts) - 1
    choosing.press(_Key.Key_Up, times=len(texts) - 2)
    choosing.press(_Key.Key_Return)
    assert choosing.emitted[-1][-1] == IndicatorConfig(search("stoch")[1].key)
    assert choosing.field.hasFocus()


def test_enter_adds_without_closing_the_dialog(choosing: Choosing) -> None:
    choosing.type("roc")
    for widget in (choosing.found, choosing.part(QPushButton, "add_indicator")):
        widget.setFocus()
        choosing.press(_Key.Key_Return)
        assert choosing.emitted[-1][-1] == IndicatorConfig("roc")
        assert choosing.dialog.isVisible()
    assert choosing.labels[2:] == ["ROC 10", "ROC 10"]


def test_a_double_click_adds_and_so_does_the_button(choosing: Choosing, qtbot: QtBot) -> None:
    choosing.type("obv")
    position = choosing.found.visualItemRect(choosing.found.item(0)).center()
    qtbot.mouseClick(choosing.found.viewport(), LEFT, pos=position)
    qtbot.mouseDClick(choosing.found.viewport(), LEFT, pos=position)
    assert choosing.keys == ["sma", "rsi", "obv"]
    choosing.find("mfi")
    choosing.click("add_indicator")
    assert choosing.keys == ["sma", "rsi", "obv", "mfi"]


@pytest.mark.parametrize("how", [_Key.Key_Delete, _Key.Key_Backspace, "remove_indicator"])
def test_remove_deletes_the_selected_indicator(choosing: Choosing, how: Qt.Key | str) -> None:
    choosing.driver.setFocus()
    choosing.driver.setCurrentRow(1)
    for left in (["SMA 9"], [], []):
        if isinstance(how, str):
            choosing.click(how)
        else:
            choosing.press(how)
        assert choosing.labels == left
    assert choosing.emitted == [SOME[:1], ()]
    assert choosing.dialog.findChild(QSpinBox, "timeperiod") is None


def test_delete_and_backspace_in_the_field_edit_its_text(choosing: Choosing) -> None:
    choosing.type("rsix")
    choosing.press(_Key.Key_Backspace)
    choosing.press(_Key.Key_Home)
    choosing.press(_Key.Key_Delete)
    assert choosing.field.text() == "si"
    assert choosing.emitted == []


def test_parameters_belong_to_the_selected_indicator_and_apply_at_once(choosing: Choosing, qtbot: QtBot) -> None:
    choosing.driver.setFocus()
    choosing.press(_Key.Key_Down)
    assert choosing.length.value() == 14
    qtbot.keyClick(choosing.length, _Key.Key_Up)
    assert choosing.emitted == [(SOME[0], IndicatorConfig("rsi", {"timeperiod": 15}))]
    assert choosing.labels == ["SMA 9", "RSI 15"]
    qtbot.keyClick(choosing.length, _Key.Key_Up)
    choosing.driver.setCurrentRow(0)
    assert choosing.length.value() == 9
    qtbot.keyClick(choosing.length, _Key.Key_Down)
    assert choosing.emitted[-1] == (
        IndicatorConfig("sma", {"timeperiod": 8}),
        IndicatorConfig("rsi", {"timeperiod": 16}),
    )


@pytest.mark.parametrize("how", ["button", "escape", "close"])
def test_closing_the_dialog_keeps_all_changes(choosing: Choosing, how: str) -> None:
    choosing.type("cci")
    choosing.press(_Key.Key_Return)
    choosing.length.setValue(99)
    if how == "button":
        choosing.click("close_indicators")
    elif how == "escape":
        choosing.press(_Key.Key_Escape)
    else:
        choosing.dialog.close()
    assert not choosing.dialog.isVisible()
    assert choosing.emitted[-1] == (*SOME, IndicatorConfig("cci", {"timeperiod": 99}))
    choosing.dialog.show_indicators([IndicatorConfig("obv")])
    choosing.dialog.show()
    assert choosing.field.text() == ""  # the dialog starts over
    assert choosing.labels == ["OBV"]
    assert not choosing.part(QPushButton, "undo_indicators").isEnabled()


def test_changes_are_undone_one_by_one(choosing: Choosing) -> None:
    undo = choosing.part(QPushButton, "undo_indicators")
    assert not undo.isEnabled()
    choosing.type("cci")
    choosing.press(_Key.Key_Return)
    for length in (30, 31, 32):
        choosing.length.setValue(length)
    choosing.driver.setCurrentRow(0)
    choosing.click("remove_indicator")
    assert choosing.labels == ["RSI 14", "CCI 32"]
    for expected in (["SMA 9", "RSI 14", "CCI 32"], ["SMA 9", "RSI 14", "CCI 20"], ["SMA 9", "RSI 14"]):
        choosing.click("undo_indicators")
        assert choosing.labels == expected
    assert choosing.emitted[-1] == SOME
    assert not undo.isEnabled()


def test_an_empty_chart_has_nothing_to_remove(choosing: Choosing) -> None:
    remove = choosing.part(QPushButton, "remove_indicator")
    for _ in range(len(choosing.labels)):
        assert remove.isEnabled()
        choosing.click("remove_indicator")
    assert not remove.isEnabled()
    choosing.click("undo_indicators")
    assert remove.isEnabled()


def test_ctrl_z_undoes_the_last_change(choosing: Choosing, qtbot: QtBot) -> None:
    choosing.driver.setFocus()
    choosing.press(_Key.Key_Delete)
    assert choosing.labels == ["RSI 14"]
    qtbot.keyClick(focus(), _Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: choosing.labels == ["SMA 9", "RSI 14"])


def test_color_and_width_apply_at_once_and_can_be_reset(choosing: Choosing, qtbot: QtBot) -> None:
    reset = choosing.part(QPushButton, "default_colors")
    assert not reset.isEnabled()
    colors, width = choosing.part(QComboBox, "indicator_color"), choosing.part(QSpinBox, "indicator_width")
    colors.setFocus()
    qtbot.keyClicks(colors, "Teal")
    width.setFocus()
    choosing.press(_Key.Key_Up, times=5)
    assert choosing.emitted[-1] == (msgspec.structs.replace(SOME[0], color="s3", width=4), SOME[1])
    choosing.length.setValue(12)
    assert choosing.emitted[-1][0] == IndicatorConfig("sma", {"timeperiod": 12}, "s3", 4)
    choosing.click("default_colors")
    assert choosing.emitted[-1][0] == IndicatorConfig("sma", {"timeperiod": 12})
    assert not reset.isEnabled()
    assert (colors.currentText(), width.value()) == ("Default", 1)
    choosing.click("undo_indicators")
    assert (colors.currentText(), width.value()) == ("Teal", 4)


def test_the_chart_is_the_preview(qtbot: QtBot) -> None:
    driver, choosing = ChartDriver(qtbot, timeframe="1s"), Choosing(qtbot)
    choosing.dialog.chosen.connect(lambda chosen: driver.choose(indicators=chosen))
    driver.trades(*(100.0 + number % 7 for number in range(40)))
    choosing.type("sma")
    choosing.press(_Key.Key_Return)
    for length in (5, 3):
        choosing.length.setValue(length)
        (curve,) = driver.scene.chart_data.studies[0].values(driver.scene.chart_data.series)
        closes = driver.scene.chart_data.series.bars.close
        assert curve[-1] == pytest.approx(closes[-length:].mean())
    choosing.dialog.remove_current()
    assert driver.scene.chart_data.studies == []


def test_every_indicator_can_be_added_and_drawn(qtbot: QtBot) -> None:
    driver, choosing = ChartDriver(qtbot, timeframe="1s"), Choosing(qtbot)
    choosing.dialog.chosen.connect(lambda chosen: driver.choose(indicators=chosen))
    driver.trades(*(100.0 + number * 7 % 11 for number in range(60)))
    for key in (*(one.key for one in INDICATORS), *OTHERS):
        indicator = IndicatorConfig(key).indicator
        choosing.field.setText(indicator.short)
        assert choosing.found.item(0).data(Qt.ItemDataRole.UserRole) == key
        choosing.press(_Key.Key_Return)
        for parameter in indicator.parameters:
            assert choosing.dialog.findChild(QWidget, parameter.name) is not None
        assert [study.config.key for study in driver.scene.chart_data.studies] == [key]
        assert len(driver.visible_data.studies[0]) == len(indicator.outputs)
        assert not driver.chart.grab().isNull()
        choosing.dialog.remove_current()
    assert choosing.labels == []


def test_any_search_text_is_accepted(choosing: Choosing) -> None:
    for text in ("<b>rsi</b>", "<img src=x>", "%s%n", "'; --", "\u202ersi", "& && &x", "[(*", "x" * 5000):
        choosing.field.setFocus()
        choosing.field.setText(text)
        assert [choosing.found.item(row).text() for row in range(choosing.found.count())] == [NO_MATCHES]
        for key in (_Key.Key_Down, _Key.Key_Up, _Key.Key_Return):
            choosing.press(key)
        choosing.click("add_indicator")
        assert choosing.field.text() == text
    assert choosing.emitted == []


def test_all_texts_are_plain_and_all_widgets_have_names(choosing: Choosing) -> None:
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in choosing.dialog.findChildren(QLabel))
    assert choosing.dialog.accessibleName()
    assert not choosing.dialog.isModal()
    for part in (choosing.field, choosing.found, choosing.driver, choosing.length):
        assert part.accessibleName()
    for name in ("indicator_color", "custom_color", "indicator_width"):
        assert choosing.part(QWidget, name).accessibleName()
    texts = [label.text() for label in choosing.dialog.findChildren(QLabel) if label.buddy() is not None]
    texts += [button.text() for button in choosing.dialog.findChildren(QPushButton)]
    mnemonics = [key for key in map(QKeySequence.mnemonic, texts) if not key.isEmpty()]
    assert len({key.toString() for key in mnemonics}) == len(mnemonics) == 7


def test_the_tab_order_follows_the_layout(choosing: Choosing) -> None:
    reached: list[QWidget] = []
    while focus() not in reached:
        reached.append(focus())
        choosing.press(_Key.Key_Tab)
    names = [widget.objectName() or str(widget.property("text")) for widget in reached]
    assert names == [
        "find_indicator", "indicators", "add_indicator",
        "chosen_indicators", "remove_indicator", "source", "timeperiod",
        "indicator_color", "custom_color", "indicator_width", "close_indicators",
    ]  # fmt: skip


def test_without_matches_the_list_says_so_and_enter_adds_nothing(qtbot: QtBot) -> None:
    choosing = Choosing(qtbot)
    qtbot.keyClicks(choosing.field, "no such thing")
    assert [choosing.found.item(row).text() for row in range(choosing.found.count())] == [NO_MATCHES]
    qtbot.keyClick(choosing.field, _Key.Key_Return)
    choosing.dialog.add_current()
    assert choosing.emitted == []
    choosing.field.clear()
    assert choosing.offered == len(all_indicators())


def test_headings_have_the_color_of_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, load_theme("dark"))
    choosing = Choosing(qtbot)
    dialog, heading = choosing.dialog, choosing.found.item(0)
    for theme in ("light", "dark"):
        apply_theme(qapp, load_theme(theme))
        assert not heading.flags()
        assert heading.foreground().color() == dialog.palette().placeholderText().color()


def test_all_indicators_are_grouped_and_the_arrows_skip_the_titles(qtbot: QtBot) -> None:
    choosing = Choosing(qtbot)
    items = [choosing.found.item(row) for row in range(choosing.found.count())]
    headings = [item.text() for item in items if not item.flags()]
    assert headings == list(dict.fromkeys(one.group for one in all_indicators()))
    assert {"Momentum Indicators", "Volume Indicators", "Volatility Indicators", "Overlap Studies"} < set(headings)
    assert len(items) - len(headings) == len(all_indicators())
    field = choosing.part(QLineEdit, "find_indicator")
    for _ in range(40):
        assert choosing.found.currentItem().flags()
        qtbot.keyClick(field, Qt.Key.Key_Down)
    for _ in range(60):
        qtbot.keyClick(field, Qt.Key.Key_Up)
        assert choosing.found.currentItem().flags()
