from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QToolBar,
    QToolButton,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import CONTROL_HEIGHT, TOOL_BAR_HEIGHT
from ticker_gui.gui.widgets.plain_text import escaped_tooltip
from ticker_gui.gui.widgets.style_properties import set_style_property
from ticker_gui.gui.widgets.style_sheet import style_sheet
from ticker_gui.gui.widgets.theme import Theme, load_theme
from ticker_gui.resources import asset


@pytest.mark.parametrize("name", ["dark", "light"])
def test_all_colors_of_the_style_sheet_are_those_of_the_theme(name: str) -> None:
    theme = load_theme(name)
    tokens = {getattr(theme, field) for field in theme.__struct_fields__}
    assert set(re.findall(r"#[0-9a-f]{6}\b", style_sheet(theme, QFont()))) <= tokens


def test_a_tooltip_is_as_high_as_its_text_with_four_pixels_above_and_below(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    apply_theme(QApplication.instance(), load_theme("dark"))  # type: ignore[arg-type]
    widget.show()
    QToolTip.showText(QPoint(10, 10), escaped_tooltip("Watchlist  F9"), widget)
    (tip,) = [each for each in QApplication.topLevelWidgets() if each.inherits("QTipLabel") and each.isVisible()]
    assert abs(tip.height() - (tip.fontMetrics().height() + 2 * 4 + 2)) <= 2
    QToolTip.hideText()


def test_no_rule_reaches_what_is_painted_by_this_program() -> None:
    """A rule for a painted view would make Qt paint its background first, in every frame."""
    sheet = style_sheet(load_theme("dark"), QFont())
    for selector in re.findall(r"([^{}]+)\{", sheet):
        for one in selector.split(","):
            assert re.match(r"\s*(Q[A-Z]\w+)", one), one
            assert not re.match(
                r"\s*(\*|QWidget|QAbstractScrollArea|QAbstractItemView|QTableView|QGraphicsView)\s*$", one
            ), one


@pytest.mark.parametrize(("name", "arrow"), [(name, arrow) for name in ("dark", "light") for arrow in ("down", "up")])
def test_arrows_of_the_style_sheet_have_the_color_of_the_theme(name: str, arrow: str) -> None:
    """A style sheet cannot tint its pictures."""
    source, theme = asset("icons", f"{arrow}.svg").read_text(), load_theme(name)
    for ending, color in (("", theme.text2), ("-disabled", theme.disabled)):
        drawn = asset("icons", "sheet", f"{name}-{arrow}{ending}.svg").read_text()
        assert drawn == source.replace("currentColor", color)


CONTROLS: list[Callable[[], QWidget]] = [
    partial(QPushButton, "Test"),
    QComboBox,
    partial(QLineEdit, "text"),
    QSpinBox,
]
BOXES: list[Callable[[], QWidget]] = [
    partial(QCheckBox, "Test"),
    partial(QRadioButton, "Test"),
    partial(QDateTimeEdit, calendarPopup=True),
]


@pytest.mark.parametrize("make", [*CONTROLS, *BOXES])
def test_buttons_fields_and_boxes_have_one_height(
    qapp: QApplication, qtbot: QtBot, make: Callable[[], QWidget]
) -> None:
    apply_theme(qapp, load_theme("dark"))
    control = make()
    qtbot.addWidget(control)
    control.ensurePolished()
    assert control.sizeHint().height() == CONTROL_HEIGHT


def test_the_toolbar_and_its_buttons_have_their_heights(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, load_theme("dark"))
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = window.addToolBar("Tools")
    button = IconButton("gear", "gear")
    bar.addWidget(button)
    field = QLineEdit()
    field.addAction(icon("plus"), QLineEdit.ActionPosition.LeadingPosition)
    bar.addWidget(field)
    window.show()
    assert (button.width(), button.height(), bar.height()) == (CONTROL_HEIGHT, CONTROL_HEIGHT, TOOL_BAR_HEIGHT)
    inside = field.findChild(QToolButton)
    assert isinstance(inside, QToolButton)
    assert 0 <= inside.y() <= field.height() - inside.height()  # no rule for toolbars reaches it


def _small_button() -> QToolButton:
    return IconButton("columns", "columns_button", is_small=True)


def _status_button(*, flat: bool) -> QPushButton:
    return QPushButton("Details", flat=flat)


def _ring(widget: QWidget, window: QWidget, theme: Theme) -> set[int]:
    """Return the distances from the edge at which the whole edge at the left has the color of the focus."""
    image = window.grab().toImage()
    ratio, at = image.devicePixelRatio(), widget.mapTo(window, QPoint(0, widget.height() // 2))
    row = round(at.y() * ratio)
    return {step for step in range(4) if image.pixelColor(round(at.x() * ratio) + step, row).name() == theme.focus}


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_ring_of_two_pixels_marks_the_focus_and_moves_nothing(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("ticker_gui.gui.widgets.keyboard_focus._LastInput.is_keyboard", True)
    theme = load_theme(name)
    apply_theme(qapp, theme)
    window, before = QMainWindow(), QLineEdit()
    controls = [*(make() for make in CONTROLS), IconButton("gear", "gear"), _small_button()]
    center = QWidget()
    row = QHBoxLayout(center)
    for widget in (before, *controls):
        row.addWidget(widget)
    controls += [_status_button(flat=False), _status_button(flat=True)]
    for button in controls[-2:]:
        window.statusBar().addWidget(button)
    window.setCentralWidget(center)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    sizes = [widget.size() for widget in controls]
    for widget in controls:
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the system may leave buttons out
        assert not _ring(widget, window, theme)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert _ring(widget, window, theme) == {0, 1}, widget
        assert [one.size() for one in controls] == sizes
        before.setFocus()


def test_a_combo_box_in_a_strip_has_a_ring_only_if_the_keyboard_has_focused_it(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme = load_theme("dark")
    apply_theme(qapp, theme)
    strip = QWidget()
    strip.setProperty("strip", True)
    row = QHBoxLayout(strip)
    before, box = QLineEdit(), QComboBox()
    for widget in (before, box):
        row.addWidget(widget)
    qtbot.addWidget(strip)
    strip.show()
    strip.activateWindow()
    for is_keyboard, reason, ring in (
        (False, Qt.FocusReason.MouseFocusReason, set()),
        (True, Qt.FocusReason.TabFocusReason, {0, 1}),
    ):
        monkeypatch.setattr("ticker_gui.gui.widgets.keyboard_focus._LastInput.is_keyboard", is_keyboard)
        before.setFocus()
        qtbot.waitUntil(before.hasFocus)
        box.setFocus(reason)
        assert _ring(box, strip, theme) == ring


@pytest.mark.parametrize("name", ["get_key", "do_not_disturb", "banner_more", "feeds_button"])
def test_flat_buttons_with_a_text_have_a_ring_and_keep_their_place(qapp: QApplication, qtbot: QtBot, name: str) -> None:
    apply_theme(qapp, load_theme("dark"))
    window, button = QToolBar(), QToolButton()
    button.setObjectName(name)
    button.setText("Get a key")
    window.addWidget(button)
    qtbot.addWidget(window)
    window.show()
    size, colors = button.sizeHint(), []
    for is_focused in (False, True):
        set_style_property(button, "keyboard", is_focused)
        colors.append(button.grab().toImage().pixelColor(0, button.height() // 2).name())
    assert button.sizeHint() == size
    assert colors[0] != colors[1] == load_theme("dark").focus
