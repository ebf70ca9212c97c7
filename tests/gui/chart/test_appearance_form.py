from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QColorDialog, QComboBox, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.pixels import color_names
from ticker_gui.gui.chart.appearance_form import AppearanceForm
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.indicators.registry import IndicatorConfig

SMA = IndicatorConfig("sma", {"timeperiod": 3})


class Form:
    """A visible form with its emitted signals."""

    def __init__(self, qtbot: QtBot, chosen: IndicatorConfig = SMA, number: int = 0) -> None:
        self.form = AppearanceForm()
        self.emitted: list[IndicatorConfig] = []
        self.form.changed.connect(self.emitted.append)
        qtbot.addWidget(self.form)
        self.form.show_indicator(chosen, number)
        self.form.show()
        self._qtbot = qtbot

    @property
    def colors(self) -> QComboBox:
        box = self.form.findChild(QComboBox, "indicator_color")
        assert isinstance(box, QComboBox)
        return box

    def open_dialog(self) -> QColorDialog:
        button = self.form.findChild(QPushButton, "custom_color")
        assert isinstance(button, QPushButton)
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        dialog = self.form.findChild(QColorDialog)
        assert isinstance(dialog, QColorDialog)
        return dialog


def test_the_colors_of_the_theme_are_offered_by_name(qtbot: QtBot) -> None:
    form = Form(qtbot)
    names = [form.colors.itemText(row) for row in range(form.colors.count())]
    assert names == ["Default", "Gold", "Pink", "Teal", "Olive", "Slate", "Purple"]
    form.colors.setFocus()
    qtbot.keyClick(form.colors, Qt.Key.Key_Down)
    qtbot.keyClicks(form.colors, "Pu")
    assert (form.emitted[0].color, form.emitted[-1].color) == ("s1", "s6")
    assert all(one.parameters == SMA.parameters for one in form.emitted)


def test_the_colors_follow_the_theme(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    form = Form(qtbot)

    def swatch() -> set[str]:
        return color_names(form.colors.itemIcon(0).pixmap(12, 12).toImage(), only_opaque=True)

    dark, light = load_theme("dark"), load_theme("light")
    before = swatch()
    for theme in (light, dark):
        monkeypatch.setattr("ticker_gui.gui.chart.appearance_form.current_theme", lambda theme=theme: theme)
        palette = form.form.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(theme.base))
        form.form.setPalette(palette)
        assert theme.series[0] in swatch()
    assert not form.emitted
    assert light.series[0] not in before


def test_showing_an_indicator_changes_nothing(qtbot: QtBot) -> None:
    form = Form(qtbot, IndicatorConfig("sma", color="#123456", width=3))
    assert form.colors.currentText() == "Custom (#123456)"
    width = form.form.findChild(QSpinBox, "indicator_width")
    assert isinstance(width, QSpinBox)
    assert width.text() == "3 px"
    form.form.show_indicator(None, 0)
    assert not form.form.isVisible()
    form.form.show_indicator(SMA, 1)
    assert form.colors.currentText() == "Default"
    assert form.emitted == []


def test_a_custom_color_is_previewed_and_cancel_restores_the_color_before(qtbot: QtBot) -> None:
    form = Form(qtbot, IndicatorConfig("sma", color="s2"))
    dialog = form.open_dialog()
    dialog.setCurrentColor(QColor("#102030"))
    assert form.emitted[-1].color == "#102030"
    assert form.colors.currentText() == "Custom (#102030)"
    dialog.reject()
    assert form.emitted[-1].color == "s2"
    assert form.colors.currentText() == "Pink"


@pytest.mark.parametrize("color", ["#405060", None], ids=["another one", "the one that was shown"])
def test_a_custom_color_stays_after_ok(qtbot: QtBot, color: str | None) -> None:
    form = Form(qtbot)
    dialog = form.open_dialog()
    if color is not None:
        dialog.setCurrentColor(QColor(color))
    dialog.accept()
    assert form.emitted[-1].color == (color or load_theme("dark").series[0])
    qtbot.waitUntil(lambda: not form.form.findChildren(QColorDialog))


def test_every_field_can_be_reached_by_keys_and_has_a_name(qtbot: QtBot) -> None:
    form = Form(qtbot)
    form.form.activateWindow()
    form.colors.setFocus()
    qtbot.waitUntil(form.colors.hasFocus)
    reached: list[QWidget] = []
    while (widget := QApplication.focusWidget()) is not None and widget not in reached:
        reached.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert reached == list(form.form.fields)
    assert all(field.accessibleName() for field in form.form.fields)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_lines_legend_and_tags_have_the_chosen_color_of_each_theme(qtbot: QtBot, name: str) -> None:
    driver, theme = ChartDriver(qtbot, timeframe="1s"), load_theme(name)
    driver.chart.set_theme(theme)
    driver.trades(*(100.0 + number % 7 for number in range(40)))
    for color, expected in (("s6", theme.s6), ("#10f010", "#10f010"), ("", theme.series[0])):
        driver.choose(indicators=(IndicatorConfig("sma", {"timeperiod": 3}, color, 4),))
        driver.chart.refresh()
        assert driver.scene.indicator_color(0).name() == expected
        image = driver.chart.price.grab().toImage()
        found = color_names(image)
        assert expected in found


def test_another_color_keeps_the_calculated_values(qtbot: QtBot) -> None:
    driver = ChartDriver(qtbot, timeframe="1s")
    driver.trades(*(100.0 + number % 7 for number in range(40)))
    driver.choose(indicators=(SMA, SMA))
    before = list(driver.scene.chart_data.studies)
    assert before[0] is not before[1]
    driver.choose(indicators=(IndicatorConfig("sma", {"timeperiod": 3}, "s5"), SMA))
    after = driver.scene.chart_data.studies
    assert after == before
    assert [one.config.color for one in after] == ["s5", ""]
