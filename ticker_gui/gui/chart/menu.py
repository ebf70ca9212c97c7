"""The chart's menu, and the dialogs that it opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QComboBox, QInputDialog

from ticker_gui.chart.bar_table import BarRows
from ticker_gui.chart.typed_timeframe import MAX_TRADES
from ticker_gui.domain.sanitize import quoted
from ticker_gui.gui.chart.options import SCALES, STANDARD_TIMEFRAMES, ZONES
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.chart.zone_box import all_zones, find_zone, zone_completer
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.gui.widgets.file_saving import choose_save_path, file_name
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, RadioGroup, Submenu, Toggle, popup
from ticker_gui.indicators.registry import IndicatorConfig

if TYPE_CHECKING:  # loaded when they are opened
    from ticker_gui.gui.chart.data_table import BarTable
    from ticker_gui.gui.chart.indicator_dialog import IndicatorDialog

DRAW: Final = "Dra&w"
_FIXED_SCALE: Final = "Compared symbols are always shown in percent"


def others_compared(chart: PriceChart) -> int:
    """Return the number of symbols with which the one on a chart is compared."""
    return sum(other is not chart.state for other in chart.compared)


def displayed_scale(chart: PriceChart) -> str:
    """Return the scale of a chart, as a key of `SCALES`: percent while symbols are compared."""
    return "percent" if others_compared(chart) else chart.options.scale


def why_scale_is_fixed(chart: PriceChart) -> str:
    """Return why another scale cannot be chosen; empty if it can."""
    return _FIXED_SCALE if others_compared(chart) else ""


class ChartMenu(QObject):
    """The commands of one chart. Without a symbol, commands that need one do nothing.

    Signals:
        bars_requested: export rows to a file, as `BarRows` and path; this takes some time.
        message_requested: a sentence to show to the user.
        comparison_requested: compare with the selected symbols (True), or with none (False).
    """

    bars_requested = Signal(object, object)
    message_requested = Signal(str)
    comparison_requested = Signal(bool)

    def __init__(self, chart: PriceChart, draw_items: Sequence[MenuItem] = ()) -> None:
        super().__init__(chart)
        self._chart = chart
        self.draw_items = draw_items
        self.pointer_items: list[Callable[[QPoint], Sequence[MenuItem]]] = []  # for what is at a point of the screen
        chart.accessible_text_updated.connect(self._refresh_table)
        chart.options_changed.connect(self._refresh_table)  # at once: the table reads the indicators of the chart
        chart.menu_requested.connect(self._pop_up)

    @cached_property
    def _indicators(self) -> IndicatorDialog:
        from ticker_gui.gui.chart.indicator_dialog import IndicatorDialog  # not needed at the start of the program

        dialog = IndicatorDialog(self._chart)
        dialog.chosen.connect(lambda chosen: self._set_options(indicators=chosen))
        self._chart.options_changed.connect(lambda: dialog.follow(self._chart.options.indicators))
        return dialog

    @cached_property
    def _table(self) -> BarTable:
        from ticker_gui.gui.chart.data_table import BarTable

        return BarTable(self._chart)

    def items(self) -> Sequence[MenuItem]:
        """Return the items of the menu."""
        chart = self._chart
        types = {key: chart_type.title for key, chart_type in CHART_TYPES.items()}
        return (
            MenuCommand("Go to &latest", chart.go_to_latest, unavailable=self._no_symbol),
            MenuCommand("&Reset view", chart.reset, unavailable=self._no_symbol),
            None,
            Submenu("&Timeframe", self._timeframes()),
            Submenu(
                "Chart t&ype", [RadioGroup(types, lambda: chart.options.kind, lambda key: self._set_options(kind=key))]
            ),
            Submenu("&Scale", [self._scales()]),
            Submenu("Time &zone", self._time_zones()),
            MenuCommand("&Indicators…", self.choose_indicators, "Ctrl+Shift+I"),
            *((Submenu(DRAW, self.draw_items),) if self.draw_items else ()),
            Toggle("&Volume", lambda: chart.options.has_volume, lambda is_on: self._set_options(has_volume=is_on)),
            None,
            MenuCommand(
                "Co&mpare with selected symbols",
                partial(self.comparison_requested.emit, True),
                "Ctrl+Shift+M",
                unavailable=self._no_symbol,
            ),
            MenuCommand(
                "Clear c&omparison", partial(self.comparison_requested.emit, False), unavailable=self._no_comparison
            ),
            None,
            MenuCommand("Show &data table", self.show_table, "Ctrl+Shift+D", unavailable=self._no_symbol),
            *self.picture_items(),
            MenuCommand("&Export visible data to CSV…", self._export, "Ctrl+Shift+E", unavailable=self._no_symbol),
        )

    def picture_items(self) -> Sequence[MenuItem]:
        """Return the items that copy or save a picture of the chart."""
        return (
            MenuCommand("&Copy as image", self._copy_image, "Ctrl+Shift+P", unavailable=self._no_symbol),
            MenuCommand("Save as &PNG…", partial(self._save, "png"), unavailable=self._no_symbol),
            MenuCommand("Save as SV&G…", partial(self._save, "svg"), unavailable=self._no_symbol),
        )

    def choose_indicators(self) -> None:
        """Open the indicator dialog."""
        if not self._indicators.isVisible():  # else its changes could no longer be undone
            self._indicators.show_indicators(self._chart.options.indicators)
        show_in_front(self._indicators)

    def show_table(self) -> None:
        """Open the table of the chart's data."""
        if self._chart.scene is not None:
            self._table.show_scene(self._chart.scene)
            show_in_front(self._table)

    def add_indicator(self, key: str) -> None:
        """Add an indicator to the chart, with its default parameters."""
        self._set_options(indicators=(*self._chart.options.indicators, IndicatorConfig(key)))

    def set_timeframe(self, name: str) -> None:
        """Set the timeframe of the chart."""
        self._set_options(timeframe=name)

    def _no_symbol(self) -> str:
        return "" if self._chart.state is not None else "No symbol on the chart"

    def _no_comparison(self) -> str:
        return "" if self._chart.compared else "No comparison to clear"

    def _scales(self) -> RadioGroup:
        chart = self._chart
        current, why_not = partial(displayed_scale, chart), partial(why_scale_is_fixed, chart)
        return RadioGroup(SCALES, current, lambda key: self._set_options(scale=key), why_not)

    def _timeframes(self) -> list[MenuItem]:
        chosen = RadioGroup(
            STANDARD_TIMEFRAMES, lambda: self._chart.options.timeframe, lambda name: self._set_options(timeframe=name)
        )
        return [chosen, MenuCommand("&Custom number of trades…", self._ask_trades_per_bar)]

    def _time_zones(self) -> list[MenuItem]:
        return [
            RadioGroup(ZONES, lambda: self._chart.options.zone, lambda zone: self._set_options(zone=zone)),
            MenuCommand("&Other…", self._ask_time_zone),
        ]

    def _set_options(self, **changes: object) -> None:
        self._chart.set_options(msgspec.structs.replace(self._chart.options, **changes))

    def _ask_trades_per_bar(self) -> None:
        dialog = self._dialog("Tick bars", "Trades per bar:", "&Show tick bars")
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setIntRange(1, MAX_TRADES)
        dialog.setIntValue(100)
        dialog.intValueSelected.connect(lambda count: self._set_options(timeframe=f"{count}t"))
        dialog.open()

    def _ask_time_zone(self) -> None:
        dialog = self._dialog("Time zone", "Time zone:", "&Use this zone")
        dialog.setComboBoxItems(all_zones())
        dialog.setComboBoxEditable(True)
        dialog.setTextValue(self._chart.options.zone)
        if isinstance(box := dialog.findChild(QComboBox), QComboBox):
            box.setCompleter(zone_completer((), dialog))
            if (field := box.lineEdit()) is not None:
                field.selectAll()
        dialog.textValueSelected.connect(self._choose_zone)
        dialog.open()

    def _choose_zone(self, zone: str) -> None:
        if found := find_zone(zone):
            self._set_options(zone=found)
        else:
            self.message_requested.emit(f"Unknown time zone {quoted(zone)}. Enter a name such as Europe/Berlin.")

    def _dialog(self, title: str, text: str, confirm: str) -> QInputDialog:
        dialog = QInputDialog(self._chart)
        dialog.setOkButtonText(confirm)
        dialog.setWindowTitle(title)
        dialog.setLabelText(text)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _refresh_table(self) -> None:
        table: BarTable | None = vars(self).get("_table")
        if table is None:  # it was never opened
            return
        if table.isVisible() and self._chart.scene is not None:
            table.show_scene(self._chart.scene)
        elif self._chart.state is None:
            table.hide()

    def _pop_up(self, at: QPoint) -> None:
        items = [item for items_at in self.pointer_items for item in items_at(at)]
        has_draw = any(isinstance(item, Submenu) and item.text == DRAW for item in items)
        others = self.items()
        if has_draw:
            others = [item for item in others if not isinstance(item, Submenu) or item.text != DRAW]
        popup(self._chart, at, [*items, *others])

    def show_draw_menu(self, at: QPoint) -> None:
        """Open the menu of the drawing tools at a point of the screen."""
        popup(self._chart, at, self.draw_items)

    def _copy_image(self) -> None:
        from ticker_gui.gui.chart import exports

        exports.copy_image(self._chart)

    def _save(self, ending: str) -> None:
        from ticker_gui.gui.chart import exports

        save = exports.save_png if ending == "png" else exports.save_svg
        chart = self._chart
        if chart.state is not None:
            proposal = f"{file_name(chart.state.symbol)}.{ending}"
            kinds = f"{ending.upper()} (*.{ending})"
            choose_save_path(
                chart, "Save chart", proposal, kinds, lambda path: save(chart, self.message_requested.emit, path)
            )

    def _export(self) -> None:
        self._chart.invalidate()
        self._chart.refresh()  # rows may have been dropped since the last frame
        scene = self._chart.scene
        if scene is not None:
            visible = scene.visible_data.visible
            rows = BarRows(scene.chart_data, visible.begin, visible.end, scene.now_ns)
            proposal = f"{file_name(scene.chart_data.state.symbol)}-{scene.chart_data.timeframe}.csv"
            choose_save_path(
                self._chart, "Export data", proposal, "CSV (*.csv)", lambda path: self.bars_requested.emit(rows, path)
            )
