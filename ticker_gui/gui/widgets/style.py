"""The style of the controls: Fusion with own check boxes, marks and icons."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QEvent, QMarginsF, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QWidget,
)

from ticker_gui.gui.widgets import measures
from ticker_gui.gui.widgets.icons import IconRole, current_theme, draw_icon, icon

_Primitive = QStyle.PrimitiveElement
_Standard = QStyle.StandardPixmap
_State = QStyle.StateFlag
_WHEEL: Final = QEvent.Type.Wheel
_MAY_TAKE_WHEEL_FOCUS: Final = (QComboBox, QAbstractSpinBox, QAbstractScrollArea)  # Qt's own, as they are made

_STANDARD_ICONS: Final[dict[QStyle.StandardPixmap, tuple[str, IconRole]]] = {
    _Standard.SP_MessageBoxInformation: ("info", "text2"),
    _Standard.SP_MessageBoxQuestion: ("info", "text2"),
    _Standard.SP_MessageBoxWarning: ("warn", "warning"),
    _Standard.SP_MessageBoxCritical: ("warn", "error"),
    _Standard.SP_LineEditClearButton: ("close", "text2"),
    _Standard.SP_TitleBarNormalButton: ("float", "text2"),  # of docks, behind their own titles: Fusion draws five sizes
    _Standard.SP_TitleBarCloseButton: ("close", "text2"),
    _Standard.SP_ToolBarHorizontalExtensionButton: ("dots", "text2"),
    _Standard.SP_ToolBarVerticalExtensionButton: ("dots", "text2"),
}
_ARROWS: Final = {
    _Primitive.PE_IndicatorArrowDown: "down",
    _Primitive.PE_IndicatorArrowRight: "right",
    _Primitive.PE_IndicatorArrowUp: "up",
    _Primitive.PE_IndicatorArrowLeft: "left",
    _Primitive.PE_IndicatorMenuCheckMark: "check",
}
_CHECK_BOXES: Final = (_Primitive.PE_IndicatorCheckBox, _Primitive.PE_IndicatorItemViewItemCheck)
_AROUND_ITEM: Final = QMarginsF(2, 4, 2, 4)
_PARTLY: Final = QPointF(4, 0)  # from the center to each end of the dash in a box that is partly checked


class _WheelFilter(QObject):
    """Leaves the mouse wheel to what scrolls below a combo box, or below a number field without the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != _WHEEL or (isinstance(watched, QAbstractSpinBox) and watched.hasFocus()):
            return False
        event.ignore()
        return True


class Style(QProxyStyle):
    """Fusion in the colors of the theme; heights, edges and most style hints are in the style sheet.

    Qt asks a style for thousands of hints and metrics when a window opens, so none of them is answered in Python.
    """

    def __init__(self) -> None:
        super().__init__("Fusion")
        self._wheel = _WheelFilter(self)

    def polish(self, target: Any) -> Any:
        result = super().polish(target)
        if isinstance(target, _MAY_TAKE_WHEEL_FOCUS) and target.focusPolicy() is Qt.FocusPolicy.WheelFocus:
            target.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # scrolling past a field leaves the focus where it is
        if isinstance(target, QComboBox):
            target.installEventFilter(self._wheel)
        elif isinstance(target, QAbstractSpinBox):
            target.installEventFilter(self._wheel)
            target.lineEdit().setTextMargins(measures.GAP, 0, 0, 0)  # the padding of the style sheet is not applied
        return result

    def standardIcon(
        self,
        standardIcon: QStyle.StandardPixmap,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> QIcon:
        own = _STANDARD_ICONS.get(standardIcon)
        return super().standardIcon(standardIcon, option, widget) if own is None else icon(*own)

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element is _Primitive.PE_PanelScrollAreaCorner:
            return
        if element in _CHECK_BOXES:
            _draw_check_box(painter, option)
        elif element in _ARROWS:
            _draw_arrow(painter, option, _ARROWS[element])
        elif element is _Primitive.PE_FrameFocusRect:
            _draw_focus(painter, option, is_item=isinstance(widget, QAbstractItemView))
        else:
            super().drawPrimitive(element, option, painter, widget)


def _draw_check_box(painter: QPainter, option: QStyleOption) -> None:
    theme, state = current_theme(), option.state
    is_enabled = bool(state & _State.State_Enabled)
    is_filled = bool(state & (_State.State_On | _State.State_NoChange))
    side = measures.CHECK_BOX_SIZE
    box = QRectF(0, 0, side, side)
    box.moveCenter(QRectF(option.rect).center())
    edge = theme.control if is_enabled else theme.border
    if is_filled and is_enabled:
        edge = theme.accent
    elif is_enabled and state & _State.State_MouseOver:
        edge = theme.text2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(edge), 1))
    painter.setBrush(QColor(theme.accent if is_filled and is_enabled else theme.base))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), measures.SMALL_RADIUS, measures.SMALL_RADIUS)
    mark = theme.on_accent if is_enabled else theme.disabled
    if state & _State.State_On:
        draw_icon(painter, box.adjusted(1, 1, -1, -1), "check", mark)
    elif state & _State.State_NoChange:
        painter.setPen(QPen(QColor(mark), 1.5))
        painter.drawLine(box.center() - _PARTLY, box.center() + _PARTLY)
    painter.restore()


def _draw_arrow(painter: QPainter, option: QStyleOption, name: str) -> None:
    theme, state = current_theme(), option.state
    color = theme.text2
    if not state & _State.State_Enabled:
        color = theme.disabled
    elif state & (_State.State_Selected | _State.State_MouseOver):
        color = theme.text
    area = QRectF(0, 0, measures.ICON_SIZE, measures.ICON_SIZE)
    area.moveCenter(QRectF(option.rect).center())
    draw_icon(painter, area, name, color)


def _draw_focus(painter: QPainter, option: QStyleOption, *, is_item: bool) -> None:
    """Draw the ring of a focused control; only the keyboard moves the focus without an effect that can be seen.

    The area of an item is that of its text alone, so its ring is drawn around it, but within the item, at which Qt
    clips it.
    """
    if option.state & _State.State_KeyboardFocusChange:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(current_theme().focus), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = measures.SMALL_RADIUS
        ring = QRectF(option.rect).adjusted(1, 1, -1, -1)
        if is_item:
            ring = ring.marginsAdded(_AROUND_ITEM)
            if painter.hasClipping():
                ring &= painter.clipBoundingRect().adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(ring, radius, radius)
        painter.restore()
