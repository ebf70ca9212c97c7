"""The strip over the chart: timeframe, chart type, indicators, comparison, picture and the menu of the chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QToolTip, QWidget

from ticker_gui.gui.chart.menu import ChartMenu, others_compared
from ticker_gui.gui.chart.options import STANDARD_TIMEFRAMES, timeframe_title
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.labeled_button import ICON_ONLY, set_icon_beside_text, show_label
from ticker_gui.gui.widgets.measures import CHART_STRIP_HEIGHT, GAP, GRID, HIT_SIZE
from ticker_gui.gui.widgets.menus import MenuItem, popup
from ticker_gui.gui.widgets.plain_text import escaped_tooltip, set_tooltip
from ticker_gui.gui.widgets.style_properties import set_style_property

_FAVORITES: Final = ("1s", "1m", "5m", "15m", "1h", "4h", "1d")
_FAVORITES_IF_NARROW: Final = ("1m", "5m", "1h", "1d")
_MAX_WIDTH: Final = 16_777_215  # of Qt: no limit
_NOTHING_SELECTED: Final = "Select other symbols in the watchlist first, for example with Ctrl+click"
_COMPARE: Final = "Compare with the selected symbols  Ctrl+Shift+M"
_DRAW: Final = "Draw a horizontal line, a trend line or a ray"


class _Extent(NamedTuple):
    """How much a strip shows: the timeframes that have a button, and whether the other buttons have texts."""

    timeframes: tuple[str, ...]
    has_texts: bool


_EXTENTS: Final = (  # from the widest to the narrowest; without buttons, the combo box alone offers timeframes
    _Extent(_FAVORITES, has_texts=True),
    _Extent(_FAVORITES_IF_NARROW, has_texts=True),
    _Extent(_FAVORITES_IF_NARROW, has_texts=False),
    _Extent((), has_texts=False),
)


class _StripCombo(QComboBox):
    """A combo box that is as wide as its current text, in a strip without much room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widths: dict[str, int] = {}  # of the texts, in the current font
        # By default, Qt keeps the size of the first show, also when a longer text is added.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.currentIndexChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Return Qt's size for the widest text, less what the current one is narrower."""
        hint, widths = super().sizeHint(), self._text_widths()
        return QSize(hint.width() - max(widths.values(), default=0) + widths.get(self.currentText(), 0), hint.height())

    def _text_widths(self) -> dict[str, int]:
        """Return the widths of the texts, which are measured once: the layout often asks for the size."""
        if len(self._widths) != self.count():
            texts, metrics = map(self.itemText, range(self.count())), self.fontMetrics()
            self._widths = {text: metrics.horizontalAdvance(text) for text in texts}
        return self._widths

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._widths = {}
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class ChartControls(QWidget):
    """Shows the chart's current options. What does not fit is left out; the combo box and the menu have everything.

    Signals:
        indicators_requested: the user wants to choose indicators.
        alert_requested: the user wants to create an alert.
    """

    indicators_requested = Signal()
    alert_requested = Signal()

    def __init__(self, chart: PriceChart, menu: ChartMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chart_strip")
        self.setProperty("strip", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._chart, self._menu = chart, menu
        self._is_drawing = False
        self._is_fitted = False  # since the last change; while hidden, nothing is measured
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
        self._alert = self._button("alert_button", "Alert", "bell_plus", "Create an alert for this symbol  Alt+A")
        self._alert.clicked.connect(self.alert_requested)
        self._picture = self._button("picture_button", "", "camera", "Copy or save an image of the chart")
        self._picture.setAccessibleName("Image")
        self._more = self._button("chart_menu_button", "", "dots", "All chart commands")
        self._more.setAccessibleName("Chart menu")
        self._picture.clicked.connect(lambda: self._pop_up(self._picture, menu.picture_items()))
        self._more.clicked.connect(lambda: self._pop_up(self._more, menu.items()))
        self._text_buttons: Final = (self._indicators, self._compare, self._draw, self._alert)
        self._lay_out()
        chart.options_changed.connect(self._update)
        chart.symbol_changed.connect(self._update)
        chart.comparison_changed.connect(self._update)
        self._update()

    def _toggle_comparison(self) -> None:
        """Compare with the selected symbols, or stop comparing; say what to do if no other symbol is selected."""
        is_requested = not others_compared(self._chart)
        self._menu.comparison_requested.emit(is_requested)
        if is_requested and not others_compared(self._chart):
            below = self._compare.mapToGlobal(self._compare.rect().bottomLeft())
            QToolTip.showText(below, escaped_tooltip(_NOTHING_SELECTED), self._compare)

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
        box = _StripCombo(self)
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
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if icon_name and text:
            set_icon_beside_text(button, icon_name)
        elif icon_name:
            button.setIcon(icon(icon_name))
            button.setIconSize(ICON_ONLY)
        set_tooltip(button, tip)
        return button

    def _timeframe_button(self, name: str) -> QToolButton:
        title = timeframe_title(name)
        button = self._button(f"timeframe_{name}", title, "", f"{title} bars; or type {name} on the chart")
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
        for widget in (self._kind, *self._text_buttons):
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
        for box in (self._timeframe, self._kind):
            box.updateGeometry()  # as their signals were blocked
        for name, button in self._buttons.items():
            button.setChecked(name == options.timeframe)
        count = len(options.indicators)
        self._indicators.setText(f"Indicators  {count}" if count else "Indicators")
        others = others_compared(self._chart)
        self._compare.setText(f"Compare  {others}" if others else "Compare")
        set_tooltip(self._compare, "Stop comparing" if others else _COMPARE)
        for button in (self._compare, self._draw, self._alert, self._picture):
            button.setEnabled(chart.state is not None)
        self._is_fitted = False
        if self.isVisible():
            self._fit()

    def _fit(self) -> None:
        """Show as much as there is room for, so that no text is shortened."""
        self._is_fitted = True
        extent = next((one for one in _EXTENTS if self._width_of(one) <= self.width()), _EXTENTS[-1])
        self._show_texts(extent.has_texts)
        for name, button in self._buttons.items():
            button.setVisible(name in extent.timeframes)
        has_own_button = self._has_button(extent)
        self._timeframe.setMaximumWidth(HIT_SIZE if has_own_button else _MAX_WIDTH)
        set_style_property(self._timeframe, "arrow", has_own_button)
        set_style_property(self._timeframe, "chosen", bool(extent.timeframes) and not has_own_button)
        view = self._timeframe.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + 4 * GAP)

    def _has_button(self, extent: _Extent) -> bool:
        """Return whether the current timeframe has a button, so that the combo box is only an arrow."""
        return self._chart.options.timeframe in extent.timeframes

    def _width_of(self, extent: _Extent) -> int:
        """Return the width at which this much is shown completely."""
        self._show_texts(extent.has_texts)
        widgets: list[QWidget] = [self._buttons[name] for name in extent.timeframes]
        widgets += [one for one in (self._kind, *self._text_buttons, self._picture, self._more) if not one.isHidden()]
        timeframe = HIT_SIZE if self._has_button(extent) else self._timeframe.sizeHint().width()
        widths = [1, timeframe, *(widget.sizeHint().width() for widget in widgets)]  # the line is 1 pixel wide
        return sum(widths) + len(widths) * GRID + 2 * GAP

    def _show_texts(self, has_texts: bool) -> None:
        for button in self._text_buttons:
            show_label(button, has_label=has_texts)
            button.setAccessibleName(button.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_fitted:
            self._fit()


def _rule(parent: QWidget) -> QFrame:
    rule = QFrame(parent)
    rule.setObjectName("rule")
    rule.setFixedSize(1, HIT_SIZE - GRID)
    return rule
