from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFrame,
    QListView,
    QListWidget,
    QMessageBox,
    QPlainTextEdit,
    QSpinBox,
    QStyle,
    QStyleOption,
    QStyleOptionButton,
)
from pytestqt.qtbot import QtBot

from tests.gui.pixels import color_names
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.style import Style
from ticker_gui.gui.widgets.theme import Theme, load_theme

State, Primitive, Standard = QStyle.StateFlag, QStyle.PrimitiveElement, QStyle.StandardPixmap


@pytest.fixture(params=["dark", "light"])
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Theme]:
    theme = load_theme(request.param)
    apply_theme(qapp, theme)
    yield theme
    apply_theme(qapp, load_theme("dark"))


def primitive(element: QStyle.PrimitiveElement, *states: QStyle.StateFlag) -> set[str]:
    """Return the colors of an element that is drawn in a square of 32 pixels."""
    image = QImage(64, 64, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(2)
    image.fill(0)
    option = QStyleOptionButton() if element is Primitive.PE_IndicatorCheckBox else QStyleOption()
    option.rect = QRect(0, 0, 32, 32)
    for state in states:
        option.state |= state
    painter = QPainter(image)
    Style().drawPrimitive(element, option, painter)
    painter.end()
    return color_names(image, only_opaque=True)


@pytest.mark.parametrize("element", [Primitive.PE_IndicatorCheckBox, Primitive.PE_IndicatorItemViewItemCheck])
def test_check_boxes_show_their_state_by_shape_and_color(theme: Theme, element: QStyle.PrimitiveElement) -> None:
    enabled = State.State_Enabled
    checked, unchecked, partly = (
        primitive(element, enabled, state) for state in (State.State_On, State.State_Off, State.State_NoChange)
    )
    assert {theme.accent, theme.on_accent} <= checked
    assert theme.accent not in unchecked
    assert theme.control in unchecked
    assert theme.accent in partly
    assert theme.accent not in primitive(element, State.State_On)  # disabled


@pytest.mark.parametrize(
    "element", [Primitive.PE_IndicatorMenuCheckMark, Primitive.PE_IndicatorArrowRight, Primitive.PE_IndicatorArrowDown]
)
def test_ticks_and_arrows_follow_the_theme_and_the_state(theme: Theme, element: QStyle.PrimitiveElement) -> None:
    assert primitive(element, State.State_Enabled) == {theme.text2}
    assert primitive(element, State.State_Enabled, State.State_Selected) == {theme.text}
    assert primitive(element) == {theme.disabled}


def test_the_focus_ring_is_for_the_keyboard(theme: Theme) -> None:
    focus = Primitive.PE_FrameFocusRect
    assert primitive(focus, State.State_Enabled, State.State_HasFocus) == set()
    assert theme.focus in primitive(focus, State.State_HasFocus, State.State_KeyboardFocusChange)


def test_the_ring_of_an_item_that_its_text_fills_is_closed(qtbot: QtBot, theme: Theme) -> None:
    items = QListWidget()
    items.setObjectName("setting_categories")  # its rows have no padding above and below
    items.setFrameShape(QFrame.Shape.NoFrame)
    items.addItems(["Appearance", "Feeds"])
    items.setCurrentRow(1)
    items.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    qtbot.addWidget(items)
    items.show()
    items.setFocus()
    qtbot.waitUntil(items.hasFocus)
    row = items.visualItemRect(items.item(1))
    image = items.viewport().grab().toImage()
    middle = row.center().x()
    assert [image.pixelColor(middle, y).name() for y in (row.top() + 1, row.bottom() - 1)] == [theme.focus] * 2


def test_the_wheel_does_not_change_a_combo_box(qtbot: QtBot, theme: Theme) -> None:
    box = QComboBox()
    box.addItems(["Line", "Candles"])
    qtbot.addWidget(box)
    box.show()
    middle = QPointF(box.rect().center())
    event = QWheelEvent(
        middle, QPointF(box.mapToGlobal(middle.toPoint())), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, event)
    assert box.currentText() == "Line"


def test_the_wheel_never_moves_the_focus_to_a_field(qtbot: QtBot, theme: Theme) -> None:
    fields = QComboBox(), QComboBox(editable=True), QSpinBox(), QListView(), QPlainTextEdit()
    for field in fields:
        qtbot.addWidget(field)
        field.show()
        assert field.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_the_wheel_changes_a_number_only_while_its_field_has_the_focus(qtbot: QtBot, theme: Theme) -> None:
    box = QSpinBox()
    box.setValue(50)
    qtbot.addWidget(box)
    box.show()
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    middle = QPointF(box.rect().center())
    for has_focus, value in ((False, 50), (True, 49)):
        (box.setFocus if has_focus else box.clearFocus)()
        event = QWheelEvent(
            middle, QPointF(box.mapToGlobal(middle.toPoint())), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(box, event)
        assert box.value() == value


def test_buttons_of_dialogs_have_no_icons(qtbot: QtBot, theme: Theme) -> None:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(buttons)
    assert all(button.icon().isNull() for button in buttons.buttons())


@pytest.mark.parametrize(
    ("kind", "color"),
    [
        (QMessageBox.Icon.Information, "text2"),
        (QMessageBox.Icon.Warning, "warning"),
        (QMessageBox.Icon.Critical, "error"),
    ],
)
def test_message_boxes_have_own_icons(qtbot: QtBot, theme: Theme, kind: QMessageBox.Icon, color: str) -> None:
    box = QMessageBox(kind, "Layout", "The layout could not be read.")
    qtbot.addWidget(box)
    image = box.iconPixmap().toImage()
    assert image.width() >= 32
    assert color_names(image, only_opaque=True) == {getattr(theme, color)}


def test_check_boxes_are_large_enough_to_be_clicked(qtbot: QtBot, theme: Theme) -> None:
    box = QCheckBox("Volume")
    qtbot.addWidget(box)
    assert box.sizeHint().height() >= 24


def test_the_text_of_number_fields_keeps_its_distance_from_the_edge(qtbot: QtBot, theme: Theme) -> None:
    field = QSpinBox()
    qtbot.addWidget(field)
    field.ensurePolished()
    assert field.lineEdit().textMargins().left() == 8


def test_check_boxes_are_drawn_by_the_style_at_their_size(qtbot: QtBot, theme: Theme) -> None:
    box = QCheckBox("")
    box.setChecked(True)
    qtbot.addWidget(box)
    box.resize(40, 24)
    image = box.grab().toImage()
    filled = [x for x in range(40) if image.pixelColor(x, image.height() // 2 - 6).name() == theme.accent]
    assert max(filled) - min(filled) + 1 >= 14


def test_the_style_answers_no_hint_and_no_metric_in_python() -> None:
    """Qt asks thousands of times when a window opens."""
    assert not {"styleHint", "pixelMetric", "subControlRect", "sizeFromContents", "drawControl"} & set(vars(Style))
