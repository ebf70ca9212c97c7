"""The strip over the chart: timeframe, chart type, indicators, comparison, picture and the menu of the chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QToolTip, QWidget

from ticker_gui.gui.chart.menu import ChartMenu
from ticker_gui.gui.chart.options import STANDARD_TIMEFRAMES, timeframe_title
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import CHART_STRIP_HEIGHT, GAP, GRID, HIT_SIZE, ICON_SIZE
from ticker_gui.gui.widgets.menus import MenuItem, popup
from ticker_gui.gui.widgets.plain_text import set_tooltip, tool_tip

_FAVORITES: Final = ("1s", "1m", "5m", "15m", "1h", "4h", "1d")
_FEW: Final = ("1m", "5m", "1h", "1d")
_MIN_WIDTH_OF_BUTTONS: Final = 720  # below, the combo box alone offers timeframes
_MIN_WIDTH_OF_ALL: Final = 860
_MIN_WIDTH_OF_TEXTS: Final = 640
_NOTHING_SELECTED: Final = "Select other symbols in the watchlist first, for example with Ctrl+click"
_COMPARE: Final = "Compare with the selected symbols  Ctrl+Shift+M"
_DRAW: Final = "Draw a horizontal line, a trend line or a ray"


class ChartControls(QWidget):
    """Shows the chart's current options. What does not fit is left out; the combo box and the menu have everything.

    Signals:
        indicators_requested: the user wants to choose indicators.
    """

    indicators_requested = Signal()

    def __init__(self, chart: PriceChart, menu: ChartMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chart_strip")
        self.setProperty("strip", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._chart, self._menu = chart, menu
        self._is_drawing = False
        self._timeframe = self._combo("timeframe", "Timeframe", STANDARD_TIMEFRAMES)
        self._kind = self._combo("chart_kind", "Chart type", {key: one.title for key, one in CHART_TYPES.items()})
        timeframe, kind = self._timeframe, self._kind
        timeframe.currentIndexChanged.connect(lambda row: self._set_options(timeframe=timeframe.itemData(row)))
        kind.currentIndexChanged.connect(lambda row: self._set_options(kind=kind.itemData(row)))
        self._buttons = {name: self._timeframe_button(name) for name in _FAVORITES}
        self._indicators = self._button("indicators_button", "Indicators", "wave", "Choose indicators  Ctrl+Shift+I")
        self._indicators.clicked.connect(self.indicators_requested.emit)
        self._compare = self._button("compare_button", "Compare", "compare", _COMPARE)
        self._compare.clicked.connect(self._toggle_comparison)
        self._draw = self._button("draw_button", "Draw", "line", _DRAW)
        self._draw.setCheckable(True)
        self._draw.clicked.connect(self._open_draw_menu)
        self._draw.setVisible(bool(menu.draw_items))
        self._picture = self._button("picture_button", "", "camera", "Copy or save an image of the chart")
        self._picture.setAccessibleName("Image")
        self._more = self._button("chart_menu_button", "", "dots", "All commands of the chart")
        self._more.setAccessibleName("Chart menu")
        self._picture.clicked.connect(lambda: self._pop_up(self._picture, menu.picture_items()))
        self._more.clicked.connect(lambda: self._pop_up(self._more, menu.items()))
        self._lay_out()
        chart.options_changed.connect(self._update)
        chart.symbol_changed.connect(self._update)
        chart.comparison_changed.connect(self._update)
        self._update()

    def _others(self) -> int:
        """Return the number of symbols with which the one on the chart is compared."""
        return sum(other is not self._chart.state for other in self._chart.compared)

    def _toggle_comparison(self) -> None:
        """Compare with the selected symbols, or stop comparing; say what to do if no other symbol is selected."""
        is_requested = not self._others()
        self._menu.comparison_requested.emit(is_requested)
        if is_requested and not self._others():
            below = self._compare.mapToGlobal(self._compare.rect().bottomLeft())
            QToolTip.showText(below, tool_tip(_NOTHING_SELECTED), self._compare)

    def show_drawing(self, is_active: bool) -> None:
        """Show whether a drawing tool is active."""
        self._is_drawing = is_active
        self._draw.setChecked(is_active)

    def _open_draw_menu(self) -> None:
        self._draw.setChecked(self._is_drawing)  # which the click has changed
        self._menu.show_draw_menu(self._draw.mapToGlobal(self._draw.rect().bottomLeft()))

    def _pop_up(self, button: QToolButton, items: Sequence[MenuItem]) -> None:
        """Open a menu below a button; it exists only while it is open, because its shortcuts belong to the menu bar."""
        popup(self._chart, button.mapToGlobal(button.rect().bottomLeft()), items)

    def _combo(self, name: str, title: str, texts: dict[str, str]) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(name)
        box.setAccessibleName(title)
        set_tooltip(box, title)  # on Linux, screen readers read the current item instead of the name
        for key, text in texts.items():
            box.addItem(text, key)
        return box

    def _button(self, name: str, text: str, icon_name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if icon_name:
            button.setIcon(icon(icon_name))
            is_plain = bool(text)
            button.setToolButtonStyle(
                Qt.ToolButtonStyle.ToolButtonTextBesideIcon if is_plain else Qt.ToolButtonStyle.ToolButtonIconOnly
            )
        set_tooltip(button, tip)
        return button

    def _timeframe_button(self, name: str) -> QToolButton:
        title = timeframe_title(name)
        button = self._button(f"timeframe_{name}", title, "", f"Bars of {title}; or type {name} on the chart")
        button.setCheckable(True)
        button.clicked.connect(lambda: self._choose_timeframe(name))
        return button

    def _choose_timeframe(self, name: str) -> None:
        self._set_options(timeframe=name)
        self._update()  # a click on the current one would uncheck it

    def _lay_out(self) -> None:
        self.setFixedHeight(max(CHART_STRIP_HEIGHT, self._kind.sizeHint().height() + GAP))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        layout.setContentsMargins(GAP, 0, GAP, 0)
        layout.setSpacing(GRID)
        for button in self._buttons.values():
            layout.addWidget(button)
        layout.addWidget(self._timeframe)
        layout.addWidget(_rule(self))
        for widget in (self._kind, self._indicators, self._compare, self._draw):
            layout.addWidget(widget)
        layout.addStretch()
        layout.addWidget(self._picture)
        layout.addWidget(self._more)

    def _set_options(self, **changes: str) -> None:
        self._chart.set_options(msgspec.structs.replace(self._chart.options, **changes))

    def _update(self) -> None:
        options, chart = self._chart.options, self._chart
        with QSignalBlocker(self._timeframe), QSignalBlocker(self._kind):
            if self._timeframe.findData(options.timeframe) < 0:
                self._timeframe.addItem(timeframe_title(options.timeframe), options.timeframe)
            self._timeframe.setCurrentIndex(self._timeframe.findData(options.timeframe))
            self._kind.setCurrentIndex(self._kind.findData(options.kind))
        for name, button in self._buttons.items():
            button.setChecked(name == options.timeframe)
        count = len(options.indicators)
        self._indicators.setText(f"Indicators  {count}" if count else "Indicators")
        others = self._others()
        self._compare.setText(f"Compare  {others}" if others else "Compare")
        set_tooltip(self._compare, "Stop comparing" if others else "Compare with the selected symbols  Ctrl+Shift+M")
        for button in (self._compare, self._draw, self._picture):
            button.setEnabled(chart.state is not None)
        self._fit()

    def _fit(self) -> None:
        """Leave out what does not fit, the texts of the buttons first."""
        width = self.width()
        texts = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        style = texts if width >= _MIN_WIDTH_OF_TEXTS else Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in (self._indicators, self._compare, self._draw):
            button.setToolButtonStyle(style)
            button.setAccessibleName(button.text())
        visible = _FAVORITES if width >= _MIN_WIDTH_OF_ALL else _FEW if width >= _MIN_WIDTH_OF_BUTTONS else ()
        for name, timeframe_button in self._buttons.items():
            timeframe_button.setVisible(name in visible)
        is_arrow = self._chart.options.timeframe in visible
        self._timeframe.setProperty("arrow", is_arrow)  # the text is on a button
        self._timeframe.setMaximumWidth(HIT_SIZE if is_arrow else 16_777_215)
        view = self._timeframe.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + 4 * GAP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _rule(parent: QWidget) -> QFrame:
    rule = QFrame(parent)
    rule.setObjectName("rule")
    rule.setFixedSize(1, HIT_SIZE - GRID)
    return rule
